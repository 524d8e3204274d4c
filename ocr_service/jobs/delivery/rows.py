"""The rows of ``deliveries``: for each job an upload to S3, a webhook, or both.

A row is a cursor over the job's events (``sent_seq``), not a state of its own: a delivery is pending while the job's
``last_seq`` is greater, so no event of a job is lost, and a job that is retried is delivered again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from ocr_service.jobs.db.database import FOREVER, REQUEST_S, Rows, Transaction
from ocr_service.jobs.db.tables import db_now, deliveries, jobs, unfinished
from ocr_service.jobs.models import NewJob

Kind = Literal["s3", "webhook"]

_QUIET_S = 2.0  # without a correction, before the corrected result is uploaded
LEASE_S = 300.0  # a delivery claimed by a replica that died can be claimed by another after so long


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that this process has claimed. ``failing_s``: seconds since the first of its consecutive failures."""

    job_id: str
    kind: Kind
    sent_seq: int
    tries: int
    failing_s: float


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """``pending``, ``done`` or ``given_up``, with the last error."""

    state: Literal["pending", "done", "given_up"]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRows(Rows):
    """Calls wait for the database without a limit, as those of the runner do."""

    give_up_s: float = field(default=FOREVER, kw_only=True)

    async def claim(self, kind: Kind) -> Delivery | None:
        """Claims the next delivery that is due, for LEASE_S seconds."""

        def look(tx: Transaction) -> bool:
            return tx.one(select(deliveries.c.job_id).select_from(_joined()).where(_due(kind)).limit(1)) is not None

        # Mostly nothing is due, and a read takes no write lock.
        if not await self.read(look):
            return None
        return await self.write(lambda tx: _claim(tx, kind))

    async def sent(self, delivery: Delivery, seq: int) -> None:
        """Stores that all events up to ``seq`` were delivered; the delivery stays claimed."""
        await self._update(delivery, in_hand=True, sent_seq=seq, tries=0, failing_since=None, error=None)

    async def renew(self, delivery: Delivery) -> None:
        """Extends the claim by LEASE_S seconds."""
        await self._update(delivery, in_hand=True, next_at=db_now() + LEASE_S)

    async def release(self, delivery: Delivery) -> None:
        """Ends the claim; the delivery is due as soon as the job has an event to deliver."""
        await self._update(delivery, in_hand=False, next_at=db_now())

    async def failed(self, delivery: Delivery, error: str, *, again_in_s: float) -> None:
        await self._update(
            delivery,
            in_hand=False,
            tries=deliveries.c.tries + 1,
            failing_since=func.coalesce(deliveries.c.failing_since, db_now()),
            error=error,
            next_at=db_now() + again_in_s,
        )

    async def give_up(self, delivery: Delivery, seq: int, error: str) -> None:
        """Skips the events up to ``seq``; ``error`` stays in the row."""
        await self._update(
            delivery,
            in_hand=False,
            sent_seq=seq,
            tries=0,
            failing_since=None,
            error=error,
            given_up_seq=seq,
            next_at=db_now(),
        )

    async def release_all(self) -> None:
        """Ends all claims, at the start of the one process that owns the database."""

        def work(tx: Transaction) -> None:
            tx.execute(update(deliveries).where(deliveries.c.in_hand).values(next_at=db_now(), in_hand=False))

        await self.write(work)

    async def next_due_in(self, kinds: Collection[Kind]) -> float | None:
        """Seconds until the next delivery of these kinds is due; None when nothing is pending."""
        left = (func.min(deliveries.c.next_at) - db_now()).label("left")
        wanted = select(left).select_from(_joined()).where(deliveries.c.kind.in_(kinds), _pending())

        def work(tx: Transaction) -> float | None:
            row = tx.one(wanted)
            return None if row is None or row.left is None else max(0.0, float(row.left))

        return await self.read(work)

    async def pages_wanted(self) -> bool:
        """Whether the pages of any unfinished job are to be delivered as they are read."""
        wanted = select(deliveries.c.job_id).select_from(_joined()).where(deliveries.c.pages_too, unfinished()).limit(1)

        def work(tx: Transaction) -> bool:
            return tx.one(wanted) is not None

        return await self.read(work)

    async def state(self, job_id: str, kind: Kind) -> DeliveryState | None:
        """State of a job's delivery; None where the job has no delivery of this kind."""
        wanted = (
            select(deliveries.c.error, deliveries.c.given_up_seq, deliveries.c.sent_seq, _pending().label("pending"))
            .select_from(_joined())
            .where(deliveries.c.job_id == job_id, deliveries.c.kind == kind)
        )

        def work(tx: Transaction) -> DeliveryState | None:
            row = tx.one(wanted)
            if row is None:
                return None
            if row.sent_seq and row.given_up_seq == row.sent_seq:
                return DeliveryState("given_up", row.error)
            return DeliveryState("pending" if row.pending or not row.sent_seq else "done", row.error)

        return await self.within(REQUEST_S).read(work)

    async def pending_counts(self) -> dict[str, int]:
        """Pending deliveries by kind, for metrics."""
        wanted = select(deliveries.c.kind, func.count().label("rows")).select_from(_joined()).where(_pending())

        def work(tx: Transaction) -> dict[str, int]:
            return {row.kind: row.rows for row in tx.all(wanted.group_by(deliveries.c.kind))}

        return await self.read(work)

    async def _update(self, delivery: Delivery, **values: Any) -> None:
        def work(tx: Transaction) -> None:
            mine = deliveries.c.job_id == delivery.job_id, deliveries.c.kind == delivery.kind
            tx.execute(update(deliveries).where(*mine).values(**values))

        await self.write(work)


def plan_deliveries(tx: Transaction, new: NewJob) -> None:
    """The rows of a new job, in the transaction that makes the job."""
    kinds: list[tuple[Kind, bool]] = [("s3", False)] if new.upload else []
    if new.webhook is not None:
        kinds.append(("webhook", "page" in new.webhook.events))
    for kind, pages_too in kinds:
        row = {"job_id": new.id, "kind": kind, "pages_too": pages_too, "sent_seq": 0, "tries": 0, "in_hand": False}
        tx.execute(insert(deliveries).values(row | {"next_at": db_now()}))


def put_off_upload(tx: Transaction, job_id: str) -> None:
    """An upload of the job that is due waits until nothing was corrected for a while: one upload for many corrections.

    One that fails or is claimed keeps its time.
    """
    mine = deliveries.c.job_id == job_id, deliveries.c.kind == "s3"
    idle = ~deliveries.c.in_hand, deliveries.c.tries == 0
    tx.execute(update(deliveries).where(*mine, *idle).values(next_at=db_now() + _QUIET_S))


def _claim(tx: Transaction, kind: Kind) -> Delivery | None:
    row = tx.one(
        select(deliveries.c.job_id)
        .select_from(_joined())
        .where(_due(kind))
        .order_by(deliveries.c.next_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    if row is None:
        return None
    failing_s = func.coalesce(db_now() - deliveries.c.failing_since, 0.0).label("failing_s")
    claimed = tx.one(
        update(deliveries)
        .where(deliveries.c.job_id == row.job_id, deliveries.c.kind == kind)
        .values(next_at=db_now() + LEASE_S, in_hand=True)
        .returning(deliveries.c.sent_seq, deliveries.c.tries, failing_s)
    )
    if claimed is None:
        return None
    return Delivery(row.job_id, kind, claimed.sent_seq, claimed.tries, float(claimed.failing_s))


def _joined() -> Any:
    return deliveries.join(jobs, deliveries.c.job_id == jobs.c.id)


def _pending() -> ColumnElement[bool]:
    return and_(jobs.c.last_seq > deliveries.c.sent_seq, or_(~unfinished(), deliveries.c.pages_too))


def _due(kind: Kind) -> ColumnElement[bool]:
    return and_(deliveries.c.kind == kind, deliveries.c.next_at <= db_now(), _pending())
