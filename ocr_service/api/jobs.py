"""``/jobs``: submit, look, list, cancel and remove, read again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from ocr_service.api.admission import Admitted
from ocr_service.api.job_models import JobListModel, JobModel, job_model
from ocr_service.api.schemas import PROBLEMS, ProblemModel, submission_schema
from ocr_service.api.services import Services, ServicesDep
from ocr_service.jobs.models import Job, JobState, NewJob, PageCounts, Priority, new_job_id
from ocr_service.jobs.queue import Submission

router = APIRouter(prefix="/jobs", tags=["jobs"])

JobId = Annotated[str, Path(description="As `POST /jobs` gave it", max_length=64)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="The same key gives the same job, so that a submission can be repeated after a lost answer",
    ),
]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemModel, "description": "`not_found`", "content": {"application/problem+json": {}}}
}


def owner_of(request: Request) -> str | None:
    """The name of the API key that asks; None where no keys are set: then everybody sees everything."""
    owner: str = request.state.owner
    return owner or None


async def submit(
    services: Services, admitted: Admitted, owner: str | None, key: str | None, default: Priority
) -> Submission:
    """Make an admitted document a job. Raises what the client should see; then nothing of the upload is left."""
    asked = admitted.asked
    new = NewJob(
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
    )
    try:
        return await services.jobs.submit(new, admitted.path)
    finally:
        admitted.path.unlink(missing_ok=True)


async def described(services: Services, job: Job) -> JobModel:
    counts = await services.jobs.store.page_counts([job.id])
    position = await services.jobs.store.position(job.id) if job.state is JobState.QUEUED else None
    return job_model(job, counts.get(job.id, PageCounts()), position)


@router.post(
    "",
    status_code=202,
    summary="Submit a document",
    responses=PROBLEMS,
    openapi_extra=submission_schema("PDF, PNG, JPEG, TIFF, WebP or BMP"),
)
async def post_job(
    request: Request, response: Response, services: ServicesDep, idempotency_key: IdempotencyKey = None
) -> JobModel:
    """Answers at once with the job; the upload is safe on disk by then, whatever happens to the service."""
    admitted = await services.admission.admit(request)
    submission = await submit(services, admitted, owner_of(request), idempotency_key, Priority.BATCH)
    response.headers["Location"] = f"/jobs/{submission.job.id}"
    return await described(services, submission.job)


@router.get("", summary="List jobs, newest first")
async def list_jobs(
    request: Request,
    services: ServicesDep,
    state: JobState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(max_length=64, description="`next` of the part before")] = None,
) -> JobListModel:
    """Go on with `after` until `next` is null."""
    store = services.jobs.store
    found = await store.newest(state=state, owner=owner_of(request), after=after, limit=limit + 1)
    shown = found[:limit]
    counts = await store.page_counts([job.id for job in shown])
    models = [
        job_model(
            job,
            counts.get(job.id, PageCounts()),
            await store.position(job.id) if job.state is JobState.QUEUED else None,
        )
        for job in shown
    ]
    return JobListModel(jobs=models, next=shown[-1].id if len(found) > limit else None)


@router.get("/{job_id}", summary="State of a job", responses=NOT_FOUND)
async def get_job(request: Request, services: ServicesDep, job_id: JobId) -> JobModel:
    return await described(services, await services.jobs.get(job_id, owner_of(request)))


@router.delete("/{job_id}", status_code=204, summary="Cancel a job, or remove a finished one", responses=NOT_FOUND)
async def delete_job(request: Request, services: ServicesDep, job_id: JobId) -> None:
    """An unfinished job is cancelled: nothing of it runs any more, and what was read stays readable with
    `?partial=true`. A finished one is removed with its files."""
    job = await services.jobs.get(job_id, owner_of(request))
    if job.state.finished:
        await services.jobs.remove(job_id)
    else:
        await services.jobs.cancel(job_id)


@router.post("/{job_id}/retry", status_code=202, summary="Read again what failed", responses=NOT_FOUND)
async def retry_job(request: Request, services: ServicesDep, job_id: JobId) -> JobModel:
    """Pages that came out well are kept; a completed or unfinished job is left as it is."""
    job = await services.jobs.get(job_id, owner_of(request))
    return await described(services, await services.jobs.retry(job.id))
