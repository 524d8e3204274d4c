"""Admission control: a slot in the queue is granted before a document is received, so that a refusal costs little.

The load is the jobs in the database plus the documents that are being received and came earlier. Requests that arrive
while the rows are being counted share the next count: 500 at once cost the database a few queries.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count, takewhile

from ocr_service.errors import NotReady, QueueFull, QuotaExceeded
from ocr_service.jobs.db.queue_load import Incoming, Load, QueueLimits, refuse_too_many
from ocr_service.jobs.db.usage import refuse_used_up
from ocr_service.jobs.wait_budget import new_wait_budget

_REFUSE_AGAIN_S = 0.25  # after a refusal, requests of that key are refused so long without a query


class AdmissionControl:
    """``load`` counts the rows; its argument is how many documents are being received (it decides whether the rate of
    finished jobs, which a refusal needs for Retry-After, is measured too)."""

    def __init__(self, limits: QueueLimits, load: Callable[[int], Awaitable[Load]]) -> None:
        self._limits = limits
        self._load = load
        self._numbers = count()
        self._coming: dict[int, str] = {}  # owners, by number, in the order of their coming
        self._refused: dict[str, tuple[float, QueueFull | QuotaExceeded]] = {}
        self._counting: asyncio.Task[Load] | None = None
        self._next_count: asyncio.Task[Load] | None = None

    @asynccontextmanager
    async def place(self, owner: str) -> AsyncIterator[None]:
        """Holds a slot. To be left before the document becomes a row, or it would count twice.

        Raises QueueFull, QuotaExceeded; NotReady where the database does not answer. The task's ``wait_budget()``
        begins here.
        """
        at, refusal = self._refused.get(owner, (0.0, None))
        if refusal is not None and time.monotonic() - at < _REFUSE_AGAIN_S:
            raise type(refusal)(str(refusal), retry_after_s=refusal.retry_after_s)
        number = next(self._numbers)
        self._coming[number] = owner
        try:
            try:
                # Rows first, then those ahead: a document that becomes a row in between counts once at most.
                with new_wait_budget().waiting():
                    load = await self._counted()
                refuse_used_up(owner, self._limits.quotas, load.quota_uses)
                refuse_too_many(load, owner, self._limits, self._ahead(number, owner))
            except (QueueFull, QuotaExceeded) as error:
                self._refused[owner] = time.monotonic(), error
                raise
            self._refused.pop(owner, None)
            yield
        finally:
            del self._coming[number]

    def _ahead(self, number: int, owner: str) -> Incoming:
        owners = [self._coming[other] for other in takewhile(number.__gt__, self._coming)]
        return Incoming(len(owners), owners.count(owner))

    async def _counted(self) -> Load:
        """A count that begins after the call."""
        if self._next_count is None:
            self._next_count = asyncio.create_task(self._count_after(self._counting), name="count of the queue")
        return await asyncio.shield(self._next_count)

    async def _count_after(self, under_way: asyncio.Task[Load] | None) -> Load:
        error = None
        if under_way is not None and not under_way.done():
            await asyncio.wait([under_way])
            error = None if under_way.cancelled() else under_way.exception()
        self._counting, self._next_count = self._next_count, None
        if isinstance(error, NotReady):  # it waited as long as a submission may, and this one with it
            raise NotReady.no_database() from error
        return await self._load(len(self._coming))
