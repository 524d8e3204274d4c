"""The jobs as the rest of the program asks for them: one call, one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import and_, delete, func, or_, select, text
from sqlalchemy.exc import IntegrityError

from ocr_service.errors import NotFinished, NotFound
from ocr_service.jobs.db import queue
from ocr_service.jobs.db import transitions as writer
from ocr_service.jobs.db.database import Rows, Transaction
from ocr_service.jobs.db.queue_load import Backlog, Load, QueueLimits, backlog, load
from ocr_service.jobs.db.tables import db_now, jobs, moves, pages, replicas, unfinished
from ocr_service.jobs.db.usage import quota_uses, refuse_over_quota
from ocr_service.jobs.delivery.rows import put_off_upload
from ocr_service.jobs.models import (
    CORRECTED,
    Claim,
    CorrectedPage,
    Job,
    JobEvent,
    JobFailure,
    JobState,
    KeptPage,
    NewJob,
    PageCounts,
    PageRow,
)

JobOrder = Literal["newest", "oldest", "name"]


@dataclass(frozen=True, slots=True)
class Store(Rows):
    """The jobs' rows. Every call may raise NotReady (see ``Rows``)."""

    limits: QueueLimits

    # Into the queue, and out of it

    async def submit(self, new: NewJob) -> queue.Submission:
        """Raises IdempotencyConflict, QueueFull, QuotaExceeded and TooManyPages."""
        try:
            return await self.write(lambda tx: queue.submit(tx, new, self.limits))
        except IntegrityError:
            # A connection was lost in the commit, which had come through all the same.
            job = await self.find(new.id)
            if job is None:
                raise
            return queue.Submission(job, created=True)

    async def load(self, coming: int) -> Load:
        """What counts towards the limits, for ``coming`` documents that are being taken in."""

        def work(tx: Transaction) -> Load:
            uses = quota_uses(tx) if self.limits.quotas.any else {}
            return replace(load(tx, self.limits, coming), quota_uses=uses)

        return await self.read(work)

    async def claim_next(self, replica: str) -> Claim | None:
        return await self.write(lambda tx: queue.claim_next(tx, replica))

    async def hand_back(self, replica: str, reason: str) -> int:
        """Queue again all that this replica holds; how many."""
        held = jobs.c.replica == replica
        handed_back = await self.write(lambda tx: queue.requeue(tx, held, reason, self.limits, lost=False))
        return handed_back.again

    async def requeue_all(self, reason: str) -> queue.Requeued:
        """At the start of the one process that owns the database: what was running is not running any more."""
        everything = jobs.c.run_id.is_not(None)
        return await self.write(lambda tx: queue.requeue(tx, everything, reason, self.limits, lost=True))

    async def expire_waiting(self) -> float | None:
        """Fail what waits past its deadline; seconds until the next deadline."""

        def work(tx: Transaction) -> float | None:
            queue.expire_waiting(tx, self.limits.quotas)
            return queue.next_deadline_in(tx)

        return await self.write(work)

    # A run writes

    async def keep_pages(self, kept: Sequence[KeptPage]) -> set[str]:
        """The runs among them that lost their jobs; nothing of theirs is written."""
        return await self.write(lambda tx: writer.keep_pages(tx, kept))

    async def finish(
        self, job_id: str, run_id: str, to: JobState, *, failure: JobFailure | None = None, cached: bool = False
    ) -> None:
        """Raises RunLost."""

        def work(tx: Transaction) -> None:
            job = writer.owned_job(tx, job_id, run_id)
            writer.end(tx, job, to, self.limits.quotas, failure=failure, cached=cached)

        await self.write(work)

    async def check_owned(self, job_id: str, run_id: str) -> None:
        """Raises RunLost."""
        await self.read(lambda tx: writer.owned_job(tx, job_id, run_id))

    async def read_for_itself(self, job_id: str, run_id: str) -> None:
        """A copy that cannot have the other job's pages reads them. Raises RunLost, QuotaExceeded and TooManyPages."""
        await self.write(lambda tx: writer.read_for_itself(tx, job_id, run_id, self.limits.quotas))

    # People decide

    async def cancel(self, job_id: str) -> Job:
        """The job, cancelled now if it was not finished. Raises NotFound."""

        def work(tx: Transaction) -> Job:
            job = writer.locked_job(tx, job_id)
            if job is None:
                raise _no_job(job_id)
            return job if job.state.finished else writer.end(tx, job, JobState.CANCELLED, self.limits.quotas)

        return await self.write(work)

    async def retry(self, job_id: str, again: Sequence[int] = ()) -> Job:
        """Queue a finished job again, to read what is not whole, and the pages of ``again``. Raises NotFound.

        An unfinished job, and a completed one where no pages are named, is left as it is. Raises also QuotaExceeded and
        TooManyPages.
        """

        def work(tx: Transaction) -> Job:
            job = writer.locked_job(tx, job_id)
            if job is None:
                raise _no_job(job_id)
            if not job.state.finished or (job.state is JobState.COMPLETED and not again):
                return job
            values: dict[str, Any] = {"deadline_at": None}
            if again:  # they would be taken over from the same content's other job
                values["leader_id"] = None
            tx.execute(jobs.update().where(jobs.c.id == job_id).values(values))
            writer.mark_again(tx, job_id, again)
            queued = writer.move(tx, job, JobState.QUEUED, reason="retry", lost_runs=0)
            refuse_over_quota(tx, job.owner, self.limits.quotas, more=job.page_total - writer.pages_kept(tx, job_id))
            return queued

        return await self.write(work)

    async def correct_page(self, page: CorrectedPage) -> Job:
        """The job after the correction. Raises NotFound, NotFinished, PageReplaced."""

        def work(tx: Transaction) -> Job:
            job = writer.correct_page(tx, page)
            if job is None:
                raise _no_job(page.job_id)
            put_off_upload(tx, page.job_id)
            return job

        return await self.write(work)

    async def remove(self, job_id: str) -> None:
        """Forget a finished job; its idempotency key is free again. Raises NotFinished."""

        def work(tx: Transaction) -> None:
            job = writer.locked_job(tx, job_id)
            _refuse_unfinished(job)
            if job is not None:
                writer.remove(tx, job, self.limits.quotas)

        await self.write(work)

    async def check_finished(self, job_id: str) -> None:
        """Raises NotFinished."""
        _refuse_unfinished(await self.find(job_id))

    # Reading

    async def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        job = await self.find(job_id)
        if job is None:
            raise _no_job(job_id)
        return job

    async def find(self, job_id: str) -> Job | None:
        def work(tx: Transaction) -> Job | None:
            row = (tx.execute(select(jobs).where(jobs.c.id == job_id))).mappings().first()
            return writer.job_from_row(row) if row else None

        return await self.read(work)

    async def newest(
        self,
        *,
        sort: JobOrder = "newest",
        states: Collection[JobState] = (),
        name: str = "",
        owner: str | None = None,
        batch_id: str | None = None,
        after: str | None = None,
        after_name: str = "",
        limit: int = 50,
    ) -> list[Job]:
        """In the order of ``sort``; ``after`` is the last id of the page before, ``after_name`` its file's name.

        ``name``: what the file's name contains.
        """
        by_name = func.lower(jobs.c.file_name)
        orders = {"newest": (jobs.c.id.desc(),), "oldest": (jobs.c.id,), "name": (by_name, jobs.c.id)}
        wanted = select(jobs).order_by(*orders[sort]).limit(limit)
        if states:
            wanted = wanted.where(jobs.c.state.in_([state.value for state in states]))
        if name:
            # SQLite knows upper and lower case of ASCII alone: names are looked for in the usual spellings.
            spellings = {name, name.lower(), name.upper(), name.capitalize()}
            wanted = wanted.where(or_(*(jobs.c.file_name.contains(one, autoescape=True) for one in spellings)))
        if owner is not None:
            wanted = wanted.where(jobs.c.owner == owner)
        if batch_id is not None:
            wanted = wanted.where(jobs.c.batch_id == batch_id)
        if after is not None:
            same = by_name == func.lower(after_name)
            behind = {
                "newest": jobs.c.id < after,
                "oldest": jobs.c.id > after,
                "name": or_(by_name > func.lower(after_name), and_(same, jobs.c.id > after)),
            }
            wanted = wanted.where(behind[sort])

        def work(tx: Transaction) -> list[Job]:
            return [writer.job_from_row(row) for row in (tx.execute(wanted)).mappings()]

        return await self.read(work)

    async def page_counts(self, job_ids: Sequence[str]) -> dict[str, PageCounts]:
        failed = func.count().filter(pages.c.status == "failed")
        wanted = (
            select(pages.c.job_id, func.count().label("kept"), failed.label("failed"))
            .where(pages.c.job_id.in_(job_ids), ~pages.c.again)
            .group_by(pages.c.job_id)
        )

        def work(tx: Transaction) -> dict[str, PageCounts]:
            return {row.job_id: PageCounts(row.kept - row.failed, row.failed) for row in tx.all(wanted)}

        return await self.read(work)

    async def pages(self, job_id: str) -> list[PageRow]:
        wanted = select(pages).where(pages.c.job_id == job_id).order_by(pages.c.number)

        def work(tx: Transaction) -> list[PageRow]:
            return [PageRow(row.number, row.status, row.seconds, row.error_code, row.again) for row in tx.all(wanted)]

        return await self.read(work)

    async def page_runs(self, job_id: str) -> dict[int, str]:
        """Which run read which page."""
        wanted = select(pages.c.number, pages.c.run_id).where(pages.c.job_id == job_id).order_by(pages.c.number)

        def work(tx: Transaction) -> dict[int, str]:
            return {row.number: row.run_id for row in tx.all(wanted)}

        return await self.read(work)

    async def corrected(self) -> list[Job]:
        """Finished jobs in which people have corrected pages."""
        wanted = select(jobs).where(jobs.c.corrections > 0, ~unfinished())

        def work(tx: Transaction) -> list[Job]:
            return [writer.job_from_row(row) for row in (tx.execute(wanted)).mappings()]

        return await self.read(work)

    async def runs(self, job_id: str) -> list[str]:
        """The job's runs and the versions that corrections made, newest first."""
        made = or_(moves.c.state == JobState.RUNNING.value, moves.c.reason == CORRECTED)
        started = moves.c.job_id == job_id, made
        wanted = select(moves.c.run_id).where(*started).order_by(moves.c.seq.desc())

        def work(tx: Transaction) -> list[str]:
            return [row.run_id for row in tx.all(wanted)]

        return await self.read(work)

    async def position(self, job_id: str) -> int | None:
        return await self.read(lambda tx: queue.position(tx, job_id))

    async def state_counts(self, owner: str | None = None) -> dict[JobState, int]:
        """How many jobs are in each state, of one owner or of all; a state without jobs is left out."""
        wanted = select(jobs.c.state, func.count().label("jobs")).group_by(jobs.c.state)
        if owner is not None:
            wanted = wanted.where(jobs.c.owner == owner)

        def work(tx: Transaction) -> dict[JobState, int]:
            return {JobState(row.state): row.jobs for row in tx.all(wanted)}

        return await self.read(work)

    async def backlog(self) -> Backlog:
        return await self.read(backlog)

    async def events(self, job_id: str, after: int) -> list[JobEvent]:
        """What happened to the job after event ``after``, in order."""
        happened = select(moves).where(moves.c.job_id == job_id, moves.c.seq > after)
        kept = select(pages).where(pages.c.job_id == job_id, pages.c.seq > after)
        # "end" has the number after its move's, so a listener that got the move alone still gets the end.
        ended = select(moves).where(moves.c.job_id == job_id, moves.c.seq == after)

        def work(tx: Transaction) -> list[JobEvent]:
            found: list[JobEvent] = []
            for row in tx.all(ended):
                found += _end(row.seq, JobState(row.state), row.reason)
            for row in tx.all(happened):
                state = JobState(row.state)
                found.append(JobEvent(row.seq, "state", {"state": state.value, "at": row.at, "reason": row.reason}))
                found += _end(row.seq, state, row.reason)
            for row in tx.all(kept):
                data = {
                    "number": row.number,
                    "status": row.status,
                    "seconds": row.seconds,
                    "error": row.error_code,
                    "again": row.again,
                }
                found.append(JobEvent(row.seq, "page", data))
            return sorted(found, key=lambda item: item.seq)

        return await self.read(work)

    async def finished_before(self, age_s: float, limit: int = 100) -> list[str]:
        """Jobs that ended ``age_s`` seconds ago or earlier."""
        wanted = select(jobs.c.id).where(jobs.c.finished_at < db_now() - age_s).limit(limit)

        def work(tx: Transaction) -> list[str]:
            return [row.id for row in tx.all(wanted)]

        return await self.read(work)

    async def known(self, job_ids: Sequence[str]) -> set[str]:
        """Which of these exist."""
        wanted = select(jobs.c.id).where(jobs.c.id.in_(job_ids))

        def work(tx: Transaction) -> set[str]:
            return {row.id for row in tx.all(wanted)}

        return await self.read(work)

    async def runs_of(self, run_ids: Sequence[str]) -> set[str]:
        """Which of these runs still own their jobs."""
        wanted = select(jobs.c.run_id).where(jobs.c.run_id.in_(run_ids))

        def work(tx: Transaction) -> set[str]:
            return {row.run_id for row in tx.all(wanted)}

        return await self.read(work)

    async def ping(self) -> None:
        """Raises NotReady when the database is away."""

        def work(tx: Transaction) -> None:
            tx.execute(text("SELECT 1"))

        await self.read(work)

    # Replicas

    async def seen(self, replica: str) -> None:
        """This replica is alive."""

        def work(tx: Transaction) -> None:
            changed = tx.execute(replicas.update().where(replicas.c.id == replica).values(seen_at=db_now()))
            if not changed.rowcount:
                tx.execute(replicas.insert().values(id=replica, seen_at=db_now()))

        await self.write(work)

    async def gone(self, replica: str) -> None:
        """This replica ends."""

        def work(tx: Transaction) -> None:
            tx.execute(delete(replicas).where(replicas.c.id == replica))

        await self.write(work)

    async def take_over(self, silent_s: float) -> queue.Requeued:
        """Queue again the jobs of replicas that were silent for ``silent_s`` seconds."""
        alive = select(replicas.c.id).where(replicas.c.seen_at >= db_now() - silent_s)

        def work(tx: Transaction) -> queue.Requeued:
            count = queue.requeue(tx, jobs.c.replica.not_in(alive), "replica lost", self.limits, lost=True)
            tx.execute(delete(replicas).where(replicas.c.seen_at < db_now() - silent_s))
            return count

        return await self.write(work)


def _end(seq: int, state: JobState, reason: str | None) -> list[JobEvent]:
    said = {"reason": CORRECTED} if reason == CORRECTED else {}
    return [JobEvent(seq + 1, "end", {"state": state.value, **said})] if state.finished else []


def _refuse_unfinished(job: Job | None) -> None:
    if job is not None and not job.state.finished:
        raise NotFinished(f"The job is {job.state}, and only one that has ended is removed.")


def _no_job(job_id: str) -> NotFound:
    return NotFound.job(job_id)
