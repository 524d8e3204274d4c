"""``/api/v2/ocr/jobs``: what ``PaddleOCRClient`` and the adapters built on it call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.routing import APIRoute

from ocr_service.api.compat.forms import received_form
from ocr_service.api.compat.job_results import failure_reason, iso_time
from ocr_service.api.compat.paddleocr_jobs.models import JobAnswer, JobError, JobRef, JobSubmission
from ocr_service.api.compat.paddlex.mapping import pruned_result, text_without
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.json_body import small_json
from ocr_service.api.intake.request_body import is_json
from ocr_service.api.problems import problem_of
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.validation import describe_validation, validated
from ocr_service.document import MARGIN_LABELS, PageResult
from ocr_service.errors import BadOption, Cancelled, NotFinished, NotFound, ServiceError, error_for
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import linked_images, relinked
from ocr_service.export.join_pages import joined_pages
from ocr_service.export.plain_text import region_text
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job, JobState, Priority
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder

_STATES = {JobState.QUEUED: "pending", JobState.RUNNING: "running"} | dict.fromkeys(
    (JobState.COMPLETED, JobState.PARTIAL), "done"
)
_PATH = "/api/v2/ocr/jobs"


class _JobRoute(APIRoute):
    """Errors in PaddleOCR's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_job_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except ServiceError as error:
                return _refusal(request, error)
            except RequestValidationError as error:
                return _refusal(request, BadOption(describe_validation(error.errors())))

        return with_job_errors


def _refusal(request: Request, error: ServiceError) -> JSONResponse:
    request.state.code = error.code
    headers = problem_of(error).headers
    retry_after = {name: value for name, value in headers.items() if name == "retry-after"}
    return JSONResponse(
        JobError(code=error.status, msg=f"{error.code}: {error}").model_dump(), error.status, headers=retry_after
    )


router = APIRouter(prefix=_PATH, tags=["PaddleOCR jobs"], route_class=_JobRoute)
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": JobError, "description": description}
    for status, description in {
        404: "`not_found`",
        408: "`upload_too_slow`",
        409: "`cancelled`, `not_finished`",
        410: "`upload_lost`",
        413: "`file_too_large`",
        415: "`unsupported_type`",
        422: "`bad_option`, `empty_file`, `damaged_pdf`, `encrypted_pdf`, `too_many_pages`, `address_refused`",
        429: "`queue_full`, `quota_exceeded`, with Retry-After",
        500: "`internal_error`, `render_failed`",
        502: "`fetch_failed`, `recognition_failed`, `backend_refused`, `s3_refused`",
        503: "`engine_unavailable`, `not_ready`, `s3_unavailable`, with Retry-After",
        504: "`deadline_exceeded`, `page_timeout`",
        507: "`storage_full`",
    }.items()
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "model"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The document"},
                        "model": {"type": "string", "description": "`PP-OCR…` gives lines, any other name Markdown"},
                        "optionalPayload": {"type": "string", "description": "Options as JSON"},
                        "pageRanges": {"type": "string", "description": "Pages to read, such as `1-3,7`"},
                    },
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["fileUrl", "model"],
                    "properties": {
                        "fileUrl": {"type": "string", "description": "An https address, where ALLOW_URL_INPUT is set"},
                        "model": {"type": "string", "description": "As in the form"},
                        "optionalPayload": {"type": "object", "description": "Options"},
                        "pageRanges": {"type": "string", "description": "Pages to read"},
                    },
                }
            },
        },
    }
}
PaddleJobId = Annotated[str, Path(max_length=64, description="As the answer to the submission gave it")]


@router.post("", summary="Submit a document, as PaddleOCR's API", responses=_ERRORS, openapi_extra=_FORM)
async def paddleocr_submit(request: Request, services: ServicesDep) -> JobAnswer:
    """Answers at once. It is a job like any other: `/jobs/{id}` shows it by the first 32 letters of its id."""
    if is_json(request):
        asked = validated(JobSubmission, await small_json(request, such_as='{"fileUrl": "https://…", "model": "…"}'))
        if asked.fileUrl is None:
            raise BadOption("fileUrl: the document's address is missing")
        admitted = await services.delivery.sources.from_url(asked.fileUrl, _options(asked), owner_of(request) or "")
    else:
        admitted, asked = await _from_form(request, services)
    submission = await submit(services, admitted, owner_of(request), None, Priority.BATCH)
    payload = asked.optionalPayload
    job = JobRef(
        job_id=submission.job.id,
        lines=asked.model.upper().startswith("PP-OCR"),
        joined=bool(payload.restructurePages),
        images=payload.returnMarkdownImages is not False,
    )
    return JobAnswer.model_validate({"data": {"jobId": job.id}})


async def _from_form(request: Request, services: Services) -> tuple[Admitted, JobSubmission]:
    async with received_form(request, services) as upload:
        asked = validated(JobSubmission, upload.fields)
        return await services.admission.inspected(upload, _options(asked)), asked


def _options(asked: JobSubmission) -> SubmissionOptions:
    return SubmissionOptions.model_validate(
        {"pages": asked.pageRanges or "", "text_layer": asked.optionalPayload.textLayer}
    )


@router.get("/{job_id}", summary="State of a job, as PaddleOCR's API", responses=_ERRORS)
async def paddleocr_status(request: Request, services: ServicesDep, job_id: PaddleJobId) -> JobAnswer:
    ref = JobRef.parsed(job_id)
    job = await services.jobs.get(ref.job_id, owner_of(request))
    counts = (await services.jobs.store.page_counts([job.id])).get(job.id)
    data: dict[str, Any] = {
        "jobId": ref.id,
        "state": _STATES.get(job.state, "failed"),
        "extractProgress": {
            "totalPages": job.page_total,
            "extractedPages": counts.done if counts else 0,
            "startTime": iso_time(job.started_at),
            "endTime": iso_time(job.finished_at),
        },
    }
    if data["state"] == "done":
        data["resultUrl"] = {"jsonUrl": _link(request, ref, "result.jsonl")}
    elif data["state"] == "failed":
        data["errorMsg"] = failure_reason(job)
    return JobAnswer.model_validate({"data": data})


def _link(request: Request, ref: JobRef, name: str) -> str:
    """An address that opens without a key."""
    path = f"{_PATH}/{ref.id}/files/{name}"
    query = request.app.state.keys.link_query(path, owner_of(request))
    return f"{str(request.base_url).rstrip('/')}{path}{'?' if query else ''}{query}"


@router.get(
    "/{job_id}/files/result.jsonl",
    summary="Result of a job, as PaddleOCR's API",
    response_class=StreamingResponse,
    responses={**_ERRORS, 200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
async def paddleocr_result(request: Request, services: ServicesDep, job_id: PaddleJobId) -> Response:
    """A line a page, in the shape of `/layout-parsing`; figures are links. Opens with the key, or by the link given."""
    ref = JobRef.parsed(job_id)
    job = await services.jobs.get(ref.job_id, owner_of(request))
    if not job.state.finished:
        raise NotFinished.job(job.state)
    if job.state not in (JobState.COMPLETED, JobState.PARTIAL):
        raise error_for(job.failure.code, job.failure.message) if job.failure else Cancelled.job()
    folder = await services.jobs.files.of(job, "pages")
    return StreamingResponse(_lines(request, folder, job, ref), media_type="application/jsonl")


@router.get(
    "/{job_id}/files/images/{name}",
    summary="A figure of a job, as PaddleOCR's API",
    response_class=FileResponse,
    responses={**_ERRORS, 200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def paddleocr_figure(
    request: Request,
    services: ServicesDep,
    job_id: PaddleJobId,
    name: Annotated[str, Path(max_length=100, pattern=r"^p\d+_r\d+_\w+\.\w+$", description="As the result has it")],
) -> FileResponse:
    job = await services.jobs.get(JobRef.parsed(job_id).job_id, owner_of(request))
    path = (await services.jobs.files.of(job, "pages")).work / "images" / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(f"The job has no figure {name}.")
    return FileResponse(path)


async def _lines(request: Request, folder: JobFolder, job: Job, ref: JobRef) -> AsyncIterator[str]:
    """A page in memory at a time."""
    numbers = select_pages(job.options.pages, job.file.pages)

    def stored() -> Iterator[PageResult]:
        return (page_without_words(folder.page(number)) for number in numbers)

    def line(page: PageResult) -> str:
        if ref.lines:
            entries = {"ocrResults": [{"prunedResult": _text_lines(page)}]}
        else:
            text = text_without(page, MARGIN_LABELS) if ref.joined else page_text(page)
            images = {_flat(name): _link(request, ref, name) for name in linked_images(text)} if ref.images else {}
            [text] = relinked([text], _flat)
            entries = {
                "layoutParsingResults": [
                    {
                        "prunedResult": pruned_result(page, len(numbers)),
                        "markdown": {"text": text, "images": images},
                        "outputImages": {},
                    }
                ]
            }
        size = {"width": page.width, "height": page.height}
        info = {"dataInfo": {"type": job.file.type, "numPages": len(numbers), "pages": [size]}}
        return json.dumps({"result": {**entries, **info}}, ensure_ascii=False) + "\n"

    pages = iter(joined_pages(stored)) if ref.joined else stored()
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        yield await asyncio.to_thread(line, page)


def _flat(name: str) -> str:
    """A figure's name in the text and among the images: the client saves it under this name, and takes no folders."""
    return name.rpartition("/")[2]


def _text_lines(page: PageResult) -> dict[str, Any]:
    """Regions as PP-OCR writes its lines: text, confidence (1.0 where it is not known), box."""
    read = [(text, region) for region in page.regions if (text := region_text(region))]
    return {
        "rec_texts": [text for text, _ in read],
        "rec_scores": [1.0 if region.confidence is None else region.confidence for _, region in read],
        "rec_boxes": [list(region.bbox) for _, region in read],
    }
