"""How full the queue is: what waits, what is unfinished of each key, and what is refused because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select

from ocr_service.errors import QueueFull
from ocr_service.jobs.db.database import Transaction
from ocr_service.jobs.db.tables import db_now, jobs, moves, pages, unfinished
from ocr_service.jobs.db.usage import NO_QUOTAS, PageQuotas, QuotaUse
from ocr_service.jobs.models import JobState

_QUEUED = JobState.QUEUED.value
# Retry-After is the time in which a tenth of the queue empties, at the rate of the last minutes: a single free place
# would be gone when the second of many clients comes back.
_RATE_OVER_S = 300.0
_RETRY_SHARE = 0.1
_LEAST_RETRY_S, _UNKNOWN_RETRY_S, _LONGEST_RETRY_S = 1.0, 15.0, 600.0


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """``waiting`` and ``per_owner`` (unfinished; 0 is no limit) in jobs, ``cache_ttl_s`` in seconds (0: no cache).

    ``lost_runs``: so many runs in a row may end with their process and no page kept; then the job fails.
    ``quotas``: of pages a day.
    """

    waiting: int
    per_owner: int
    cache_ttl_s: float
    lost_runs: int = 10
    quotas: PageQuotas = NO_QUOTAS


@dataclass(frozen=True, slots=True)
class Incoming:
    """Documents that are being taken in: all of them, and those of one owner."""

    all: int = 0
    of_owner: int = 0


_NOTHING = Incoming()


@dataclass(frozen=True, slots=True)
class Load:
    """Jobs in the table: those that wait, the unfinished of each owner, how many finish a second (None: unknown).

    ``quota_uses``: pages of today by owner; empty where nobody asks for it."""

    waiting: int
    of_owner: Mapping[str, int]
    a_second: float | None
    quota_uses: Mapping[str, QuotaUse] = field(default_factory=dict)


def load(tx: Transaction, limits: QueueLimits, coming: int = 0) -> Load:
    """What is in the table. The rate is only measured where ``coming`` documents more may be too many."""
    waiting = (tx.execute(select(func.count()).where(jobs.c.state == _QUEUED))).scalar_one()
    of_owner: dict[str, int] = {}
    if limits.per_owner:
        owned = select(jobs.c.owner, func.count().label("jobs")).where(unfinished())
        of_owner = {row.owner: row.jobs for row in tx.all(owned.group_by(jobs.c.owner))}
    most = max(of_owner.values(), default=0)
    near = waiting + coming >= limits.waiting or 0 < limits.per_owner <= most + coming
    return Load(waiting, of_owner, _finished_a_second(tx) if near else None)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be done: pages that no run has kept, and seconds since the first waiting job was queued.

    Jobs that wait for another one with the same content count as nothing: its pages are theirs.
    """

    pages: int
    oldest_s: float


def backlog(tx: Transaction) -> Backlog:
    under_way = and_(unfinished(), jobs.c.leader_id.is_(None))
    wanted = tx.one(select(func.coalesce(func.sum(jobs.c.page_total), 0).label("pages")).where(under_way))
    done = tx.one(
        select(func.count().label("pages"))
        .select_from(jobs.join(pages, pages.c.job_id == jobs.c.id))
        .where(under_way, ~pages.c.again)
    )
    # A retried job waits since its retry, not since its submission.
    queued = (
        select(func.max(moves.c.at).label("at"))
        .select_from(jobs.join(moves, moves.c.job_id == jobs.c.id))
        .where(jobs.c.state == _QUEUED, jobs.c.leader_id.is_(None), moves.c.state == _QUEUED)
        .group_by(jobs.c.id)
        .subquery()
    )
    oldest = tx.one(select((db_now() - func.min(queued.c.at)).label("seconds")))
    assert wanted is not None and done is not None and oldest is not None  # aggregates give one row each
    return Backlog(int(wanted.pages) - done.pages, max(0.0, float(oldest.seconds or 0)))


def refuse_too_many(load: Load, owner: str, limits: QueueLimits, coming: Incoming = _NOTHING) -> None:
    """Raises QueueFull. ``coming``: those that are not in the table yet, and will be before this one."""
    waiting = load.waiting + coming.all
    if waiting >= limits.waiting:
        raise QueueFull.waiting(waiting, _seconds_for(limits.waiting * _RETRY_SHARE, load.a_second))
    theirs = load.of_owner.get(owner, 0) + coming.of_owner
    if limits.per_owner and theirs >= limits.per_owner:
        raise QueueFull(
            f"{theirs} jobs of this API key are unfinished, as many as JOBS_PER_KEY allows.",
            retry_after_s=_seconds_for(limits.per_owner * _RETRY_SHARE, load.a_second),
        )


def _finished_a_second(tx: Transaction) -> float | None:
    """As measured over the last minutes; None where nothing was finished."""
    recent = jobs.c.finished_at > db_now() - _RATE_OVER_S
    measured = select(func.count().label("jobs"), (db_now() - func.min(jobs.c.started_at)).label("since"))
    row = tx.one(measured.where(recent))
    if row is None or not row.jobs or row.since is None:
        return None
    return float(row.jobs / min(max(row.since, 1.0), _RATE_OVER_S))


def _seconds_for(wanted: float, a_second: float | None) -> float:
    """How long this many jobs, one at least, take to finish."""
    if a_second is None:
        return _UNKNOWN_RETRY_S
    return min(_LONGEST_RETRY_S, max(_LEAST_RETRY_S, max(1.0, wanted) / a_second))
