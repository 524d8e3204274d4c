"""Who is next: the order of waiting jobs, and the way in and out of the queue.

Interactive before batch; within that, fair shares between API keys: a job's number (the column ``turn``) is one after
that of the last waiting job of the same key, but not before the number that is being served. So a key with one document
waits for one document of each other key, not for the 300 of one of them (start-time fair queueing, Goyal et al.,
SIGCOMM 1996). The number is a column, so the order is an index, the position a count, and any replica can claim what is
next.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
)

from ocr_service.document import ReadOptions
from ocr_service.errors import DeadlineExceeded, IdempotencyConflict, ServiceCrashed
from ocr_service.jobs.db.database import Transaction
from ocr_service.jobs.db.queue_load import QueueLimits, load, refuse_too_many
from ocr_service.jobs.db.tables import ROW_VERSION, db_now, jobs, moves, unfinished
from ocr_service.jobs.db.transitions import end, job_from_row, locked_job, move
from ocr_service.jobs.db.usage import PageQuotas, refuse_over_quota
from ocr_service.jobs.delivery.rows import plan_deliveries
from ocr_service.jobs.models import (
    Change,
    Claim,
    Job,
    JobFailure,
    JobState,
    NewJob,
    options_to_json,
)

_QUEUED = JobState.QUEUED.value
_SUBMISSION_LOCK = 0x6F637273  # any constant: submissions on PostgreSQL decide one after another


@dataclass(frozen=True, slots=True)
class Requeued:
    """How many jobs wait ``again``, and those that were given up since each of their runs ended with its process."""

    again: int = 0
    given_up: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.again or self.given_up)


@dataclass(frozen=True, slots=True)
class Submission:
    """``created`` is False when the idempotency key named a job that exists already."""

    job: Job
    created: bool


_ADD = (
    insert(jobs).values(created_at=db_now(), deadline_at=db_now() + bindparam("in_s", type_=Float)).returning(*jobs.c)
)


def submit(tx: Transaction, new: NewJob, limits: QueueLimits) -> Submission:
    """Put a job into the queue. Raises IdempotencyConflict and QueueFull."""
    if tx.connection.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SUBMISSION_LOCK})
    digest = request_digest(new)
    if new.idempotency_key is not None:
        known = _known(tx, new.owner, new.idempotency_key, digest)
        if known:
            return Submission(known, created=False)
    refuse_too_many(load(tx, limits), new.owner, limits)
    leader_id = _leader(tx, new, limits) if new.use_cache and limits.cache_ttl_s > 0 else None
    values = {
        "id": new.id,
        "row_version": ROW_VERSION,
        "state": _QUEUED,
        "priority": int(new.priority),
        "turn": _fair_share(tx, new),
        "owner": new.owner,
        "file_name": new.file.name,
        "file_type": new.file.type,
        "sha256": new.file.sha256,
        "bytes": new.file.bytes,
        "file_pages": new.file.pages,
        "page_total": new.pages,
        "options": options_to_json(new.options),
        "engine": new.engine,
        "engine_version": new.engine_version,
        "in_s": new.deadline_s,
        "runs": 0,
        "last_seq": 1,
        "cache_key": cache_key(new) if new.use_cache else None,
        "leader_id": leader_id,
        "cached": False,
        "idempotency_key": new.idempotency_key,
        "request_digest": digest,
        "batch_id": new.batch_id,
        "webhook_url": new.webhook.url if new.webhook else None,
        "webhook_events": list(new.webhook.events) if new.webhook else None,
    }
    row = (tx.execute(_ADD, values)).mappings().one()
    tx.execute(insert(moves).values(job_id=new.id, seq=1, state=_QUEUED, at=db_now()))
    refuse_over_quota(tx, new.owner, limits.quotas, more=0 if leader_id else new.pages)
    plan_deliveries(tx, new)
    tx.changes.append(Change(new.id, JobState.QUEUED, None))
    return Submission(job_from_row(row), created=True)


def cache_key(new: NewJob) -> str:
    """What makes two results the same: content, options, reader and its version."""
    return _digest([new.file.sha256, _digested(new.options), new.engine, new.engine_version])


def request_digest(new: NewJob) -> str:
    """What makes two submissions under one idempotency key the same."""
    return _digest([new.file.sha256, _digested(new.options), new.webhook.url if new.webhook else None])


def _digested(options: ReadOptions) -> dict[str, Any]:
    """Without the password, which could be guessed from the digest; the document was opened with it before."""
    return options_to_json(replace(options, password=""))


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _known(tx: Transaction, owner: str, key: str, digest: str) -> Job | None:
    where = jobs.c.owner == owner, jobs.c.idempotency_key == key
    row = (tx.execute(select(jobs).where(*where))).mappings().first()
    if row is None:
        return None
    if row["request_digest"] != digest:
        raise IdempotencyConflict.other_file()
    return job_from_row(row)


def _leader(tx: Transaction, new: NewJob, limits: QueueLimits) -> str | None:
    """A job whose result will be this one's too: finished well not long ago, else under way."""
    fresh = and_(jobs.c.state == JobState.COMPLETED.value, jobs.c.finished_at > db_now() - limits.cache_ttl_s)
    under_way = and_(unfinished(), jobs.c.leader_id.is_(None))
    # Within one key only: that a document is known here would tell another key that somebody has sent it.
    own = jobs.c.owner == new.owner
    row = tx.one(
        select(jobs.c.id)
        .where(jobs.c.cache_key == cache_key(new), own, or_(fresh, under_way))
        .order_by(jobs.c.finished_at.is_(None), jobs.c.id.desc())
        .limit(1)
    )
    return row.id if row else None


# Built once, as the next: building a statement costs more than the database takes over it.
_SHARES = select(
    func.max(jobs.c.turn).filter(jobs.c.state == JobState.RUNNING.value).label("served"),
    func.max(jobs.c.turn).filter(jobs.c.owner == bindparam("of_owner")).label("last_own"),
    func.min(jobs.c.turn).filter(jobs.c.state == _QUEUED).label("first_waiting"),
).where(unfinished(), jobs.c.priority == bindparam("of_priority"))


def _fair_share(tx: Transaction, new: NewJob) -> int:
    row = (tx.execute(_SHARES, {"of_owner": new.owner, "of_priority": int(new.priority)})).one()
    now: int = row.served if row.served is not None else (row.first_waiting or 0)
    return now if row.last_own is None else max(now, row.last_own + 1)


def _may_start(job: FromClause = jobs) -> ColumnElement[bool]:
    """Waiting, and not for another job that reads the same content just now."""
    leader = jobs.alias("leader")
    return and_(
        job.c.state == _QUEUED,
        ~exists().where(leader.c.id == job.c.leader_id, unfinished(leader)),
    )


def _not_with_another_suspect() -> ColumnElement[bool]:
    """Jobs whose last run ended with its process start one at a time, those with the fewest such runs first.

    So when one document ends the process every time, those that were read beside it once are not found guilty with it.
    """
    running, waiting = jobs.alias("running_suspect"), jobs.alias("waiting_suspect")
    here = running.c.state == JobState.RUNNING.value, running.c.replica == bindparam("replica")
    fewest = select(func.min(waiting.c.lost_runs)).where(_may_start(waiting), waiting.c.lost_runs > 0)
    return or_(
        jobs.c.lost_runs == 0,
        and_(~exists().where(*here, running.c.lost_runs > 0), jobs.c.lost_runs == fewest.scalar_subquery()),
    )


_NEXT = (
    select(jobs.c.id)
    .where(_may_start(), _not_with_another_suspect())
    .order_by(jobs.c.priority.desc(), jobs.c.turn, jobs.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=jobs)
)


def claim_next(tx: Transaction, replica: str) -> Claim | None:
    """Take the next job and make it this replica's; None when nothing may start."""
    row = (tx.execute(_NEXT, {"replica": replica})).first()
    job = locked_job(tx, row.id) if row else None
    if job is None:
        return None
    run_id = uuid.uuid4().hex
    running = move(tx, job, JobState.RUNNING, run_id=run_id, replica=replica)
    left = None
    if job.deadline_at is not None:
        left = float((tx.execute(select(job.deadline_at - db_now()))).scalar_one())
    return Claim(running, run_id, left)


def position(tx: Transaction, job_id: str) -> int | None:
    """How many start before this one, plus one; None when it does not wait."""
    me = tx.one(select(jobs.c.priority, jobs.c.turn, jobs.c.id).where(jobs.c.id == job_id, jobs.c.state == _QUEUED))
    if me is None:
        return None
    before = or_(
        jobs.c.priority > me.priority,
        and_(jobs.c.priority == me.priority, tuple_(jobs.c.turn, jobs.c.id) < tuple_(me.turn, me.id)),
    )
    ahead = (tx.execute(select(func.count()).where(jobs.c.state == _QUEUED, before))).scalar_one()
    return int(ahead) + 1


def expire_waiting(tx: Transaction, quotas: PageQuotas) -> None:
    """Fail what waits past its deadline."""
    late = tx.all(select(jobs.c.id).where(jobs.c.state == _QUEUED, jobs.c.deadline_at <= db_now()))
    for row in late:
        job = locked_job(tx, row.id)
        if job is not None and job.state is JobState.QUEUED:
            end(tx, job, JobState.FAILED, quotas, failure=DEADLINE_PASSED)


DEADLINE_PASSED = JobFailure(DeadlineExceeded.code, str(DeadlineExceeded.passed()))


def next_deadline_in(tx: Transaction) -> float | None:
    """Seconds until the first deadline in the queue; None without one."""
    wanted = select((func.min(jobs.c.deadline_at) - db_now()).label("left")).where(jobs.c.state == _QUEUED)
    left: float | None = (tx.execute(wanted)).scalar_one()
    return left


def requeue(tx: Transaction, where: ColumnElement[bool], reason: str, limits: QueueLimits, *, lost: bool) -> Requeued:
    """Put running jobs back, whose replica ends or is ``lost``.

    A job fails with ``service_crashed`` after MAX_CRASHES runs in a row that ended with the process, no page kept.
    """
    rows = tx.all(select(jobs.c.id).where(jobs.c.state == JobState.RUNNING.value, where).order_by(jobs.c.id))
    again, given_up = 0, []
    for row in rows:
        job = locked_job(tx, row.id)
        if job is None or job.state is not JobState.RUNNING:
            continue
        lost_runs = job.lost_runs + lost
        if lost_runs < limits.lost_runs:
            move(tx, job, JobState.QUEUED, reason=reason, lost_runs=lost_runs)
            again += 1
        else:
            end(
                tx, job, JobState.FAILED, limits.quotas, failure=_crashed(lost_runs), reason=reason, lost_runs=lost_runs
            )
            given_up.append(job.id)
    return Requeued(again, tuple(given_up))


def _crashed(lost_runs: int) -> JobFailure:
    return JobFailure(ServiceCrashed.code, str(ServiceCrashed.runs(lost_runs)))
