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
_BUSY = frozenset({429, 502, 503, 504})  # the service, or a proxy before it, has no room or is being restarted
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=15.0)
_TIMEOUT = httpx.Timeout(60, connect=10)  # events come with a sign of life every 15 s


class Refused(Exception):
    """The service said no: asking again would give the same."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Unreachable(Exception):
    """The service could not be reached, or had no room, for longer than the client's patience."""


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` is ``state``, ``page`` or ``end``; ``id`` is its ``Last-Event-ID``."""

    id: str
    kind: str
    data: dict[str, Any]


class ServiceClient:
    """``async with ServiceClient(url, key, patience_s=300) as client``. Raises Refused and Unreachable.

    ``patience_s``: seconds for which a broken connection or a full queue is tried again, counted from the last answer.
    """

    def __init__(self, url: str, key: str | None, *, patience_s: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=_TIMEOUT)
        self._patience_s = patience_s

    async def __aenter__(self) -> ServiceClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def check(self) -> None:
        """One try: is the service there, and does it take the key?"""
        try:
            await _checked(await self._http.get("/jobs", params={"limit": "1"}))
        except (httpx.TransportError, _Busy) as error:
            raise Unreachable(f"{self._http.base_url}: {_reason(error)}") from error

    async def submit(self, file: Path, fields: Mapping[str, str], idempotency_key: str) -> dict[str, Any]:
        """The job of a file. Sent again after a lost answer, it is the same job."""

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
        """Read again what did not come out well."""

        async def once() -> dict[str, Any]:
            return await _json(await self._http.post(f"/jobs/{job_id}/retry"))

        return await self._patiently(once)

    async def job(self, job_id: str) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return await _json(await self._http.get(f"/jobs/{job_id}"))

        return await self._patiently(once)

    async def events(self, job_id: str) -> AsyncIterator[Event]:
        """What happens to the job, until it ends; after a break it goes on behind the last event that came."""
        patience = _Patience(self._patience_s)
        seen = "0"
        while True:
            try:
                async with self._http.stream(
                    "GET", f"/jobs/{job_id}/events", params={"markdown": "false"}, headers={"Last-Event-ID": seen}
                ) as answer:
                    await _checked(answer)
                    ended = answer.status_code == httpx.codes.NO_CONTENT
                    async for event in _parsed(answer.aiter_lines()):
                        patience.renew()
                        seen, ended = event.id, event.kind == "end"
                        yield event
                    # The end of an earlier run is told as well; after that of the last one the stream closes.
                    if ended:
                        return
            except (httpx.TransportError, _Busy) as error:
                await patience.pause(error)

    async def download(self, job_id: str, form: str, target: Path) -> None:
        """``result.{form}`` of the job, whole or not at all."""

        async def once() -> None:
            while True:
                async with self._http.stream("GET", f"/jobs/{job_id}/result.{form}") as answer:
                    await _checked(answer)
                    if answer.status_code != httpx.codes.ACCEPTED:
                        with atomic_file(target) as unfinished, unfinished.open("wb") as file:
                            async for chunk in answer.aiter_bytes(1 << 16):
                                file.write(chunk)
                        return
                await asyncio.sleep(_retry_after_s(answer) or 1.0)  # it is still being made, however long that takes

        await self._patiently(once)

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        patience = _Patience(self._patience_s)
        while True:
            try:
                return await act()
            except (httpx.TransportError, _Busy) as error:
                await patience.pause(error)


class _Busy(Exception):
    """An answer after which one tries again. ``retry_after_s``: what Retry-After says."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class _Patience:
    """How long to wait before the next try, and when to give up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        self._until = time.monotonic() + self._seconds
        self._failures = 0

    async def pause(self, error: httpx.TransportError | _Busy) -> None:
        """Raises Unreachable when it is time to give up."""
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
    except (ValueError, KeyError, TypeError):  # not from the service: a proxy's page
        code, message = f"http_{answer.status_code}", answer.reason_phrase
    if answer.status_code in _BUSY:
        raise _Busy(f"{code}: {message}", _retry_after_s(answer))
    raise Refused(code, message)


def _retry_after_s(answer: httpx.Response) -> float | None:
    after = answer.headers.get("Retry-After", "")
    return float(after) if after.isdigit() else None


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Server-sent events, as the service writes them: one line of data each; comments are its signs of life."""
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
