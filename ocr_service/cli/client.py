"""The service as its command-line client sees it: uploads, events and results, over a network that may break."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from ocr_service.retry.policy import RetryPolicy
from ocr_service.storage.atomic_write import atomic_file

T = TypeVar("T")
_BUSY = frozenset({429, 502, 503, 504})  # the service, or a proxy before it, is busy or restarts
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=15.0)
_TIMEOUT = httpx.Timeout(60, connect=10)  # the event stream has a keep-alive every 15 s


class Refused(Exception):
    """The service refused the request; a retry would get the same answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Unreachable(Exception):
    """The service gave no answer, or was busy, for longer than ``give_up_s``."""


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` is ``state``, ``page`` or ``end``; ``id`` is its ``Last-Event-ID``."""

    id: str
    kind: str
    data: dict[str, Any]


class ServiceClient:
    """``async with ServiceClient(url, key, give_up_s=300) as client``. Raises Refused and Unreachable.

    ``give_up_s``: seconds for which a broken connection or a full queue is retried, counted from the last answer.
    """

    def __init__(self, url: str, key: str | None, *, give_up_s: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=_TIMEOUT)
        self._give_up_s = give_up_s

    async def __aenter__(self) -> ServiceClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def check(self) -> None:
        """Tries one request. Raises Unreachable where the service does not answer, Refused where it refuses the key."""
        try:
            await _checked(await self._http.get("/jobs", params={"limit": "1"}))
        except (httpx.TransportError, _Busy) as error:
            raise Unreachable(f"{self._http.base_url}: {_reason(error)}") from error

    async def submit(self, file: Path, fields: Mapping[str, str], idempotency_key: str) -> dict[str, Any]:
        """Submits a file and returns its job. A retry after a lost answer returns the same job."""

        async def once() -> dict[str, Any]:
            with file.open("rb") as content:
                answer = await self._http.post(
                    "/jobs",
                    files={"file": (file.name, content)},
                    data=dict(fields),
                    headers={"Idempotency-Key": idempotency_key},
                )
            return await _json(answer)

        return await self._patiently(once)

    async def retry(self, job_id: str) -> dict[str, Any]:
        """Reads the failed and partial pages again."""

        async def once() -> dict[str, Any]:
            return await _json(await self._http.post(f"/jobs/{job_id}/retry"))

        return await self._patiently(once)

    async def job(self, job_id: str) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return await _json(await self._http.get(f"/jobs/{job_id}"))

        return await self._patiently(once)

    async def events(self, job_id: str) -> AsyncIterator[Event]:
        """The job's events until it ends; after a broken connection, those that follow the last event received."""
        deadline = _RetryDeadline(self._give_up_s)
        seen = "0"
        while True:
            try:
                async with self._http.stream(
                    "GET", f"/jobs/{job_id}/events", params={"markdown": "false"}, headers={"Last-Event-ID": seen}
                ) as answer:
                    await _checked(answer)
                    ended = answer.status_code == httpx.codes.NO_CONTENT
                    async for event in _parsed(answer.aiter_lines()):
                        deadline.renew()
                        seen, ended = event.id, event.kind == "end"
                        yield event
                    # The end of an earlier run is an event too; after the end of the last run the stream closes.
                    if ended:
                        return
            except (httpx.TransportError, _Busy) as error:
                await deadline.pause(error)

    async def download(self, job_id: str, form: str, target: Path) -> None:
        """Downloads ``result.{form}`` of the job to ``target``, atomically."""

        async def once() -> None:
            while True:
                async with self._http.stream("GET", f"/jobs/{job_id}/result.{form}") as answer:
                    await _checked(answer)
                    if answer.status_code != httpx.codes.ACCEPTED:
                        with atomic_file(target) as unfinished, unfinished.open("wb") as file:
                            async for chunk in answer.aiter_bytes(1 << 16):
                                file.write(chunk)
                        return
                await asyncio.sleep(
                    _retry_after_s(answer) or 1.0
                )  # 202: the service is still writing it; no time limit

        await self._patiently(once)

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        deadline = _RetryDeadline(self._give_up_s)
        while True:
            try:
                return await act()
            except (httpx.TransportError, _Busy) as error:
                await deadline.pause(error)


class _Busy(Exception):
    """An answer that is retried. ``retry_after_s``: its Retry-After."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class _RetryDeadline:
    """The pause before the next try, and when to give up: ``_RETRIES`` with a deadline that each answer renews."""

    def __init__(self, give_up_s: float) -> None:
        self._give_up_s = give_up_s
        self.renew()

    def renew(self) -> None:
        self._until = time.monotonic() + self._give_up_s
        self._failures = 0

    async def pause(self, error: httpx.TransportError | _Busy) -> None:
        """Raises Unreachable after the deadline."""
        self._failures += 1
        pause = _RETRIES.pause_s(self._failures, error.retry_after_s if isinstance(error, _Busy) else None)
        if time.monotonic() + pause > self._until:
            raise Unreachable(_reason(error)) from error
        await asyncio.sleep(pause)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _json(answer: httpx.Response) -> dict[str, Any]:
    await _checked(answer)
    content: dict[str, Any] = answer.json()
    return content


async def _checked(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    try:
        problem = json.loads(await answer.aread())
        code, message = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):  # not an answer of the service: a proxy's error page
        code, message = f"http_{answer.status_code}", answer.reason_phrase
    if answer.status_code in _BUSY:
        raise _Busy(f"{code}: {message}", _retry_after_s(answer))
    raise Refused(code, message)


def _retry_after_s(answer: httpx.Response) -> float | None:
    after = answer.headers.get("Retry-After", "")
    return float(after) if after.isdigit() else None


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Server-sent events as the service writes them: one line of data each; comments are keep-alives."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "event" in fields:
            yield Event(fields.get("id", ""), fields["event"], json.loads(fields.get("data") or "{}"))
            fields = {}
        else:
            fields = {}
