"""Claims and starts queued jobs, up to a number at a time, and stops jobs that this process no longer owns.

It works alike on SQLite and PostgreSQL: a claim is one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ocr_service.errors import NotReady, ServiceError
from ocr_service.jobs.models import Change, Claim, JobState
from ocr_service.jobs.store import Store
from ocr_service.net.retry import RetryPolicy

log = logging.getLogger(__name__)

_HAND_BACK_S = 2.5
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=2.0)


def _log_retry(error: BaseException, pause_s: float) -> None:
    log.warning("cannot start jobs: %s; retrying in %.1f s", error, pause_s)


@dataclass(frozen=True, slots=True)
class _Run:
    claim: Claim
    task: asyncio.Task[None]


class Dispatcher:
    """Runs at most ``limit`` jobs at a time. ``run`` reads one document and stores the job's state; it never raises."""

    def __init__(self, store: Store, run: Callable[[Claim], Awaitable[None]], *, replica: str, limit: int) -> None:
        self._store = store.without_limit()
        self._run = run
        self._replica = replica
        self._limit = limit
        self._runs: dict[str, _Run] = {}
        self._suspects: set[str] = set()  # running jobs whose last run ended with its process
        self._wake = asyncio.Event()
        self.draining = asyncio.Event()
        self._asked_to_end_at = 0.0

    @property
    def running(self) -> int:
        return len(self._runs)

    def on_change(self, change: Change) -> None:
        """A job's row changed, here or at another replica."""
        if change.state is not JobState.RUNNING:
            self._wake.set()  # a job is queued, or waits for a job that has now ended
        if change.job_id in self._suspects:  # it has stored a page, so the next job may start
            self._suspects.discard(change.job_id)
            self._wake.set()
        run = self._runs.get(change.job_id)
        if run and change.run_id != run.claim.run_id and not change.state.finished:
            run.task.cancel()  # taken over by another
        elif run and change.state is JobState.CANCELLED:
            run.task.cancel()

    async def on_gap(self) -> None:
        """Changes may have been missed: checks the rows of all running jobs."""
        self._wake.set()
        here = {run.claim.run_id: run for run in self._runs.values()}
        for lost in here.keys() - await self._store.runs_of(list(here)):
            here[lost].task.cancel()

    async def stopped(self, job_id: str) -> None:
        """Returns when no run of this job is left in this process."""
        if run := self._runs.get(job_id):
            await asyncio.wait([run.task])

    def drain(self) -> None:
        """Starts no more jobs. The grace of ``running_jobs`` counts from the first call."""
        if not self.draining.is_set():
            self._asked_to_end_at = time.monotonic()
            self.draining.set()

    @asynccontextmanager
    async def running_jobs(self, grace_s: float) -> AsyncIterator[None]:
        """Runs jobs until the context ends; jobs that still run ``grace_s`` seconds after ``drain`` are handed back."""
        dispatching = _RETRIES.call(self._dispatch, ServiceError, before_pause=_log_retry)
        loop = asyncio.create_task(dispatching, name="job dispatcher")
        try:
            yield
        finally:
            self.drain()
            loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loop
            await self._hand_back(max(0.0, self._asked_to_end_at + grace_s - time.monotonic()))

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            while not self.draining.is_set() and len(self._runs) < self._limit:
                claim = await self._store.claim_next(self._replica)
                if claim is None:
                    break
                self._start(claim)
            left = await self._store.expire_waiting()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if left is None else max(0.05, left)):
                    await self._wake.wait()

    def _start(self, claim: Claim) -> None:
        job_id = claim.job.id
        task = asyncio.create_task(self._run_to_end(claim), name=f"job {job_id}")
        self._runs[job_id] = _Run(claim, task)
        if claim.job.lost_runs:
            self._suspects.add(job_id)

    async def _run_to_end(self, claim: Claim) -> None:
        try:
            await self._run(claim)
        finally:
            del self._runs[claim.job.id]
            self._suspects.discard(claim.job.id)
            self._wake.set()

    async def _hand_back(self, grace_s: float) -> None:
        tasks = [run.task for run in self._runs.values()]
        late: set[asyncio.Task[None]] = set()
        if tasks:
            log.info("shutting down: waiting up to %.0f s (SHUTDOWN_GRACE_S) for %d running jobs", grace_s, len(tasks))
            _, late = await asyncio.wait(tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        try:
            handed_back = await self._store.within(_HAND_BACK_S).hand_back(self._replica, "handed back")
        except NotReady:
            log.warning(
                "cannot hand back running jobs: no answer from the database; another replica or the next start does it"
            )
        else:
            if tasks:
                log.info("shutting down: %d jobs finished, %d handed back", len(tasks) - len(late), handed_back)
