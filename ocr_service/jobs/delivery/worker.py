"""Delivers results: uploads to S3 and calls webhooks, and retries until that succeeds or is given up.

A result is complete on disk before its delivery begins, so a delivery cannot fail a job. Pending deliveries are rows in
the database: after a restart they continue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from ocr_service.errors import ServiceError
from ocr_service.jobs.delivery.rows import LEASE_S, Delivery, DeliveryRows, Kind
from ocr_service.jobs.delivery.s3_upload import upload_job
from ocr_service.jobs.delivery.webhooks import WebhookFailed, WebhookSender, body_of, name_of, wanted
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.models import Change, Job, JobState, PageCounts
from ocr_service.jobs.store import Store
from ocr_service.net.retry import RetryPolicy
from ocr_service.storage.s3 import S3Store

log = logging.getLogger(__name__)

_AT_ONCE = 4  # deliveries of each kind; the files of an upload run in parallel besides
_GATHER_S = 0.2  # changes come in bursts, one for each page of each job: one query for all of them


_LOOP_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=5.0)


def _log_retry(error: BaseException, pause_s: float) -> None:
    log.warning("cannot read pending deliveries: %s; retrying in %.1f s", error, pause_s)


def delivery_retries(give_up_s: float) -> RetryPolicy:
    """Pauses from 1 s to half an hour; a delivery that fails for ``give_up_s`` seconds is given up."""
    return RetryPolicy(first_pause_s=1.0, longest_pause_s=1800.0, give_up_s=give_up_s)


class DeliveryFailed(Exception):
    """A try failed: ``reason`` in one line, and the number of the event that was not delivered."""

    def __init__(self, reason: str, seq: int) -> None:
        super().__init__(reason)
        self.seq = seq


class UploadDelivery:
    """Uploads a job's artifacts to S3."""

    kind: Kind = "s3"

    def __init__(self, s3: S3Store, files: JobFiles, retries: RetryPolicy) -> None:
        self._s3 = s3
        self._files = files
        self.retries = retries

    async def deliver(self, job: Job, delivery: Delivery, sent: Callable[[int], Awaitable[None]]) -> None:
        try:
            await upload_job(self._s3, await self._files.of(job, "result"), again=delivery.tries > 0)
        except (ServiceError, OSError) as error:  # OSError: a file that is gone or cannot be read
            raise DeliveryFailed(str(error), job.last_seq) from error
        await sent(job.last_seq)


class WebhookDelivery:
    """Sends a job's events to its webhook, in their order."""

    kind: Kind = "webhook"

    def __init__(self, store: Store, sender: WebhookSender, retries: RetryPolicy) -> None:
        self._store = store.without_limit()
        self._sender = sender
        self.retries = retries

    async def deliver(self, job: Job, delivery: Delivery, sent: Callable[[int], Awaitable[None]]) -> None:
        hook = job.webhook
        last = delivery.sent_seq
        for event in await self._store.events(job.id, delivery.sent_seq):
            if hook is not None and event.seq > delivery.sent_seq and wanted(event, hook.events):
                counts = (await self._store.page_counts([job.id])).get(job.id, PageCounts())
                body = body_of(job, counts, event)
                try:
                    await self._sender.send(hook.url, body, event=name_of(event), delivery=f"{job.id}-{event.seq}")
                except WebhookFailed as error:
                    raise DeliveryFailed(str(error), event.seq) from error
                await sent(event.seq)
            last = event.seq
        await sent(last)


class Deliveries:
    """Runs deliveries of the kinds that are configured, until its context ends. ``on_change`` wakes it."""

    def __init__(self, store: Store, rows: DeliveryRows, kinds: list[UploadDelivery | WebhookDelivery]) -> None:
        self._store = store.without_limit()
        self._rows = rows
        self._kinds = kinds
        self._wake = asyncio.Event()
        self._pages_wanted = True  # whether any unfinished job's pages are to be delivered as they are read
        self._under_way: dict[asyncio.Task[None], Delivery] = {}

    def on_change(self, change: Change | None) -> None:
        """A job's row changed: a delivery may be due."""
        if change is None or change.state is not JobState.RUNNING or self._pages_wanted:
            self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loops = [
            asyncio.create_task(_LOOP_RETRIES.call(work, ServiceError, before_pause=_log_retry), name=name)
            for work, name in ((self._run, "deliveries"), (self._keep_leases, "leases of deliveries"))
        ]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.wait(loops)
            await self._put_down()

    async def _run(self) -> None:
        slots = {kind.kind: asyncio.Semaphore(_AT_ONCE) for kind in self._kinds}
        while True:
            self._wake.clear()
            for kind in self._kinds:
                while not slots[kind.kind].locked() and (claimed := await self._rows.claim(kind.kind)):
                    await slots[kind.kind].acquire()
                    self._start(kind, claimed, slots[kind.kind])
            self._pages_wanted = await self._rows.pages_wanted()
            left = await self._rows.next_due_in(list(slots))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if left is None else max(_GATHER_S, left)):
                    await self._wake.wait()
            await asyncio.sleep(_GATHER_S)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            for delivery in list(self._under_way.values()):
                await self._rows.renew(delivery)

    def _start(self, kind: UploadDelivery | WebhookDelivery, delivery: Delivery, slot: asyncio.Semaphore) -> None:
        async def run() -> None:
            try:
                await self._try(kind, delivery)
            finally:
                slot.release()
                self._wake.set()

        task = asyncio.create_task(run(), name=f"{delivery.kind} of job {delivery.job_id}")
        self._under_way[task] = delivery
        task.add_done_callback(self._under_way.pop)

    async def _try(self, kind: UploadDelivery | WebhookDelivery, delivery: Delivery) -> None:
        job = await self._store.find(delivery.job_id)
        if job is None:
            return  # the job was removed, and its deliveries with it
        progress: list[int] = []

        async def sent(seq: int) -> None:
            await self._rows.sent(delivery, seq)
            progress.append(seq)

        try:
            await kind.deliver(job, delivery, sent)
        except DeliveryFailed as error:
            # An event delivered by this try ended the earlier run of failures.
            since = replace(delivery, tries=0, failing_s=0.0) if progress else delivery
            await self._undelivered(kind.retries, since, error)
        except Exception:  # the job's boundary: a bug costs this try only
            log.exception("cannot deliver %s of job %s: internal error", delivery.kind, delivery.job_id)
            await self._rows.failed(delivery, "internal error", again_in_s=kind.retries.longest_pause_s)
        else:
            await self._rows.release(delivery)

    async def _undelivered(self, retries: RetryPolicy, delivery: Delivery, error: DeliveryFailed) -> None:
        if retries.give_up_s is not None and delivery.failing_s > retries.give_up_s:
            log.error("gave up delivering %s of job %s: %s", delivery.kind, delivery.job_id, error)
            await self._rows.give_up(delivery, error.seq, str(error))
            return
        pause = retries.pause_s(delivery.tries + 1)
        log.warning("cannot deliver %s of job %s: %s; retrying in %.0f s", delivery.kind, delivery.job_id, error, pause)
        await self._rows.failed(delivery, str(error), again_in_s=pause)

    async def _put_down(self) -> None:
        """At shutdown: cancels the running deliveries, which are due again at once, here or at another replica."""
        tasks = dict(self._under_way)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for delivery in tasks.values():
            with contextlib.suppress(TimeoutError):  # the database does not answer: the lease expires
                async with asyncio.timeout(1):
                    await self._rows.release(delivery)
