"""What a job made: the document as JSON or Markdown, its pages; before the end, what is there by then."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from ocr_service.api.jobs import NOT_FOUND, JobId, owner_of
from ocr_service.api.schemas import DocumentModel, PageModel, ProblemModel
from ocr_service.api.services import Services, ServicesDep
from ocr_service.errors import NotFinished, NotFound, error_for
from ocr_service.jobs.models import Job, JobState
from ocr_service.pipeline import write_so_far
from ocr_service.readers import DocumentWork
from ocr_service.storage.filesystem import artifact_name

router = APIRouter(prefix="/jobs", tags=["jobs"])

ResultFormat = Literal["json", "markdown"]
_SUFFIX = {"json": "json", "markdown": "md"}
_MEDIA = {"json": "application/json", "markdown": "text/markdown; charset=utf-8"}

Partial = Annotated[bool, Query(description="What is read so far, where the job is not finished or was cancelled")]
ANSWERS: dict[int | str, dict[str, Any]] = {
    **NOT_FOUND,
    409: {
        "model": ProblemModel,
        "description": "`not_finished`, `cancelled`",
        "content": {"application/problem+json": {}},
    },
}


@router.get("/{job_id}/result", summary="The document as JSON", response_model=DocumentModel, responses=ANSWERS)
@router.get("/{job_id}/result.json", include_in_schema=False)
async def get_result(request: Request, services: ServicesDep, job_id: JobId, partial: Partial = False) -> Response:
    job = await services.jobs.get(job_id, owner_of(request))
    return await result_file(services, job, "json", partial=partial)


@router.get(
    "/{job_id}/result.md",
    summary="The document as Markdown",
    response_class=FileResponse,
    responses={**ANSWERS, 200: {"content": {"text/markdown": {}}}},
)
async def get_markdown(request: Request, services: ServicesDep, job_id: JobId, partial: Partial = False) -> Response:
    job = await services.jobs.get(job_id, owner_of(request))
    return await result_file(services, job, "markdown", partial=partial)


@router.get("/{job_id}/pages/{number}", summary="One page's result", response_model=PageModel, responses=ANSWERS)
async def get_page(
    request: Request, services: ServicesDep, job_id: JobId, number: Annotated[int, PathParameter(ge=1)]
) -> Response:
    """There as soon as the page is read, whatever the other pages do."""
    job = await services.jobs.get(job_id, owner_of(request))
    return Response(await kept_page(services, job, number), media_type="application/json")


async def kept_page(services: Services, job: Job, number: int) -> bytes:
    """A page's result as JSON. Raises NotFound where there is no such page, NotFinished where it is not read."""
    try:
        return await asyncio.to_thread(services.jobs.folder(job.id).page, number)
    except FileNotFoundError:
        if number > job.file.pages:
            raise NotFound(f"{job.file.name} has {job.file.pages} pages; there is no page {number}.") from None
        raise NotFinished(f"Page {number} is not read.") from None


async def result_file(services: Services, job: Job, form: ResultFormat, *, partial: bool = False) -> FileResponse:
    """The artifact of a job that ended with one. Raises NotFinished, Cancelled, or what the job failed with."""
    name = f"{artifact_name(job.file.name)}.{_SUFFIX[form]}"
    published = services.jobs.folder(job.id).published / name
    if job.state in (JobState.COMPLETED, JobState.PARTIAL, JobState.FAILED) and published.exists():
        return FileResponse(published, media_type=_MEDIA[form])
    if partial:
        return await _so_far(services, job, name, form)
    if not job.state.finished:
        raise NotFinished(f"The job is {job.state}; ?partial=true gives what is read so far.")
    if job.failure:
        raise error_for(job.failure.code, job.failure.message)
    raise error_for("cancelled", "The job was cancelled; ?partial=true gives what was read before.")


async def _so_far(services: Services, job: Job, name: str, form: ResultFormat) -> FileResponse:
    work = DocumentWork(services.jobs.folder(job.id), job.file, job.options)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="partial-", dir=services.scratch))
    try:
        await asyncio.to_thread(write_so_far, work, job.engine, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(folder / name, media_type=_MEDIA[form], background=gone)
