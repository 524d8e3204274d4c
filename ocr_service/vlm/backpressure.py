"""Backpressure from the backends to the page workers: a page is prepared only when the scheduler wants more regions.

So backends do not wait for crops, and no more prepared pages than needed are in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.fair_queue import FairQueue


class Backpressure:
    """Issues permits to prepare a page while ``scheduler.wants_more`` holds, at most ``at_once`` at a time.

    Documents get a fair share; within a document, earlier pages go first. Use as an async context manager: it runs a
    task.
    """

    def __init__(self, scheduler: Scheduler, *, at_once: int) -> None:
        self._scheduler = scheduler
        self._free = asyncio.Semaphore(at_once)
        self._waiting: FairQueue[asyncio.Future[None]] = FairQueue()
        self._arrived = asyncio.Event()
        self._issuing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Backpressure:
        self._issuing = asyncio.create_task(self._issue(), name="permits to prepare pages")
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._issuing is not None
        self._issuing.cancel()
        with suppress(asyncio.CancelledError):
            await self._issuing

    @asynccontextmanager
    async def permit(self, document: str, page: int) -> AsyncIterator[None]:
        """Waits for the page's permit and holds it during the block."""
        permit: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ticket = self._waiting.put(document, page, permit)
        self._arrived.set()
        try:
            await permit
            yield
        finally:
            self._waiting.remove(ticket)
            if permit.done() and not permit.cancelled():
                self._free.release()

    async def _issue(self) -> None:
        while True:
            await self._free.acquire()
            permit = await self._next()
            if permit.done():  # cancelled in between
                self._free.release()
            else:
                permit.set_result(None)

    async def _next(self) -> asyncio.Future[None]:
        while True:
            await self._arrived.wait()
            await self._scheduler.wait_until_wanted()
            if self._waiting:
                return self._waiting.pop()
            self._arrived.clear()
