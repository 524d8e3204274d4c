"""The one writer of a job's state, and of its pages: every statement that changes them is here.

Each runs inside a transaction and names the run it writes for; a run that no longer owns the job gets RunLost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    RowMapping,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ocr_service.document import FileInfo
from ocr_service.errors import NotFinished, QuotaExceeded
from ocr_service.jobs.db.database import Transaction
from ocr_service.jobs.db.tables import db_now, jobs, moves, pages
from ocr_service.jobs.db.usage import PageQuotas, count_usage, quota_uses, refuse_over_quota
from ocr_service.jobs.models import (
    CORRECTED,
    Change,
    CorrectedPage,
    Job,
    JobFailure,
    JobState,
    KeptPage,
    PageReplaced,
    Priority,
    RunLost,
    Webhook,
    moved,
    options_from_json,
    options_to_json,
    without_password,
)


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
        lost_runs=row["lost_runs"],
        last_seq=row["last_seq"],
        leader_id=row["leader_id"],
        cached=bool(row["cached"]),
        batch_id=row["batch_id"],
        webhook=Webhook(row["webhook_url"], tuple(row["webhook_events"] or ())) if row["webhook_url"] else None,
        failure=_failure(row),
        password_removed=bool(row["options"].get("password_removed")),
        corrections=row["corrections"],
    )


def _failure(row: RowMapping) -> JobFailure | None:
    if row["failure_code"] is None:
        return None
    return JobFailure(row["failure_code"], row["failure_message"], row["failure_page"], row["failure_stage"])


def locked_job(tx: Transaction, job_id: str) -> Job | None:
    """The job, its row held until the transaction ends (SQLite has one writer and needs no lock)."""
    row = (tx.execute(select(jobs).where(jobs.c.id == job_id).with_for_update())).mappings().first()
    return job_from_row(row) if row else None


def move(
    tx: Transaction,
    job: Job,
    to: JobState,
    *,
    run_id: str | None = None,
    replica: str | None = None,
    failure: JobFailure | None = None,
    cached: bool = False,
    reason: str | None = None,
    lost_runs: int | None = None,
) -> Job:
    """Move the job, whose row the caller holds; ``run_id`` is the run that will own it (claims only)."""
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
        "finished_at": _now_or(job.started_at or job.created_at) if to.finished else null(),
        "cached": cached,
    }
    if to.finished and job.options.password:
        values["options"] = without_password(options_to_json(job.options))
    if lost_runs is not None:
        values["lost_runs"] = lost_runs
    if to is JobState.RUNNING:
        values |= {"runs": jobs.c.runs + 1, "started_at": func.coalesce(jobs.c.started_at, _now_or(job.created_at))}
    changed = tx.execute(update(jobs).where(jobs.c.id == job.id).values(values).returning(*jobs.c))
    row = changed.mappings().one()
    tx.execute(insert(moves).values(job_id=job.id, seq=seq, state=to.value, at=db_now(), run_id=run_id, reason=reason))
    if to.finished:
        _release_followers(tx, job.id, completed=to is JobState.COMPLETED)
    tx.changes.append(Change(job.id, after.state, run_id))
    return job_from_row(row)


def _now_or(before: float) -> ColumnElement[float]:
    """Now, but not before what came before: a clock that was set back makes no negative durations."""
    return case((db_now() < before, before), else_=db_now())


def _release_followers(tx: Transaction, job_id: str, *, completed: bool) -> None:
    """Jobs for the same content waited for this one. A whole result serves all; else one of them reads for the rest."""
    following = jobs.c.leader_id == job_id, jobs.c.state == JobState.QUEUED.value
    rows = tx.all(select(jobs.c.id).where(*following).order_by(jobs.c.id))
    if not completed and rows:
        first, rest = rows[0].id, [row.id for row in rows[1:]]
        tx.execute(update(jobs).where(jobs.c.id == first).values(leader_id=None))
        if rest:
            tx.execute(update(jobs).where(jobs.c.id.in_(rest)).values(leader_id=first))
    tx.changes.extend(Change(row.id, JobState.QUEUED, None) for row in rows)


def end(
    tx: Transaction,
    job: Job,
    to: JobState,
    quotas: PageQuotas,
    *,
    failure: JobFailure | None = None,
    cached: bool = False,
    reason: str | None = None,
    lost_runs: int | None = None,
) -> Job:
    """Move the job to its end. Jobs that waited for its result and would now be read beyond the quota fail.

    They were let in as copies, which cost nothing: without this a key reads one document again and again, by
    cancelling each job just before its end.
    """
    copies = _waiting_copies(tx, job.id)
    after = move(tx, job, to, failure=failure, cached=cached, reason=reason, lost_runs=lost_runs)
    if to is not JobState.COMPLETED:
        _fail_over_quota(tx, job.owner, copies, quotas)
    return after


def remove(tx: Transaction, job: Job, quotas: PageQuotas) -> None:
    """Delete a finished job. Of the copies that still wait for its pages one reads them for the rest, if the quota
    allows it; else they fail, as above."""
    copies = _waiting_copies(tx, job.id)
    _release_followers(tx, job.id, completed=False)
    tx.execute(delete(jobs).where(jobs.c.id == job.id))
    _fail_over_quota(tx, job.owner, copies, quotas)


def read_for_itself(tx: Transaction, job_id: str, run_id: str, quotas: PageQuotas) -> None:
    """A copy cannot have the other job's pages: from now on its own count. Raises RunLost, QuotaExceeded."""
    job = owned_job(tx, job_id, run_id)
    if job.leader_id is not None:
        tx.execute(update(jobs).where(jobs.c.id == job_id).values(leader_id=None))
        refuse_over_quota(tx, job.owner, quotas, more=job.page_total - pages_kept(tx, job_id))


def _waiting_copies(tx: Transaction, job_id: str) -> list[str]:
    waiting = jobs.c.leader_id == job_id, jobs.c.state == JobState.QUEUED.value
    return [row.id for row in tx.all(select(jobs.c.id).where(*waiting).order_by(jobs.c.id))]


def _fail_over_quota(tx: Transaction, owner: str, copies: Sequence[str], quotas: PageQuotas) -> None:
    quota = quotas.of(owner)
    for job_id in copies if quota else ():
        copy, use = locked_job(tx, job_id), quota_uses(tx, owner)[owner]
        if use.pages <= quota:
            break
        if copy is not None and copy.state is JobState.QUEUED:
            refused = QuotaExceeded.pages(use.pages - copy.page_total, quota)
            move(tx, copy, JobState.FAILED, failure=JobFailure(refused.code, str(refused)))


def owned_job(tx: Transaction, job_id: str, run_id: str) -> Job:
    """The job, if ``run_id`` still runs it. Raises RunLost."""
    job = locked_job(tx, job_id)
    if job is None or job.run_id != run_id or job.state is not JobState.RUNNING:
        raise RunLost(job_id)
    return job


def mark_again(tx: Transaction, job_id: str, numbers: Sequence[int]) -> None:
    """Pages that are not whole, and those that are named, are to be read again; they stay until that is done."""
    wanted = or_(pages.c.status != "completed", pages.c.number.in_(numbers))
    tx.execute(update(pages).where(pages.c.job_id == job_id, wanted).values(again=True))


def pages_kept(tx: Transaction, job_id: str) -> int:
    """How many of the job's pages need not be read."""
    kept = select(func.count()).where(pages.c.job_id == job_id, ~pages.c.again)
    return int(tx.execute(kept).scalar_one())


def keep_pages(tx: Transaction, kept: Sequence[KeptPage]) -> set[str]:
    """Write down pages whose results are on disk; the runs that lost their jobs, of which nothing is written.

    Doing it twice changes nothing. One statement a job and one for all pages: a statement costs more than a row.
    """
    runs: dict[str, list[KeptPage]] = {}
    for page in kept:
        runs.setdefault(page.run_id, []).append(page)
    lost: set[str] = set()
    rows: list[dict[str, Any]] = []
    owners: dict[str, str] = {}
    for run_id, its_pages in sorted(runs.items()):
        job_id = its_pages[0].job_id
        values = {"of_job": job_id, "of_run": run_id, "more": len(its_pages)}
        held = (tx.execute(_TAKE_NUMBERS, values)).first()
        if held is None:
            lost.add(run_id)
            continue
        owners[job_id] = held.owner
        rows += [_page_row(page, held.last_seq - back) for back, page in enumerate(reversed(its_pages))][::-1]
        tx.changes.append(Change(job_id, JobState.RUNNING, run_id))
    if rows:
        # A row that this run has written already is not returned, and its page is not counted again.
        written = {(row.job_id, row.number) for row in tx.execute(_KEEP[tx.connection.dialect.name], rows)}
        counted = [page for page in kept if (page.job_id, page.row.number) in written and page.run_id not in lost]
        count_usage(tx, [(owners[page.job_id], page.usage) for page in counted])
    return lost


def _page_row(page: KeptPage, seq: int) -> dict[str, Any]:
    return {
        "job_id": page.job_id,
        "number": page.row.number,
        "seq": seq,
        "run_id": page.run_id,
        "status": page.row.status,
        "seconds": page.row.seconds,
        "error_code": page.row.error_code,
        "again": page.row.again,
    }


def correct_page(tx: Transaction, page: CorrectedPage) -> Job | None:
    """Writes down a correction of a job that has ended; the job as it is then, None where there is no such page.

    The page and its new version become the job's last events. Doing it twice changes nothing. Raises NotFinished where
    the job is read again, and PageReplaced where the page is not the one that was corrected.
    """
    job = locked_job(tx, page.job_id)
    mine = pages.c.job_id == page.job_id, pages.c.number == page.number
    row = tx.one(select(pages.c.run_id).where(*mine))
    if job is None or row is None:
        return None
    if row.run_id == page.version:  # a connection was lost in the commit, which had come through all the same
        return job
    if not job.state.finished:
        raise NotFinished.to_correct(job.state)
    if row.run_id != page.replaces:
        raise PageReplaced(page.number)
    seq = job.last_seq + 1
    values = {"seq": seq, "run_id": page.version, "status": page.status}
    failed = page.failure.code if page.failure else None
    tx.execute(update(pages).where(*mine).values(**values, error_code=failed))
    statuses = [row.status for row in tx.all(select(pages.c.status).where(pages.c.job_id == page.job_id))]
    to = _state_after(job, statuses)
    failure = _failure_after(job, page) if to is not JobState.COMPLETED else None
    changed = tx.execute(
        update(jobs)
        .where(jobs.c.id == job.id)
        .values(
            state=to.value,
            last_seq=seq + 2,  # of the move, and of the end that follows it
            corrections=jobs.c.corrections + 1,
            failure_code=failure.code if failure else null(),
            failure_message=failure.message if failure else null(),
            failure_page=failure.page if failure else null(),
            failure_stage=failure.stage if failure else null(),
        )
        .returning(*jobs.c)
    )
    after = job_from_row(changed.mappings().one())
    move_row = {"state": to.value, "at": db_now(), "run_id": page.version, "reason": CORRECTED}
    tx.execute(insert(moves).values(job_id=job.id, seq=seq + 1, **move_row))
    tx.changes.append(Change(job.id, to, page.version))
    return after


def _state_after(job: Job, statuses: Sequence[str]) -> JobState:
    """As at the end of a run, where every page has been read; else as the job ended."""
    if job.state is JobState.CANCELLED or len(statuses) < job.page_total:
        return job.state
    if all(status == "completed" for status in statuses):
        to = JobState.COMPLETED
    else:
        to = JobState.FAILED if all(status == "failed" for status in statuses) else JobState.PARTIAL
    return to if to is job.state else moved(job, to).state


def _failure_after(job: Job, page: CorrectedPage) -> JobFailure | None:
    """The job's failure; where that was the corrected page's, what this page's is now."""
    if job.failure is not None and job.failure.page != page.number:
        return job.failure
    return page.failure


def _keep(build: Callable[[Table], PostgresqlInsert | SqliteInsert]) -> Executable:
    statement = build(pages)
    # A page that this run has written already keeps its number, or a listener would see it twice.
    return statement.on_conflict_do_update(
        index_elements=["job_id", "number"],
        set_={name: statement.excluded[name] for name in ("seq", "run_id", "status", "seconds", "error_code", "again")},
        where=pages.c.run_id != statement.excluded.run_id,
    ).returning(pages.c.job_id, pages.c.number)


_KEEP = {"postgresql": _keep(postgresql_insert), "sqlite": _keep(sqlite_insert)}
_TAKE_NUMBERS = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("of_job"),
        jobs.c.run_id == bindparam("of_run"),
        jobs.c.state == JobState.RUNNING.value,
    )
    .values(last_seq=jobs.c.last_seq + bindparam("more", type_=Integer), lost_runs=0)
    .returning(jobs.c.last_seq, jobs.c.owner)
)
