"""Jobs as the API and the command line see them, and what it takes to run them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ocr_service.document import ReaderName
from ocr_service.errors import (
    AlreadyFinished,
    BadPages,
    EncryptedPdf,
    NotFinished,
    NotFound,
    NotReady,
    ServiceError,
)
from ocr_service.jobs.corrections import Corrections
from ocr_service.jobs.db.queue import Submission
from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.db.sqlite import open_sqlite, open_sqlite_read_only, owned
from ocr_service.jobs.dispatcher import Dispatcher
from ocr_service.jobs.events import EventHub
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.files.page_writer import PageWriter
from ocr_service.jobs.heartbeat import Takeover, beat_every_s, heartbeat, log_requeued
from ocr_service.jobs.models import Change, Claim, Job, JobEvent, JobState, NewJob
from ocr_service.jobs.observers import JobObserver, JobObservers
from ocr_service.jobs.runner import Runner
from ocr_service.jobs.store import JobOrder, Store
from ocr_service.jobs.wait_budget import wait_budget
from ocr_service.logs import job_var
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.readers import PageReader
from ocr_service.storage.artifacts import S3Artifacts
from ocr_service.storage.s3 import S3Config, S3Store
from ocr_service.storage.space import FreeSpace

log = logging.getLogger(__name__)

_TIDY_EVERY_S = 600.0
_LOOK_AT_BUCKET_S = 10.0  # /health/ready tells what is seen
_PROBE_S = 1.0
_LEAVE_S = 0.5
_SHARED_COPY = "with ARTIFACTS=s3 each replica needs an OUTPUT_DIR of its own"


@dataclass(frozen=True, slots=True)
class JobsConfig:
    """``root`` is OUTPUT_DIR; ``database_url`` is None for SQLite in it. Times in seconds, ``min_free`` in bytes.

    ``grace_s``: what running jobs have to finish from the order to end; handing back the rest comes after it.

    ``artifacts``: the bucket that jobs' files lie in; None where all replicas share ``root``.
    """

    root: Path
    database_url: str | None
    limits: QueueLimits
    max_running: int
    takeover_s: float
    ttl_s: float
    grace_s: float
    min_free: int
    artifacts: S3Config | None = None


Listener = Callable[[Change | None], None]
"""Hears of every change of a job's row; of None when changes may have been missed. Must not wait."""


@dataclass(slots=True)
class _Told:
    """Who hears of a change. Filled while the parts are built, since the database comes first."""

    hub: EventHub
    dispatcher: Dispatcher | None = None
    listeners: list[Listener] = field(default_factory=list)

    def change(self, change: Change) -> None:
        self.hub.mark(change)
        if self.dispatcher:
            self.dispatcher.on_change(change)
        for listener in self.listeners:
            listener(change)

    async def gap(self) -> None:
        self.hub.mark_all()
        if self.dispatcher:
            await self.dispatcher.on_gap()
        for listener in self.listeners:
            listener(None)


@dataclass(frozen=True, slots=True)
class JobService:
    """One for a process. ``owner`` is the name of the API key that asks; None means it may see everything."""

    store: Store
    hub: EventHub
    dispatcher: Dispatcher
    files: JobFiles
    observers: JobObserver
    listeners: list[Listener]
    corrections: Corrections

    async def submit(self, new: NewJob, upload: Path) -> Submission:
        """Take the upload in, synced, and queue the job.

        Raises IdempotencyConflict, QueueFull, StorageFull, S3Unavailable, S3Refused; nothing is left then.
        """
        job_var.set(new.id)
        with self.files.coming(new.id) as folder:
            await asyncio.to_thread(folder.create, upload)
            try:
                left = wait_budget()
                left.spend(await self.files.keep_input(folder, silent_s=left.left_s))
                with left.waiting() as left_s:
                    submission = await self.store.within(left_s).submit(new)
            except NotReady:
                raise  # the database may have taken the job without saying so; if not, the folder is removed later
            except ServiceError:
                await self.files.forget(folder)
                raise
            if submission.created:
                self.observers.admitted(submission.job)
            else:
                await self.files.forget(folder)
            return submission

    async def get(self, job_id: str, owner: str | None) -> Job:
        """Raises NotFound, also for another key's job."""
        job = await self.store.get(job_id)
        if owner is not None and job.owner != owner:
            raise NotFound.job(job_id)
        return job

    async def listed(
        self,
        *,
        sort: JobOrder,
        states: Collection[JobState],
        name: str,
        owner: str | None,
        batch_id: str | None,
        after: str | None,
        limit: int,
    ) -> list[Job]:
        """As ``Store.newest``. Raises NotFound where the list by names is to go on after a job that is gone."""
        behind = await self.get(after, owner) if after is not None and sort == "name" else None
        return await self.store.newest(
            sort=sort,
            states=states,
            name=name,
            owner=owner,
            batch_id=batch_id,
            after=after,
            after_name=behind.file.name if behind else "",
            limit=limit,
        )

    async def wait(self, job_id: str, seconds: float) -> Job:
        """The job, once it is finished, ``seconds`` are over, or the process is asked to end."""
        finished = asyncio.create_task(self.hub.wait_finished(self.store, job_id))
        draining = asyncio.create_task(self.dispatcher.draining.wait())
        try:
            await asyncio.wait({finished, draining}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return finished.result() if finished.done() else await self.store.get(job_id)
        finally:
            for task in (finished, draining):
                task.cancel()
            await asyncio.wait({finished, draining})

    def follow(self, job_id: str, after: int) -> AsyncIterator[list[JobEvent]]:
        """See ``EventHub.follow``."""
        return self.hub.follow(self.store.without_limit(), job_id, after)

    async def cancel(self, job_id: str) -> Job:
        """Cancelled, and nothing of it runs in this process any more. Raises NotFound, AlreadyFinished."""
        before = await self.store.get(job_id)
        job = await self.store.cancel(job_id)
        await self.dispatcher.stopped(job_id)
        if job.state is not JobState.CANCELLED:
            raise AlreadyFinished.job(job.state)
        if not before.state.finished:
            log.info("job %s cancelled by request", job_id)
        return job

    async def remove(self, job_id: str) -> None:
        """A finished job, its row and its files.

        Raises NotFinished, S3Unavailable, S3Refused: then the job is still there.
        """
        await self.store.check_finished(job_id)
        await self.files.remove_from_bucket(job_id)
        await self.store.remove(job_id)
        await self.dispatcher.stopped(job_id)
        await self.files.remove_folder(job_id)

    async def retry(self, job_id: str, pages: str = "") -> Job:
        """Read again what is not whole, and the pages that ``pages`` ("3,7-9") names, however they came out.

        As ``Store.retry``; raises also BadPages, where ``pages`` names one that is not the job's, and EncryptedPdf,
        where the document's password went with the end of the job.
        """
        job = await self.store.get(job_id)
        if job.password_removed and job.state.finished:
            raise EncryptedPdf.password_removed()
        return await self.store.retry(job_id, _pages_of(job, pages))

    async def purge(self, older_than_s: float) -> int:
        """Remove what finished that long ago; how many jobs."""
        count = 0
        while old := await self.store.finished_before(older_than_s):
            for job_id in old:
                with suppress(NotFinished):  # it was taken up again meanwhile
                    await self.remove(job_id)
                    count += 1
        return count

    def drain(self) -> None:
        """The process is asked to end: start nothing more, and keep nobody waiting."""
        self.dispatcher.drain()

    async def check_ready(self) -> None:
        """Raises NotReady when the process ends, or the database is away, or the bucket of ARTIFACTS=s3."""
        if self.dispatcher.draining.is_set():
            raise NotReady.stopping()
        if self.files.bucket_state not in (None, "ok"):
            raise NotReady(f"ARTIFACTS=s3: {self.files.bucket_state}")
        await self.store.within(_PROBE_S).ping()


def _pages_of(job: Job, named: str) -> tuple[int, ...]:
    if not named:
        return ()
    numbers = select_pages(named, job.file.pages)
    if others := set(numbers) - set(select_pages(job.options.pages, job.file.pages)):
        raise BadPages(f"pages={named!r}: page {min(others)} is not one that this job reads ({job.options.pages})")
    return numbers


@asynccontextmanager
async def open_store(config: JobsConfig, told: _Told) -> AsyncIterator[tuple[Store, Callable[[], float]]]:
    """The store, and when its database was last found away (monotonic seconds). Raises DatabaseError."""
    if config.database_url:
        from ocr_service.jobs.db.postgres import open_postgres  # with SQLAlchemy's asyncio 0.3 s

        async with open_postgres(config.database_url, told.change, told.gap) as postgres:
            yield Store(postgres, config.limits), lambda: postgres.failed_at
    else:
        async with open_sqlite(config.root / ".jobs" / "jobs.sqlite3", told.change) as sqlite:
            yield Store(sqlite, config.limits), lambda: float("-inf")


async def check_database(config: JobsConfig) -> None:
    """Raises DatabaseError, one line, when the service could not start with this database."""
    async with open_store(config, _Told(EventHub())):
        pass


@asynccontextmanager
async def open_jobs_read_only(config: JobsConfig) -> AsyncIterator[Store]:
    """For reading, also beside the process that owns the database. Raises DatabaseError."""
    async with AsyncExitStack() as stack:
        if config.database_url:
            store, _ = await stack.enter_async_context(open_store(config, _Told(EventHub())))
        else:
            path = config.root / ".jobs" / "jobs.sqlite3"
            store = Store(await stack.enter_async_context(open_sqlite_read_only(path)), config.limits)
        yield store


@asynccontextmanager
async def open_jobs_for_changes(config: JobsConfig) -> AsyncIterator[JobService]:
    """For changing jobs without running any. Raises DatabaseInUse, DatabaseError."""
    told = _Told(EventHub())
    async with open_store(config, told) as (store, _):
        nothing = Dispatcher(store, _run_nothing, replica="", limit=0)
        async with _bucket(config) as (_, bucket):
            files = JobFiles(config.root, store, bucket)
            corrections = Corrections(store, files)
            yield JobService(store, told.hub, nothing, files, JobObservers([]), told.listeners, corrections)


async def _run_nothing(claim: Claim) -> None:
    raise AssertionError(f"{claim.job.id} was claimed by what runs no jobs")


@asynccontextmanager
async def run_jobs(
    config: JobsConfig, readers: Mapping[ReaderName, PageReader], observers: JobObserver
) -> AsyncIterator[JobService]:
    """Take up what was running, run what comes, and at the end hand back what does not finish in the grace.

    Raises DatabaseError when the database cannot be used.
    """
    replica = uuid.uuid4().hex  # never a host's or a pod's name: a new process is another replica
    told = _Told(EventHub())
    async with AsyncExitStack() as stack:
        store, failed_at = await stack.enter_async_context(open_store(config, told))
        if not config.database_url:
            log_requeued(await store.requeue_all("restart"), "the previous process ended without a shutdown")
        s3, bucket = await stack.enter_async_context(_bucket(config))
        if s3 is not None:
            (config.root / ".jobs").mkdir(exist_ok=True)
            stack.enter_context(owned(config.root / ".jobs" / "replica", _SHARED_COPY))
            await stack.enter_async_context(_background(s3.watch(every_s=_LOOK_AT_BUCKET_S), "bucket check"))
        files = JobFiles(config.root, store, bucket)
        pages = PageWriter(store.without_limit(), FreeSpace((config.root,), config.min_free))
        runner = Runner(store.without_limit(), pages, readers, files, observers)
        dispatcher = told.dispatcher = Dispatcher(store, runner, replica=replica, limit=config.max_running)
        corrections = Corrections(store, files)
        service = JobService(store, told.hub, dispatcher, files, observers, told.listeners, corrections)
        if config.database_url:
            takeover = Takeover(store.without_limit(), takeover_s=config.takeover_s, failed_at=failed_at)
            stack.push_async_callback(_leave, store, replica)
            await store.seen(replica)
            stack.enter_context(heartbeat(config.database_url, replica, every_s=beat_every_s(config.takeover_s)))
            await stack.enter_async_context(_background(takeover.run(), "takeover"))
        await stack.enter_async_context(
            _background(_tidy(replace(service, store=store.without_limit()), config.ttl_s), "removal of old jobs")
        )
        await stack.enter_async_context(corrections.running())
        await stack.enter_async_context(dispatcher.running_jobs(config.grace_s))
        yield service


async def _leave(store: Store, replica: str) -> None:
    with suppress(NotReady):  # then the others see it fall silent
        await store.within(_LEAVE_S).gone(replica)


async def _tidy(service: JobService, ttl_s: float) -> None:
    """Remove old jobs, and folders that belong to no job, for ever."""
    while True:
        try:
            if removed := await service.purge(ttl_s):
                log.info("removed %d jobs older than JOB_TTL_H", removed)
            for stray in await service.files.strays():
                await service.files.remove_stray(stray)
        except ServiceError as error:
            log.warning("cannot remove old jobs (JOB_TTL_H); retrying in the next round: %s", error)
        await asyncio.sleep(max(1.0, min(_TIDY_EVERY_S, ttl_s)))


@asynccontextmanager
async def _bucket(config: JobsConfig) -> AsyncIterator[tuple[S3Store | None, S3Artifacts | None]]:
    """A client for the jobs' files alone, so that nothing else that goes to the bucket keeps them waiting."""
    if config.artifacts is None:
        yield None, None
        return
    s3 = await asyncio.to_thread(S3Store, config.artifacts)
    try:
        yield s3, S3Artifacts(s3)
    finally:
        s3.close()


@asynccontextmanager
async def _background(work: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    """Run ``work`` beside the context, and end it with it."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
