"""``/jobs``: submit, look, list, cancel and remove, read again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.request_body import is_json
from ocr_service.api.intake.sources import SourceSubmission, parse_submission
from ocr_service.api.routes.batches import BatchModel, create_batch
from ocr_service.api.schemas.document import NO_NUL, SubmissionOptions, submission_schema
from ocr_service.api.schemas.job import JobListModel, JobModel, job_model
from ocr_service.api.schemas.problem import FETCHED, NOT_FOUND, REMOVED, RETRIED
from ocr_service.errors import AlreadyFinished
from ocr_service.jobs.batches.rows import BatchDocument
from ocr_service.jobs.db.queue import Submission
from ocr_service.jobs.models import Job, JobState, NewJob, PageCounts, Priority, new_job_id
from ocr_service.jobs.store import JobOrder, Store
from ocr_service.jobs.wait_budget import wait_budget

router = APIRouter(prefix="/jobs", tags=["jobs"])

JobId = Annotated[str, Path(description="As `POST /jobs` gave it", max_length=64, pattern=NO_NUL)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="The same key gives the same job, so that a submission can be repeated after a lost answer",
    ),
]


async def submit(
    services: Services,
    admitted: Admitted,
    owner: str | None,
    key: str | None,
    default: Priority,
    batch_id: str | None = None,
) -> Submission:
    """Make an admitted document a job. Raises what the client should see; then nothing of the upload is left."""
    try:
        new = await _new_job(services, admitted, owner, key, default, batch_id)
        return await services.jobs.submit(new, admitted.path)
    finally:
        admitted.path.unlink(missing_ok=True)


async def _new_job(
    services: Services,
    admitted: Admitted,
    owner: str | None,
    key: str | None,
    default: Priority,
    batch_id: str | None,
) -> NewJob:
    asked = admitted.asked
    return NewJob(
        id=new_job_id(),
        file=admitted.info,
        pages=admitted.pages,
        options=admitted.options,
        engine=admitted.engine,
        engine_version=services.engine_version(admitted.engine),
        owner=owner or "",
        priority=default if asked.priority is None else Priority[asked.priority.upper()],
        deadline_s=asked.deadline_s,
        idempotency_key=key or None,
        use_cache=asked.cache,
        batch_id=batch_id,
        webhook=await services.delivery.webhook(asked.webhook_url, asked.webhook_events),
        upload=services.delivery.s3 is not None,
    )


async def submit_batch_document(services: Services, document: BatchDocument) -> str:
    """Fetches a document of a batch and makes it a job; doing it twice gives the same job. The job's id."""
    batch = document.batch
    asked = SubmissionOptions.model_validate(batch.options)
    admitted = await services.delivery.sources.from_s3(document.key, asked, batch.owner)
    return await submit_of_batch(services, admitted, document)


async def submit_of_batch(services: Services, admitted: Admitted, document: BatchDocument) -> str:
    """Makes a document of a batch a job; doing it twice gives the same job. The job's id."""
    batch = document.batch
    key = f"batch:{batch.id}:{document.number}"
    job_id = (await submit(services, admitted, batch.owner, key, Priority.BATCH, batch.id)).job.id
    if await services.delivery.batches.is_cancelled(batch.id):  # while it was taken in
        with suppress(AlreadyFinished):
            await services.jobs.cancel(job_id)
    return job_id


async def described(services: Services, job: Job) -> JobModel:
    [model] = await _described_all(services.jobs.store, [job])
    return model


async def _described_all(store: Store, found: Sequence[Job]) -> list[JobModel]:
    counts = await store.page_counts([job.id for job in found])
    return [
        job_model(
            job,
            counts.get(job.id, PageCounts()),
            await store.position(job.id) if job.state is JobState.QUEUED else None,
        )
        for job in found
    ]


@router.post(
    "",
    status_code=202,
    summary="Submit a document",
    responses=FETCHED,
    openapi_extra=submission_schema("PDF, PNG, JPEG, TIFF, WebP or BMP", also_json=SourceSubmission),
)
async def post_job(
    request: Request, response: Response, services: ServicesDep, idempotency_key: IdempotencyKey = None
) -> JobModel | BatchModel:
    """Answers at once with the job; the upload is safe on disk by then, whatever happens to the service.

    With JSON instead of a form, `source` says where the document lies: `s3_key`, or `url` where that is allowed.
    `s3_prefix` makes a batch, a job for each document, and the answer is the batch.
    """
    if not is_json(request):
        admitted = await services.admission.admit(request)
    else:
        source, asked = await parse_submission(request)
        if source.s3_prefix is not None:
            batch = await create_batch(services, owner_of(request), source.s3_prefix, asked)
            response.headers["Location"] = f"/batches/{batch.id}"
            return batch
        if source.s3_key is not None:
            admitted = await services.delivery.sources.from_s3(source.s3_key, asked, owner_of(request) or "")
        else:
            admitted = await services.delivery.sources.from_url(source.url or "", asked, owner_of(request) or "")
    submission = await submit(services, admitted, owner_of(request), idempotency_key, Priority.BATCH)
    response.headers["Location"] = f"/jobs/{submission.job.id}"
    [model] = await _described_all(services.jobs.store.within(wait_budget().left_s), [submission.job])
    return model


class StrictQuery(BaseModel):
    """An unknown name is refused: ``?offset=50`` gave the first jobs for ever, ``?olny=cancel`` removed the job."""

    model_config = ConfigDict(extra="forbid")


class ListQuery(StrictQuery):
    state: list[JobState] = Field([], max_length=6, description="Only jobs in this state; several may be given")
    name: str = Field("", max_length=200, pattern=NO_NUL, description="Only documents whose name contains this")
    sort: JobOrder = Field("newest", description="`newest` or `oldest` first, or by `name` of the document")
    limit: int = Field(50, ge=1, le=500, description="Most jobs of this part")
    after: str = Field("", pattern=r"^([0-9a-f]{32})?$", description="`next` of the part before")
    batch_id: str | None = Field(None, max_length=64, pattern=NO_NUL, description="Only jobs of this batch")


@router.get("", summary="List jobs, newest first", responses=NOT_FOUND)
async def list_jobs(request: Request, services: ServicesDep, query: Annotated[ListQuery, Query()]) -> JobListModel:
    """Go on with `after` until `next` is null."""
    found = await services.jobs.listed(
        sort=query.sort,
        states=query.state,
        name=query.name,
        owner=owner_of(request),
        batch_id=query.batch_id,
        after=query.after or None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    following = shown[-1].id if len(found) > query.limit else None
    return JobListModel(jobs=await _described_all(services.jobs.store, shown), next=following)


@router.get("/counts", summary="Number of jobs by state")
async def count_jobs(request: Request, services: ServicesDep) -> dict[JobState, int]:
    """A state without jobs is left out."""
    return await services.jobs.store.state_counts(owner_of(request))


@router.get("/{job_id}", summary="State of a job", responses=NOT_FOUND)
async def get_job(request: Request, services: ServicesDep, job_id: JobId) -> JobModel:
    return await described(services, await services.jobs.get(job_id, owner_of(request)))


class RemovalQuery(StrictQuery):
    only: Literal["cancel", "remove"] | None = Field(
        None, description="Do this or nothing: 409 where the job has ended already, or not yet"
    )


@router.delete("/{job_id}", status_code=204, summary="Cancel a job, or remove a finished one", responses=REMOVED)
async def delete_job(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    query: Annotated[RemovalQuery, Query()],
) -> None:
    """An unfinished job is cancelled: nothing of it runs any more, and what was read stays readable with
    `?partial=true`. A finished one is removed with its files.

    A job may end just before the call comes: with `only=cancel` it is not removed then. Cancelling it twice does no
    harm."""
    job = await services.jobs.get(job_id, owner_of(request))
    if query.only == "remove" or (query.only is None and job.state.finished):
        await services.jobs.remove(job_id)
    else:
        await services.jobs.cancel(job_id)


class RetryQuery(StrictQuery):
    pages: str = Field(
        "", description="Pages to read again, such as `3,7-9`, also good ones; without it those that failed"
    )


@router.post("/{job_id}/retry", status_code=202, summary="Read pages again", responses=RETRIED)
async def retry_job(
    request: Request, services: ServicesDep, job_id: JobId, query: Annotated[RetryQuery, Query()]
) -> JobModel:
    """The other pages are kept, and these too until their new readings are there. One that comes out worse than the
    earlier reading does not replace it: the page's `warnings` say why.

    An unfinished job is left as it is, and a completed one where no pages are named."""
    job = await services.jobs.get(job_id, owner_of(request))
    return await described(services, await services.jobs.retry(job.id, query.pages))
