"""Usage by API key and day, and the quota of pages a day (PAGES_PER_DAY).

Usage is counted in the transaction that writes the rows of pages: a page whose row is not written is not counted, and
is read again; one whose row is written twice by a run is counted once. Days are those of UTC by the database's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sqlalchemy import Table, and_, func, select
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ocr_service.errors import QuotaExceeded, TooManyPages
from ocr_service.jobs.db.database import Rows, Transaction
from ocr_service.jobs.db.tables import db_day, db_now, jobs, pages, unfinished, usage
from ocr_service.jobs.models import Usage

_DAY_S = 86400
_COUNTS = tuple(one.name for one in fields(Usage))


@dataclass(frozen=True, slots=True)
class DayUsage:
    """``day``: days since 1970-01-01 in UTC; ``owner``: the name of the API key, "" where no keys are set."""

    owner: str
    day: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class PageQuotas:
    """Pages that an owner may read in a day; 0 is no limit. ``each``: of owners that ``named`` does not have."""

    each: int = 0
    named: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, entries: Sequence[str]) -> PageQuotas:
        """From ``1000`` and ``name:1000``."""
        each, named = 0, {}
        for entry in entries:
            name, colon, number = entry.rpartition(":")
            if colon:
                named[name.strip()] = int(number)
            else:
                each = int(number)
        return cls(each, named)

    def of(self, owner: str) -> int:
        return self.named.get(owner, self.each)

    @property
    def any(self) -> bool:
        return bool(self.each) or any(self.named.values())


NO_QUOTAS = PageQuotas()


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """Pages ``read`` today, and those of unfinished jobs that are ``waiting``.

    The day ends in ``day_ends_in_s`` seconds, at ``day_ends_at`` (since the epoch).

    Pages that failed do not count, nor do jobs that take over the pages of an equal document.
    """

    read: int
    waiting: int
    day_ends_in_s: float
    day_ends_at: float

    @property
    def pages(self) -> int:
        return self.read + self.waiting


def count_usage(tx: Transaction, counted: Sequence[tuple[str, Usage]]) -> None:
    """Adds to what the owners have read today."""
    totals: dict[str, Usage] = {}
    for owner, one in counted:
        totals[owner] = totals.get(owner, Usage()) + one
    # In order, so that two replicas never wait for each other's rows.
    rows = [{"owner": owner, **asdict(total)} for owner, total in sorted(totals.items()) if total != Usage()]
    if rows:
        tx.execute(_COUNT[tx.connection.dialect.name], rows)


def _count(build: Callable[[Table], PostgresqlInsert | SqliteInsert]) -> PostgresqlInsert | SqliteInsert:
    statement = build(usage).values(day=db_day())
    return statement.on_conflict_do_update(
        index_elements=["owner", "day"],
        set_={name: usage.c[name] + statement.excluded[name] for name in _COUNTS},
    )


_COUNT = {"postgresql": _count(postgresql_insert), "sqlite": _count(sqlite_insert)}


def quota_uses(tx: Transaction, owner: str | None = None) -> dict[str, QuotaUse]:
    """By owner: of this one, or of all that have read something today or have unfinished jobs."""
    midnight = (db_day() + 1) * _DAY_S
    clock = tx.one(select(midnight.label("midnight"), (midnight - db_now()).label("left")))
    assert clock is not None
    read = select(usage.c.owner, usage.c.pages).where(usage.c.day == db_day())
    under_way = and_(unfinished(), jobs.c.leader_id.is_(None))
    admitted = select(jobs.c.owner, func.sum(jobs.c.page_total).label("pages")).where(under_way).group_by(jobs.c.owner)
    kept = (
        select(jobs.c.owner, func.count().label("pages"))
        .select_from(jobs.join(pages, pages.c.job_id == jobs.c.id))
        .where(under_way, ~pages.c.again)
        .group_by(jobs.c.owner)
    )
    if owner is not None:
        read, admitted = read.where(usage.c.owner == owner), admitted.where(jobs.c.owner == owner)
        kept = kept.where(jobs.c.owner == owner)
    done = {row.owner: int(row.pages) for row in tx.all(read)}
    waiting = {row.owner: int(row.pages) for row in tx.all(admitted)}
    for row in tx.all(kept):
        waiting[row.owner] -= row.pages
    owners = done.keys() | waiting.keys() | ({owner} if owner is not None else set())
    return {
        one: QuotaUse(done.get(one, 0), waiting.get(one, 0), float(clock.left), float(clock.midnight)) for one in owners
    }


def refuse_over_quota(tx: Transaction, owner: str, quotas: PageQuotas, *, more: int) -> None:
    """To be called when the job is queued: undoes that where it is too much.

    ``more``: pages of this job. Raises QuotaExceeded; TooManyPages where the job has more than a whole day's.
    """
    quota = quotas.of(owner)
    if not quota or not more:
        return
    if more > quota:
        raise TooManyPages.of_a_day(more, quota)
    use = quota_uses(tx, owner)[owner]
    if use.pages > quota:
        raise QuotaExceeded.pages(use.pages - more, quota, use.day_ends_in_s)


def refuse_used_up(owner: str, quotas: PageQuotas, uses: Mapping[str, QuotaUse]) -> None:
    """Before a document is received: not one page is left. Raises QuotaExceeded."""
    quota, use = quotas.of(owner), uses.get(owner)
    if quota and use is not None and use.pages >= quota:
        raise QuotaExceeded.pages(use.pages, quota, use.day_ends_in_s)


@dataclass(frozen=True, slots=True)
class UsageRows(Rows):
    """Reads usage. Every call may raise NotReady."""

    async def by_day(self, owner: str | None, since: int | None, until: int | None) -> list[DayUsage]:
        """Newest day first. ``owner`` None: of all. ``since`` defaults to 29 days before ``until``, that to today."""

        def work(tx: Transaction) -> list[DayUsage]:
            today = tx.one(select(db_day().label("day")))
            assert today is not None
            last = until if until is not None else today.day
            first = since if since is not None else last - 29
            wanted = select(usage).where(usage.c.day.between(first, last)).order_by(usage.c.day.desc(), usage.c.owner)
            if owner is not None:
                wanted = wanted.where(usage.c.owner == owner)
            return [DayUsage(row.owner, row.day, _usage(row)) for row in tx.all(wanted)]

        return await self.read(work)

    async def totals(self) -> dict[str, Usage]:
        """Of all days, by owner."""
        sums = [func.sum(usage.c[name]).label(name) for name in _COUNTS]
        wanted = select(usage.c.owner, *sums).group_by(usage.c.owner)

        def work(tx: Transaction) -> dict[str, Usage]:
            return {row.owner: _usage(row) for row in tx.all(wanted)}

        return await self.read(work)

    async def quota_use(self, owner: str) -> QuotaUse:
        return await self.read(lambda tx: quota_uses(tx, owner)[owner])


def _usage(row: Any) -> Usage:
    counts = {name: int(getattr(row, name)) for name in _COUNTS if name != "cpu_s"}
    return Usage(**counts, cpu_s=round(float(row.cpu_s), 3))
