"""What the service answered: its JSON, its errors, its events; and when a request is tried again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx

from ocr_service.client.values import Event, Refused, Unreachable
from ocr_service.net.retry import RetryPolicy

_BUSY = frozenset({429, 502, 503, 504})  # the service, or a proxy before it, is busy or restarts
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=15.0)


class Busy(Exception):
    """An answer that is retried. ``retry_after_s``: its Retry-After."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


RETRIED = (httpx.TransportError, Busy)


class RetryDeadline:
    """The pause before the next try, and when to give up: ``_RETRIES`` with a deadline that each answer renews."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self.renew()

    def renew(self) -> None:
        self._until = time.monotonic() + self._patience_s
        self._failures = 0

    async def pause(self, error: httpx.TransportError | Busy) -> None:
        """Raises Unreachable after the deadline."""
        self._failures += 1
        pause = _RETRIES.pause_s(self._failures, error.retry_after_s if isinstance(error, Busy) else None)
        if time.monotonic() + pause > self._until:
            raise Unreachable(reason(error)) from error
        await asyncio.sleep(pause)


def reason(error: Exception) -> str:
    return str(error) or type(error).__name__


async def json_of(answer: httpx.Response) -> dict[str, Any]:
    """Raises Refused, or Busy."""
    await checked(answer)
    content: dict[str, Any] = answer.json()
    return content


async def checked(answer: httpx.Response) -> None:
    """Raises Refused, or Busy."""
    if answer.is_success:
        return
    try:
        problem = json.loads(await answer.aread())
        code, message = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):  # not an answer of the service: a proxy's error page
        code, message = f"http_{answer.status_code}", answer.reason_phrase
    if answer.status_code in _BUSY:
        raise Busy(f"{code}: {message}", retry_after_s(answer))
    raise Refused(code, message)


def retry_after_s(answer: httpx.Response) -> float | None:
    after = answer.headers.get("Retry-After", "")
    return float(after) if after.isdigit() else None


async def events_of(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
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
