"""Which page is prepared next, and when: backends must not wait for one, nor more than needed be in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.fair_queue import FairQueue


class PageTurns:
    """Hands out turns to prepare a page while the scheduler wants more regions, at most ``at_once`` at a time.

    Documents take turns, earlier pages first. Use as an async context manager: it runs a task.
    """

    def __init__(self, scheduler: Scheduler, *, at_once: int) -> None:
        self._scheduler = scheduler
        self._free = asyncio.Semaphore(at_once)
        self._waiting: FairQueue[asyncio.Future[None]] = FairQueue()
        self._arrived = asyncio.Event()
        self._handing_out: asyncio.Task[None] | None = None

    async def __aenter__(self) -> PageTurns:
        self._handing_out = asyncio.create_task(self._hand_out(), name="turns to prepare pages")
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._handing_out is not None
        self._handing_out.cancel()
        with suppress(asyncio.CancelledError):
            await self._handing_out

    @asynccontextmanager
    async def turn(self, document: str, page: int) -> AsyncIterator[None]:
        """The block is entered when it is this page's turn; the next page gets its own when the block is left."""
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ticket = self._waiting.put(document, page, given)
        self._arrived.set()
        try:
            await given
            yield
        finally:
            self._waiting.remove(ticket)
            if given.done() and not given.cancelled():
                self._free.release()

    async def _hand_out(self) -> None:
        while True:
            await self._free.acquire()
            given = await self._next()
            if given.done():  # cancelled in between
                self._free.release()
            else:
                given.set_result(None)

    async def _next(self) -> asyncio.Future[None]:
        while True:
            await self._arrived.wait()
            await self._scheduler.wait_until_wanted()
            if self._waiting:
                return self._waiting.pop()
            self._arrived.clear()
