"""The rows of batches and their documents. A document has a job, or the error for which it was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, case, delete, func, insert, select, update

from ocr_service.errors import Cancelled, NotFound
from ocr_service.jobs.db.database import Rows, Transaction
from ocr_service.jobs.db.tables import batch_documents as documents
from ocr_service.jobs.db.tables import batches, db_now, jobs, unfinished
from ocr_service.jobs.models import UNFINISHED, JobState, without_password

LEASE_S = 30.0  # the feeder of a batch renews it
_MOST_FAILURES = 1000  # listed in the progress of a batch


@dataclass(frozen=True, slots=True)
class Batch:
    """``prefix``: the key prefix of its documents in the bucket; ``options``: of the submission, for every document.

    ``kind``: the protocol that it came in; ``about``: what that keeps of it. ``age_s``: seconds since it was created.
    """

    id: str
    owner: str
    prefix: str
    options: dict[str, Any]
    created_at: float
    total: int
    kind: str = "s3"
    about: dict[str, Any] = field(default_factory=dict)
    cancelled: bool = False
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document of a new batch. ``error``: the code and the text for which it is refused at once."""

    key: str
    custom_id: str | None = None
    asked: dict[str, Any] | None = None
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A document of a batch. ``number`` counts from 1 within the batch; ``job_id``: None while it has no job."""

    batch: Batch
    number: int
    key: str
    job_id: str | None = None
    custom_id: str | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """A document without a complete result: refused at submission, or its job is failed, partial or cancelled."""

    key: str
    job_id: str | None
    state: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """``states``: number of documents by state (``waiting``, ``refused``, ``removed`` and the states of jobs)."""

    batch: Batch
    states: dict[str, int]
    finished_at: float | None
    failures: tuple[BatchFailure, ...]
    started_at: float | None = None

    @property
    def finished(self) -> bool:
        return not any(self.states.get(state, 0) for state in ("waiting", *UNFINISHED))

    @property
    def with_result(self) -> int:
        """Documents that have a result, whole or in part."""
        return self.states.get("completed", 0) + self.states.get("partial", 0)

    @property
    def without_result(self) -> int:
        """Documents that will have none."""
        return sum(self.states.get(state, 0) for state in ("refused", "failed", "cancelled", "removed"))


@dataclass(frozen=True, slots=True)
class BatchRows(Rows):
    """Reads and writes batches; each call is one transaction."""

    async def create(
        self, batch_id: str, owner: str, prefix: str, options: dict[str, Any], keys: Sequence[str]
    ) -> None:
        """A batch of the bucket's documents."""
        await self.add(Batch(batch_id, owner, prefix, options, 0.0, len(keys)), [NewDocument(key) for key in keys])

    async def add(self, batch: Batch, new: Sequence[NewDocument]) -> None:
        """``created_at`` and ``age_s`` are the database's to say."""

        def work(tx: Transaction) -> None:
            names = ("id", "owner", "prefix", "options", "total", "kind", "about")
            row = {name: getattr(batch, name) for name in names}
            tx.execute(insert(batches).values(row | {"created_at": db_now(), "fed": False, "fed_until": 0.0}))
            rows = [
                {
                    "batch_id": batch.id,
                    "number": number,
                    "key": one.key,
                    "custom_id": one.custom_id,
                    "asked": one.asked,
                    "error_code": one.error[0] if one.error else None,
                    "error_message": one.error[1] if one.error else None,
                }
                for number, one in enumerate(new, 1)
            ]
            tx.execute(insert(documents), rows)

        await self.write(work)

    async def claim(self, *, most_of_owner: int) -> Batch | None:
        """Claims a batch that no process feeds, for LEASE_S seconds: the first of the owner with the fewest claimed.

        An owner with ``most_of_owner`` claimed batches gets no further one; postponed ones count.
        """
        others = batches.alias("others")
        claimed = (
            select(func.count())
            .where(others.c.owner == batches.c.owner, ~others.c.fed, others.c.fed_until > db_now())
            .scalar_subquery()
        )
        unfed = (
            select(batches.c.id)
            .where(~batches.c.fed, batches.c.fed_until <= db_now(), claimed < most_of_owner)
            .order_by(claimed, batches.c.id)
            .limit(1)
        )

        def look(tx: Transaction) -> bool:
            return tx.one(unfed) is not None

        def work(tx: Transaction) -> Batch | None:
            row = tx.one(unfed.with_for_update(skip_locked=True, of=batches))
            return _renewed(tx, row.id) if row else None

        if not await self.read(look):
            return None
        return await self.write(work)

    async def renew(self, batch_ids: Sequence[str]) -> None:
        """Goes on with claims."""
        if batch_ids:
            await self._write(update(batches).where(batches.c.id.in_(batch_ids)).values(fed_until=db_now() + LEASE_S))

    async def release(self, batch_id: str) -> None:
        """Ends the claim at shutdown, so that another process can feed the batch at once."""
        await self._write(update(batches).where(batches.c.id == batch_id).values(fed_until=0.0))

    async def postpone(self, batch_id: str, seconds: float) -> None:
        """Nobody feeds the batch for so long."""
        await self._write(update(batches).where(batches.c.id == batch_id).values(fed_until=db_now() + seconds))

    async def release_all(self) -> None:
        """Ends all claims, at the start of the one process that owns the database."""
        await self._write(update(batches).values(fed_until=0.0))

    async def next_document(self, batch: Batch) -> BatchDocument | None:
        """The batch's next document without a job; without one, marks the batch as fed and returns None."""
        wanted = (
            select(documents)
            .where(documents.c.batch_id == batch.id, documents.c.job_id.is_(None), documents.c.error_code.is_(None))
            .order_by(documents.c.number)
            .limit(1)
        )

        def work(tx: Transaction) -> BatchDocument | None:
            row = tx.one(wanted)
            if row is None:
                fed = {"fed": True, "options": without_password(batch.options)}
                tx.execute(update(batches).where(batches.c.id == batch.id).values(fed))
                return None
            return _document(_renewed(tx, batch.id), row)

        return await self.write(work)

    async def newest(self, owner: str | None, kind: str, limit: int) -> list[Batch]:
        """Newest first; ``owner`` None: of all."""
        wanted = select(*_BATCH).where(batches.c.kind == kind).order_by(batches.c.id.desc()).limit(limit)
        if owner is not None:
            wanted = wanted.where(batches.c.owner == owner)

        def work(tx: Transaction) -> list[Batch]:
            return [_batch(row) for row in tx.execute(wanted).mappings()]

        return await self.read(work)

    async def documents(self, batch: Batch, after: int, limit: int) -> list[BatchDocument]:
        """In order, those with numbers above ``after``."""
        wanted = (
            select(documents)
            .where(documents.c.batch_id == batch.id, documents.c.number > after)
            .order_by(documents.c.number)
            .limit(limit)
        )

        def work(tx: Transaction) -> list[BatchDocument]:
            return [_document(batch, row) for row in tx.all(wanted)]

        return await self.read(work)

    async def cancel(self, batch_id: str) -> list[str]:
        """Refuses the documents without a job; the ids of the unfinished jobs, which the caller cancels."""
        waiting = documents.c.batch_id == batch_id, documents.c.job_id.is_(None), documents.c.error_code.is_(None)
        error = {"error_code": Cancelled.code, "error_message": "The batch was cancelled before this was read."}

        def work(tx: Transaction) -> list[str]:
            tx.execute(update(batches).where(batches.c.id == batch_id).values(cancelled=True))
            tx.execute(update(documents).where(*waiting).values(**error))
            return [row.id for row in tx.all(select(jobs.c.id).where(jobs.c.batch_id == batch_id, unfinished()))]

        return await self.write(work)

    async def is_cancelled(self, batch_id: str) -> bool:
        wanted = select(batches.c.cancelled).where(batches.c.id == batch_id)

        def work(tx: Transaction) -> bool:
            row = tx.one(wanted)
            return row is None or bool(row.cancelled)

        return await self.read(work)

    async def remove(self, batch_id: str) -> None:
        """Forgets the batch; its jobs stay."""
        await self._write(delete(batches).where(batches.c.id == batch_id))

    async def accepted(self, document: BatchDocument, job_id: str) -> None:
        await self._mark(document, job_id=job_id)

    async def refused(self, document: BatchDocument, code: str, message: str) -> None:
        await self._mark(document, error_code=code, error_message=message)

    async def unfinished_jobs(self, batch: Batch) -> int:
        wanted = select(func.count()).where(jobs.c.batch_id == batch.id, unfinished())

        def work(tx: Transaction) -> int:
            return int((tx.execute(wanted)).scalar_one())

        return await self.read(work)

    async def progress(self, batch_id: str) -> BatchProgress:
        """Raises NotFound."""

        def work(tx: Transaction) -> BatchProgress:
            found = (tx.execute(select(*_BATCH).where(batches.c.id == batch_id))).mappings().first()
            if found is None:
                raise NotFound(f"There is no batch {batch_id!r}.")
            rows = tx.all(_states(batch_id))
            states = {row.state: row.documents for row in rows}
            last = max((row.finished_at for row in rows if row.finished_at is not None), default=None)
            first = min((row.started_at for row in rows if row.started_at is not None), default=None)
            failures = [_failure(row) for row in (tx.execute(_failures(batch_id))).mappings()]
            return BatchProgress(_batch(found), states, last, tuple(failures), first)

        return await self.read(work)

    async def _mark(self, document: BatchDocument, **values: Any) -> None:
        this = documents.c.batch_id == document.batch.id, documents.c.number == document.number
        await self._write(update(documents).where(*this).values(**values))

    async def _write(self, statement: Any) -> None:
        def work(tx: Transaction) -> None:
            tx.execute(statement)

        await self.write(work)


def _renewed(tx: Transaction, batch_id: str) -> Batch:
    lease = update(batches).where(batches.c.id == batch_id).values(fed_until=db_now() + LEASE_S)
    return _batch((tx.execute(lease.returning(*_BATCH))).mappings().one())


_BATCH = (*batches.c, (db_now() - batches.c.created_at).label("age_s"))


def _batch(row: RowMapping) -> Batch:
    return Batch(
        row["id"],
        row["owner"],
        row["prefix"],
        row["options"],
        row["created_at"],
        row["total"],
        row["kind"],
        row["about"] or {},
        bool(row["cancelled"]),
        row["age_s"],
    )


def _document(batch: Batch, row: Any) -> BatchDocument:
    error = (row.error_code, row.error_message or "") if row.error_code else None
    return BatchDocument(batch, row.number, row.key, row.job_id, row.custom_id, row.asked or {}, error)


def _joined() -> Any:
    return documents.outerjoin(jobs, documents.c.job_id == jobs.c.id)


def _state() -> Any:
    """A document's state: that of its job, else ``refused``, ``waiting`` or ``removed``."""
    without_job = case(
        (documents.c.error_code.is_not(None), "refused"),
        (documents.c.job_id.is_(None), "waiting"),
        else_="removed",  # its job was removed after JOB_TTL_H
    )
    return func.coalesce(jobs.c.state, without_job).label("state")


def _states(batch_id: str) -> Any:
    state = _state()
    return (
        select(
            state,
            func.count().label("documents"),
            func.max(jobs.c.finished_at).label("finished_at"),
            func.min(jobs.c.started_at).label("started_at"),
        )
        .select_from(_joined())
        .where(documents.c.batch_id == batch_id)
        .group_by(state)
    )


def _failures(batch_id: str) -> Any:
    bad = [JobState.PARTIAL.value, JobState.FAILED.value, JobState.CANCELLED.value]
    return (
        select(
            documents.c.key,
            documents.c.job_id,
            _state(),
            func.coalesce(documents.c.error_code, jobs.c.failure_code).label("code"),
            func.coalesce(documents.c.error_message, jobs.c.failure_message).label("message"),
        )
        .select_from(_joined())
        .where(documents.c.batch_id == batch_id, documents.c.error_code.is_not(None) | jobs.c.state.in_(bad))
        .order_by(documents.c.number)
        .limit(_MOST_FAILURES)
    )


def _failure(row: RowMapping) -> BatchFailure:
    return BatchFailure(row["key"], row["job_id"], row["state"], row["code"], row["message"])
