"""``/batches``: many documents of the bucket under one id."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.schemas.document import NO_NUL, SubmissionOptions
from ocr_service.api.schemas.problem import NOT_FOUND
from ocr_service.errors import AlreadyFinished, NotFound
from ocr_service.jobs.batches.rows import BatchProgress
from ocr_service.jobs.models import new_job_id

router = APIRouter(prefix="/batches", tags=["jobs"])

BatchState = Literal["running", "completed", "partial", "failed"]


class BatchFailureModel(BaseModel):
    """A document without a whole result."""

    key: str = Field(description="In the bucket, or the place of the request in its file")
    job_id: str | None = Field(description="null where the document never became a job")
    state: str = Field(description="`refused`, or the job's state")
    code: str | None = Field(description="Stable code")
    message: str | None = Field(description="For people")


class BatchModel(BaseModel):
    """A batch: one job for each document under a prefix."""

    id: str = Field(description="For `/batches/{id}`")
    state: BatchState = Field(description="`partial`: some documents have no whole result, each is named")
    source: dict[str, str] = Field(description="`s3_prefix` in the bucket, or the `protocol` that it came in")
    total: int = Field(description="Documents")
    documents: dict[str, int] = Field(
        description="Number of documents by state: a job's, `waiting` (no job yet), `refused` (no job), `removed`"
    )
    created_at: datetime = Field(description="When it was submitted")
    finished_at: datetime | None = Field(description="When its last job ended")
    jobs: str = Field(description="Where its jobs are listed")
    failures: list[BatchFailureModel] = Field(description="At most 1,000")


async def create_batch(services: Services, owner: str | None, prefix: str, asked: SubmissionOptions) -> BatchModel:
    """Raises NotFound when nothing lies under the prefix."""
    delivery = services.delivery
    keys = await delivery.sources.keys(prefix)
    batch_id = new_job_id()
    options = asked.model_dump(exclude_unset=True)
    await delivery.batches.create(batch_id, owner=owner or "", prefix=prefix, options=options, keys=keys)
    delivery.feeder.wake()
    return batch_model(await delivery.batches.progress(batch_id))


@router.get("/{batch_id}", summary="Progress and summary of a batch", responses=NOT_FOUND)
async def get_batch(
    request: Request,
    services: ServicesDep,
    batch_id: Annotated[str, Path(max_length=64, pattern=NO_NUL, description="As `POST /jobs` gave it")],
) -> BatchModel:
    return batch_model(await own_batch(services, batch_id, owner_of(request)))


async def own_batch(services: Services, batch_id: str, owner: str | None, kind: str | None = None) -> BatchProgress:
    """A batch, of this kind if one is given. Raises NotFound, also for another key's batch."""
    progress = await services.delivery.batches.progress(batch_id)
    batch = progress.batch
    if (owner is not None and batch.owner != owner) or (kind is not None and batch.kind != kind):
        raise NotFound(f"There is no batch {batch_id!r}.")
    return progress


async def cancel_batch(services: Services, progress: BatchProgress) -> BatchProgress:
    """What is read stays; doing it twice does no harm."""
    if progress.finished:
        return progress
    batches = services.delivery.batches
    for unfinished in await batches.cancel(progress.batch.id):
        with suppress(AlreadyFinished, NotFound):
            await services.jobs.cancel(unfinished)
    return await batches.progress(progress.batch.id)


def batch_model(progress: BatchProgress) -> BatchModel:
    batch = progress.batch
    return BatchModel(
        id=batch.id,
        state=_state(progress),
        source={"s3_prefix": batch.prefix} if batch.kind == "s3" else {"protocol": batch.kind},
        total=batch.total,
        documents=progress.states,
        created_at=datetime.fromtimestamp(batch.created_at, UTC),
        finished_at=datetime.fromtimestamp(progress.finished_at, UTC)
        if progress.finished and progress.finished_at is not None
        else None,
        jobs=f"/jobs?batch_id={batch.id}",
        failures=[
            BatchFailureModel(
                key=failure.key,
                job_id=failure.job_id,
                state=failure.state,
                code=failure.code,
                message=failure.message,
            )
            for failure in progress.failures
        ],
    )


def _state(progress: BatchProgress) -> BatchState:
    if not progress.finished:
        return "running"
    bad = sum(progress.states.get(state, 0) for state in ("refused", "failed", "cancelled"))
    if not bad and not progress.states.get("partial"):
        return "completed"
    return "failed" if bad == progress.batch.total else "partial"
