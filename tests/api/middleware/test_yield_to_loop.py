"""Requests that come in one moment start a few at a time; probes go between them."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from ocr_service.api.middleware.yield_to_loop import YieldToLoop

pytestmark = pytest.mark.anyio


async def nothing() -> Message:
    raise AssertionError("nobody reads")


async def nowhere(message: Message) -> None: ...


class Recorder:
    """An application that takes down which requests it was given."""

    def __init__(self) -> None:
        self.started: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.started.append(scope["path"])


def request(app: YieldToLoop, path: str) -> asyncio.Task[None]:
    return asyncio.create_task(app({"type": "http", "path": path}, nothing, nowhere))


async def test_a_probe_does_not_wait_for_those_who_came_before_it() -> None:
    record = Recorder()
    app = YieldToLoop(record)
    rush = [request(app, f"/jobs/{number}") for number in range(100)]
    await asyncio.sleep(0)  # all of them have come
    await request(app, "/health/live")
    assert record.started.index("/health/live") < 20
    await asyncio.gather(*rush)
    record.started.remove("/health/live")
    assert record.started == [f"/jobs/{number}" for number in range(100)]


async def test_who_gives_up_while_waiting_keeps_nobody_back() -> None:
    record = Recorder()
    app = YieldToLoop(record)
    rush = [request(app, f"/jobs/{number}") for number in range(50)]
    await asyncio.sleep(0)
    for task in rush[10:40]:
        task.cancel()
    await asyncio.gather(*rush, return_exceptions=True)
    await request(app, "/jobs/last")
    assert record.started[-11:] == [f"/jobs/{number}" for number in range(40, 50)] + ["/jobs/last"]
