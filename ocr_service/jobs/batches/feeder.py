"""Submits the documents of batches as jobs, one after another, and continues after a restart.

At most ``_AHEAD`` jobs of a batch are unfinished at any time, so that a batch of 10,000 documents fills neither the
disk nor the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ocr_service.errors import QueueFull, QuotaExceeded, ServiceError
from ocr_service.jobs.batches.rows import Batch, BatchDocument, BatchRows
from ocr_service.jobs.models import Change

log = logging.getLogger(__name__)

_AHEAD = 50  # unfinished jobs of one batch
_LOOK_S = 30.0  # between two looks for batches whose replica died
_QUOTA_LOOK_S = 300.0  # most between two tries of a batch whose key has used up PAGES_PER_DAY

Submit = Callable[[BatchDocument], Awaitable[str]]
"""Fetches a document and submits it; returns the job's id, of the same job at a second call. Raises ServiceError."""


class BatchFeeder:
    """Feeds one batch at a time in this process. ``on_change`` wakes it when jobs end, ``wake`` when a batch was added.

    ``retry_s``: the pause in seconds after QueueFull, or while the database or the bucket does not answer.
    """

    def __init__(self, rows: BatchRows, *, retry_s: float = 5.0) -> None:
        self._rows = rows
        self._retry_s = retry_s
        self._wake = asyncio.Event()

    def on_change(self, change: Change | None) -> None:
        if change is None or change.state.finished:
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
        while True:
            self._wake.clear()
            try:
                while batch := await self._rows.claim():
                    await self._feed(batch, submit)
            except ServiceError as error:  # the database did not answer in time
                log.warning("cannot read pending batches: %s; retrying in %.0f s", error, _LOOK_S)
            await self._pause(_LOOK_S)

    async def _feed(self, batch: Batch, submit: Submit) -> None:
        try:
            while document := await self._rows.next_document(batch):
                await self._feed_one(document, submit)
        except QuotaExceeded as error:  # of this batch's key: the batches of others go on
            log.info("batch %s is continued later: %s", batch.id, error)
            await self._rows.postpone(batch.id, min(error.retry_after_s or _QUOTA_LOOK_S, _QUOTA_LOOK_S))
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError, ServiceError):
                async with asyncio.timeout(1):
                    await self._rows.release(batch.id)
            raise

    async def _feed_one(self, document: BatchDocument, submit: Submit) -> None:
        while await self._rows.unfinished_jobs(document.batch) >= _AHEAD:
            self._wake.clear()
            await self._pause(self._retry_s)
        try:
            job_id = await submit(document)
        except QuotaExceeded:
            raise
        except ServiceError as error:
            if error.retryable:
                log.info("batch %s: cannot submit %s yet: %s; retrying", document.batch.id, document.key, error)
                await self._pause(error.retry_after_s if isinstance(error, QueueFull) else self._retry_s)
                return  # next_document returns it again
            await self._rows.refused(document, error.code, str(error))
        except Exception:  # the document's boundary: an unexpected error ends this document only
            log.exception("batch %s: cannot submit document %d", document.batch.id, document.number)
            await self._rows.refused(document, ServiceError.code, "The service met an error of its own; see its log.")
        else:
            await self._rows.accepted(document, job_id)

    async def _pause(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds or self._retry_s):
                await self._wake.wait()
