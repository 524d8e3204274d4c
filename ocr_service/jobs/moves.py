"""The one writer of a job's state, and of its pages: every statement that changes them is here.

Each runs inside a transaction and names the run it writes for; a run that no longer owns the job gets RunLost.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ocr_service.document import FileInfo
from ocr_service.jobs.database import Transaction
from ocr_service.jobs.models import (
    UNFINISHED,
    Change,
    Job,
    JobFailure,
    JobState,
    PageRow,
    Priority,
    RunLost,
    Webhook,
    moved,
    options_from_json,
)
from ocr_service.jobs.tables import db_now, jobs, moves, pages


def job_from_row(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        state=JobState(row["state"]),
        priority=Priority(row["priority"]),
        owner=row["owner"],
        file=FileInfo(
            name=row["file_name"],
            type=row["file_type"],
            sha256=row["sha256"],
            bytes=row["bytes"],
            pages=row["file_pages"],
        ),
        page_total=row["page_total"],
        options=options_from_json(row["options"]),
        engine=row["engine"],
        engine_version=row["engine_version"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        deadline_at=row["deadline_at"],
        run_id=row["run_id"],
        replica=row["replica"],
        runs=row["runs"],
        last_seq=row["last_seq"],
        leader_id=row["leader_id"],
        cached=bool(row["cached"]),
        batch_id=row["batch_id"],
        webhook=Webhook(row["webhook_url"], tuple(row["webhook_events"] or ())) if row["webhook_url"] else None,
        failure=_failure(row),
    )


def _failure(row: RowMapping) -> JobFailure | None:
    if row["failure_code"] is None:
        return None
    return JobFailure(row["failure_code"], row["failure_message"], row["failure_page"], row["failure_stage"])


async def locked_job(tx: Transaction, job_id: str) -> Job | None:
    """The job, its row held until the transaction ends (SQLite has one writer and needs no lock)."""
    row = (await tx.execute(select(jobs).where(jobs.c.id == job_id).with_for_update())).mappings().first()
    return job_from_row(row) if row else None


async def move(
    tx: Transaction,
    job: Job,
    to: JobState,
    *,
    run_id: str | None = None,
    replica: str | None = None,
    failure: JobFailure | None = None,
    cached: bool = False,
    reason: str | None = None,
) -> Job:
    """Move the job, whose row the caller holds; ``run_id`` is the run that will own it (claims and ends only)."""
    after = moved(job, to)
    # A finished job's last event is "end", with a number of its own, so that a listener can resume between the two.
    seq = job.last_seq + 1
    values: dict[str, Any] = {
        "state": to.value,
        "run_id": run_id,
        "replica": replica,
        "last_seq": seq + 1 if to.finished else seq,
        "failure_code": failure.code if failure else null(),
        "failure_message": failure.message if failure else null(),
        "failure_page": failure.page if failure else null(),
        "failure_stage": failure.stage if failure else null(),
        "finished_at": db_now() if to.finished else null(),
        "cached": cached,
    }
    if to is JobState.RUNNING:
        values |= {"runs": jobs.c.runs + 1, "started_at": func.coalesce(jobs.c.started_at, db_now())}
    changed = await tx.execute(update(jobs).where(jobs.c.id == job.id).values(values).returning(*jobs.c))
    row = changed.mappings().one()
    await tx.execute(
        insert(moves).values(job_id=job.id, seq=seq, state=to.value, at=db_now(), run_id=run_id, reason=reason)
    )
    if to.finished:
        await _release_followers(tx, job.id, completed=to is JobState.COMPLETED)
    tx.changes.append(Change(job.id, after.state, run_id))
    return job_from_row(row)


async def _release_followers(tx: Transaction, job_id: str, *, completed: bool) -> None:
    """Jobs for the same content waited for this one. A whole result serves all; else one of them reads for the rest."""
    following = jobs.c.leader_id == job_id, jobs.c.state == JobState.QUEUED.value
    rows = await tx.all(select(jobs.c.id).where(*following).order_by(jobs.c.id))
    if not completed and rows:
        first, rest = rows[0].id, [row.id for row in rows[1:]]
        await tx.execute(update(jobs).where(jobs.c.id == first).values(leader_id=None))
        if rest:
            await tx.execute(update(jobs).where(jobs.c.id.in_(rest)).values(leader_id=first))
    tx.changes.extend(Change(row.id, JobState.QUEUED, None) for row in rows)


async def owned_job(tx: Transaction, job_id: str, run_id: str) -> Job:
    """The job, if ``run_id`` still runs it. Raises RunLost."""
    job = await locked_job(tx, job_id)
    if job is None or job.run_id != run_id or job.state is not JobState.RUNNING:
        raise RunLost(job_id)
    return job


async def keep_page(tx: Transaction, job_id: str, run_id: str, page: PageRow) -> None:
    """Write down a page whose result is on disk. Raises RunLost. Doing it twice changes nothing."""
    held = await tx.one(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.run_id == run_id, jobs.c.state == JobState.RUNNING.value)
        .values(last_seq=jobs.c.last_seq + 1)
        .returning(jobs.c.last_seq)
    )
    if held is None:
        raise RunLost(job_id)
    build = postgresql_insert if tx.connection.dialect.name == "postgresql" else sqlite_insert
    row = {
        "job_id": job_id,
        "number": page.number,
        "seq": held.last_seq,
        "run_id": run_id,
        "status": page.status,
        "seconds": page.seconds,
        "error_code": page.error_code,
    }
    statement = build(pages).values(row)
    # A page that this run has written already keeps its number, or a listener would see it twice.
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["job_id", "number"],
            set_={name: statement.excluded[name] for name in ("seq", "run_id", "status", "seconds", "error_code")},
            where=pages.c.run_id != run_id,
        )
    )
    tx.changes.append(Change(job_id, JobState.RUNNING, run_id))


def unfinished() -> list[str]:
    return [state.value for state in UNFINISHED]
