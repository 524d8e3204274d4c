"""``/api/v2/ocr/jobs``: what ``PaddleOCRClient`` and the adapters built on it call."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from ocr_service.api.compat.document_jobs import address_job, body_schema, either_body, form_job, form_schema
from ocr_service.api.compat.error_shapes import answers_with_errors, route_with_errors
from ocr_service.api.compat.job_results import StateWords, failure_reason, iso_time, require_result
from ocr_service.api.compat.paddleocr_jobs.mapping import result_lines
from ocr_service.api.compat.paddleocr_jobs.models import JobAnswer, JobError, JobSubmission, JobTask
from ocr_service.api.compat.task_ids import own_task
from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.intake.json_body import small_json
from ocr_service.api.intake.request_body import is_json
from ocr_service.api.schemas.problem import FETCHED, NOT_FOUND, RESULTS
from ocr_service.errors import NotFound, ServiceError
from ocr_service.jobs.models import Priority

_STATES = StateWords(queued="pending", running="running", done="done", failed="failed")
_PATH = "/api/v2/ocr/jobs"


def _error(request: Request, error: ServiceError) -> JobError:
    return JobError(code=error.status, msg=f"{error.code}: {error}")


router = APIRouter(prefix=_PATH, tags=["PaddleOCR jobs"], route_class=route_with_errors(_error))
_RESULT_ERRORS = answers_with_errors(RESULTS, JobError)
_FIELDS = {name: JobSubmission.model_json_schema()["properties"][name] for name in ("model", "pageRanges", "fileUrl")}
_ADDRESS = _FIELDS.pop("fileUrl")
_FORM = {**_FIELDS, "optionalPayload": {"type": "string", "description": "Options as JSON"}}
_JSON = {"fileUrl": _ADDRESS, **_FIELDS, "optionalPayload": {"type": "object", "description": "Options"}}
_BODY = either_body(
    form_schema(_FORM, required=["model"]), body_schema("application/json", _JSON, ["fileUrl", "model"])
)
PaddleJobId = Annotated[str, Path(max_length=64, description="As the answer to the submission gave it")]


@router.post(
    "",
    summary="Submit a document, as PaddleOCR's API",
    responses=answers_with_errors(FETCHED, JobError),
    openapi_extra=_BODY,
)
async def paddleocr_submit(request: Request, services: ServicesDep) -> JobAnswer:
    """Answers at once. It is a job like any other: `/jobs/{id}` shows it by the first 32 letters of its id."""
    if is_json(request):
        wanted = JobSubmission.understood(await small_json(request, such_as='{"fileUrl": "https://…", "model": "…"}'))
        job, asked = await address_job(request, services, wanted, Priority.BATCH)
    else:
        job, asked = await form_job(request, services, JobSubmission.understood, Priority.BATCH)
    return JobAnswer.model_validate({"data": {"jobId": JobTask.of(job.id, asked).id}})


@router.get(
    "/{job_id}", summary="State of a job, as PaddleOCR's API", responses=answers_with_errors(NOT_FOUND, JobError)
)
async def paddleocr_status(request: Request, services: ServicesDep, job_id: PaddleJobId) -> JobAnswer:
    job, task = await own_task(request, services, job_id, JobTask)
    counts = (await services.jobs.store.page_counts([job.id])).get(job.id)
    data: dict[str, Any] = {
        "jobId": task.id,
        "state": _STATES.of(job),
        "extractProgress": {
            "totalPages": job.page_total,
            "extractedPages": counts.done if counts else 0,
            "startTime": iso_time(job.started_at),
            "endTime": iso_time(job.finished_at),
        },
    }
    if data["state"] == "done":
        data["resultUrl"] = {"jsonUrl": _link(request, task, "result.jsonl")}
    elif data["state"] == "failed":
        data["errorMsg"] = failure_reason(job)
    return JobAnswer.model_validate({"data": data})


def _link(request: Request, task: JobTask, name: str) -> str:
    """An address that opens without a key."""
    path = f"{_PATH}/{task.id}/files/{name}"
    query = request.app.state.keys.link_query(path, owner_of(request))
    return f"{str(request.base_url).rstrip('/')}{path}{'?' if query else ''}{query}"


@router.get(
    "/{job_id}/files/result.jsonl",
    summary="Result of a job, as PaddleOCR's API",
    response_class=StreamingResponse,
    responses={**_RESULT_ERRORS, 200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
async def paddleocr_result(request: Request, services: ServicesDep, job_id: PaddleJobId) -> Response:
    """A line a page, in the shape of `/layout-parsing`; figures are links. Opens with the key, or by the link given."""
    job, task = await own_task(request, services, job_id, JobTask)
    require_result(job)
    folder = await services.jobs.files.of(job, "pages")
    lines = result_lines(folder, job, task, partial(_link, request, task))
    return StreamingResponse(lines, media_type="application/jsonl")


@router.get(
    "/{job_id}/files/images/{name}",
    summary="A figure of a job, as PaddleOCR's API",
    response_class=FileResponse,
    responses={**_RESULT_ERRORS, 200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def paddleocr_figure(
    request: Request,
    services: ServicesDep,
    job_id: PaddleJobId,
    name: Annotated[str, Path(max_length=100, pattern=r"^p\d+_r\d+_\w+\.\w+$", description="As the result has it")],
) -> FileResponse:
    job, _ = await own_task(request, services, job_id, JobTask)
    path = (await services.jobs.files.of(job, "pages")).work / "images" / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(f"The job has no figure {name}.")
    return FileResponse(path)
