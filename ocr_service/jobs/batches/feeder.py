"""Submits the documents of batches as jobs, those of each batch one after another, and continues after a restart.

Batches are fed side by side. At most ``_AHEAD`` jobs of all of them together are unfinished at any time, so that
10,000 documents fill neither the disk nor the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ocr_service.errors import QueueFull, QuotaExceeded, ServiceError
from ocr_service.jobs.batches.rows import LEASE_S, Batch, BatchDocument, BatchRows
from ocr_service.jobs.models import Change

log = logging.getLogger(__name__)

_AT_ONCE = 50  # batches that a process feeds; further ones wait
_OF_OWNER = 10  # of these, of one key
_AHEAD = 50  # unfinished jobs of all batches, shared among them
_LEAST_AHEAD = 4  # of one batch, however many there are
_LOOK_S = LEASE_S / 4  # between two looks for batches whose replica died, and renewals of one's own
_QUOTA_LOOK_S = 300.0  # most between two tries of a batch whose key has used up PAGES_PER_DAY

Submit = Callable[[BatchDocument], Awaitable[str]]
"""Fetches a document and submits it; returns the job's id, of the same job at a second call. Raises ServiceError."""


@dataclass(slots=True)
class _Fed:
    """A batch that is fed here. ``jobs``: those that it was fed with; ``wake``: one of them has ended."""

    batch: Batch
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: set[str] = field(default_factory=set)


class BatchFeeder:
    """``on_change`` hears when jobs end, ``wake`` when a batch was added.

    ``retry_s``: the pause in seconds after QueueFull, or while the database or the bucket does not answer.
    """

    def __init__(self, rows: BatchRows, *, retry_s: float = 5.0) -> None:
        self._rows = rows
        self._retry_s = retry_s
        self._wake = asyncio.Event()
        self._fed: dict[str, _Fed] = {}

    def on_change(self, change: Change | None) -> None:
        if change is not None and not change.state.finished:
            return
        for fed in self._fed.values():
            if change is None or change.job_id in fed.jobs:
                fed.wake.set()
        if change is None:
            self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    @asynccontextmanager
    async def running(self, submit: Submit) -> AsyncIterator[None]:
        loop = asyncio.create_task(self._run(submit), name="batch feeder")
        try:
            yield
        finally:
            loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loop

    async def _run(self, submit: Submit) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                try:
                    await self._rows.renew(list(self._fed))
                    while len(self._fed) < _AT_ONCE and (batch := await self._rows.claim(most_of_owner=_OF_OWNER)):
                        fed = self._fed[batch.id] = _Fed(batch)
                        group.create_task(self._feed(fed, submit), name=f"feeder of batch {batch.id}")
                except ServiceError as error:  # the database did not answer in time
                    log.warning("cannot read pending batches: %s; retrying in %.0f s", error, _LOOK_S)
                await _pause(self._wake, _LOOK_S)

    async def _feed(self, fed: _Fed, submit: Submit) -> None:
        """Until the batch has no document left. What goes wrong lets its lease run out: it is taken again."""
        batch = fed.batch
        try:
            while document := await self._rows.next_document(batch):
                await self._feed_one(fed, document, submit)
        except QuotaExceeded as error:  # of this batch's key: the batches of others go on
            log.info("batch %s is continued later: %s", batch.id, error)
            with contextlib.suppress(ServiceError):
                await self._rows.postpone(batch.id, min(error.retry_after_s or _QUOTA_LOOK_S, _QUOTA_LOOK_S))
        except ServiceError as error:
            log.warning("batch %s is continued later: %s", batch.id, error)
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError, ServiceError):
                async with asyncio.timeout(1):
                    await self._rows.release(batch.id)
            raise
        except Exception:  # the batch's boundary: others are fed all the same
            log.exception("batch %s is continued later", batch.id)
        finally:
            del self._fed[batch.id]
            self._wake.set()

    async def _feed_one(self, fed: _Fed, document: BatchDocument, submit: Submit) -> None:
        fed.wake.clear()
        while await self._rows.unfinished_jobs(fed.batch) >= max(_LEAST_AHEAD, _AHEAD // len(self._fed)):
            await _pause(fed.wake, self._retry_s)
            fed.wake.clear()
        try:
            job_id = await submit(document)
        except QuotaExceeded:
            raise
        except ServiceError as error:
            if error.retryable:
                log.info("batch %s: cannot submit %s yet: %s; retrying", fed.batch.id, document.key, error)
                await _pause(fed.wake, (error.retry_after_s if isinstance(error, QueueFull) else 0) or self._retry_s)
                return  # next_document returns it again
            await self._rows.refused(document, error.code, str(error))
        except Exception:  # the document's boundary: an unexpected error ends this document only
            log.exception("batch %s: cannot submit document %d", fed.batch.id, document.number)
            await self._rows.refused(document, ServiceError.code, "The service met an error of its own; see its log.")
        else:
            fed.jobs.add(job_id)
            await self._rows.accepted(document, job_id)


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
