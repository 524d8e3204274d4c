"""What holds the event loop is told while it holds it, by the name of its request and with its stack."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest

from ocr_service.observability.loop_watchdog import HELD_S, name_request, watched_loop
from tests.support.running import PATIENCE_S, until

pytestmark = pytest.mark.anyio


class Told(logging.Handler):
    """The watchdog's lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.one = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self.one.set()


@pytest.fixture
def told() -> Iterator[Told]:
    handler, logger = Told(), logging.getLogger("ocr_service.observability.loop_watchdog")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def hold_until(told: threading.Event) -> None:
    """Keeps the loop busy, as a call does that should have gone to a thread."""
    for _ in range(int(PATIENCE_S * 100)):
        if told.wait(0.01):
            return
    raise AssertionError("the watchdog said nothing")


async def test_a_held_loop_is_told_of_with_its_request_and_stack(told: Told) -> None:
    lags: list[float] = []

    async def request() -> None:
        name_request("POST", "/v1/ocr", "abc123")
        hold_until(told.one)

    async with watched_loop(lags.append):
        await asyncio.create_task(request())
        await until(lambda: max(lags) > HELD_S)  # the beat that was late comes after
    [line] = told.lines
    assert "POST /v1/ocr (request abc123)" in line
    assert "hold_until" in line and "test_loop_watchdog.py" in line
    assert "\n" not in line


async def test_a_loop_that_waits_is_not_held(told: Told) -> None:
    lags: list[float] = []
    async with watched_loop(lags.append):
        await until(lambda: len(lags) >= 5)
    assert all(lag >= 0 for lag in lags)
    assert [line for line in told.lines if "test_a_loop_that_waits" in line] == []
