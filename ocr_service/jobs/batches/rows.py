"""The rows of batches and their documents. A document has a job, or the error for which it was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, case, func, insert, select, update

from ocr_service.errors import NotFound
from ocr_service.jobs.db.database import Rows, Transaction
from ocr_service.jobs.db.tables import batch_documents as documents
from ocr_service.jobs.db.tables import batches, db_now, jobs, unfinished
from ocr_service.jobs.models import UNFINISHED, JobState, without_password

LEASE_S = 120.0  # the feeder of a batch renews it with each document
_MOST_FAILURES = 1000  # listed in the progress of a batch


@dataclass(frozen=True, slots=True)
class Batch:
    """``prefix``: the key prefix of its documents in the bucket; ``options``: of the submission, for every document."""

    id: str
    owner: str
    prefix: str
    options: dict[str, Any]
    created_at: float
    total: int


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A document that has no job yet. ``number`` counts from 1 within the batch."""

    batch: Batch
    number: int
    key: str


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

    @property
    def finished(self) -> bool:
        return not any(self.states.get(state, 0) for state in ("waiting", *UNFINISHED))


@dataclass(frozen=True, slots=True)
class BatchRows(Rows):
    """Reads and writes batches; each call is one transaction."""

    async def create(
        self, batch_id: str, owner: str, prefix: str, options: dict[str, Any], keys: Sequence[str]
    ) -> None:
        def work(tx: Transaction) -> None:
            row = {"id": batch_id, "owner": owner, "prefix": prefix, "options": options, "total": len(keys)}
            tx.execute(insert(batches).values(row | {"created_at": db_now(), "fed": False, "fed_until": 0.0}))
            rows = [{"batch_id": batch_id, "number": number, "key": key} for number, key in enumerate(keys, 1)]
            tx.execute(insert(documents), rows)

        await self.write(work)

    async def claim(self) -> Batch | None:
        """Claims a batch that no process feeds, for LEASE_S seconds."""
        unfed = select(batches.c.id).where(~batches.c.fed, batches.c.fed_until <= db_now()).limit(1)

        def look(tx: Transaction) -> bool:
            return tx.one(unfed) is not None

        def work(tx: Transaction) -> Batch | None:
            row = tx.one(unfed.with_for_update(skip_locked=True))
            return _renewed(tx, row.id) if row else None

        if not await self.read(look):
            return None
        return await self.write(work)

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
            _renewed(tx, batch.id)
            return BatchDocument(batch, row.number, row.key)

        return await self.write(work)

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
            found = (tx.execute(select(batches).where(batches.c.id == batch_id))).mappings().first()
            if found is None:
                raise NotFound(f"There is no batch {batch_id!r}.")
            rows = tx.all(_states(batch_id))
            states = {row.state: row.documents for row in rows}
            last = max((row.finished_at for row in rows if row.finished_at is not None), default=None)
            failures = [_failure(row) for row in (tx.execute(_failures(batch_id))).mappings()]
            return BatchProgress(_batch(found), states, last, tuple(failures))

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
    return _batch((tx.execute(lease.returning(*batches.c))).mappings().one())


def _batch(row: RowMapping) -> Batch:
    return Batch(row["id"], row["owner"], row["prefix"], row["options"], row["created_at"], row["total"])


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
        select(state, func.count().label("documents"), func.max(jobs.c.finished_at).label("finished_at"))
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
