"""``/api/v1/marker`` and ``/api/v1/convert`` with their check addresses: what clients of Datalab call."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.datalab.mapping import page_blocks
from ocr_service.api.compat.datalab.models import ConvertForm, RequestTask, Result, Submitted
from ocr_service.api.compat.document_jobs import address_job, body_schema, either_body, form_job, form_schema
from ocr_service.api.compat.job_results import (
    failure_reason,
    file_texts,
    has_result,
    kept_figures,
    kept_pages,
    markdown_file,
    without_folder,
)
from ocr_service.api.compat.json_pieces import json_answer, streamed_list, streamed_object, streamed_string
from ocr_service.api.compat.task_ids import own_task
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.intake.request_body import is_fields_alone, small_form
from ocr_service.api.schemas.problem import READ_FROM_JSON, RESULTS
from ocr_service.errors import ServiceError
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import relinked, relinked_file
from ocr_service.jobs.models import Job, Priority
from ocr_service.storage.filesystem import JobFolder

router = APIRouter(prefix="/api/v1", tags=["Datalab"])

_RULE = "-" * 48  # between pages, as Marker writes it
_OF_THE_DOCUMENT = frozenset({413, 415, 422})  # statuses of what is wrong with it, or with what was asked for
_FIELDS = {
    **ConvertForm.model_json_schema()["properties"],
    "output_format": {"type": "string", "description": "`markdown`, `html`, `json`; several with commas"},
}
_ADDRESS = _FIELDS.pop("file_url")
_FORM = either_body(
    form_schema(_FIELDS),
    body_schema("application/x-www-form-urlencoded", {"file_url": _ADDRESS, **_FIELDS}, ["file_url"]),
)
RequestId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]
Endpoint = Annotated[
    Literal["marker", "convert"], PathParameter(description="`convert` is what newer clients call; both are the same")
]


@router.post(
    "/{endpoint}", summary="Submit a document, as Datalab's Marker", responses=READ_FROM_JSON, openapi_extra=_FORM
)
async def datalab_submit(request: Request, services: ServicesDep, endpoint: Endpoint) -> Submitted:
    """Answers at once. It is a job like any other. What is wrong with the document is said with `success: false` and
    status 200: Datalab's client does not read the body of another."""
    try:
        job, asked = await _submitted(request, services)
    except ServiceError as error:
        if error.status not in _OF_THE_DOCUMENT:
            raise
        request.state.code = error.code
        return Submitted.model_validate({"success": False, "error": f"{error.code}: {error}"})
    task = RequestTask.of(job.id, asked)
    check = f"{str(request.base_url).rstrip('/')}/api/v1/{endpoint}/{task.id}"
    return Submitted.model_validate({"success": True, "request_id": task.id, "request_check_url": check})


async def _submitted(request: Request, services: Services) -> tuple[Job, ConvertForm]:
    """Datalab's client sends no multipart form where it sends no file."""
    if is_fields_alone(request):
        wanted = ConvertForm.understood(await small_form(request))
        return await address_job(request, services, wanted, Priority.BATCH)
    return await form_job(request, services, ConvertForm.understood, Priority.BATCH)


@router.get(
    "/{endpoint}/{request_id}",
    summary="State and result of a document, as Datalab's Marker",
    response_model=Result,
    responses=RESULTS,
)
async def datalab_check(request: Request, services: ServicesDep, endpoint: Endpoint, request_id: RequestId) -> Response:
    job, task = await own_task(request, services, request_id, RequestTask)
    about = {
        "output_format": ",".join(task.output_format),
        "page_count": job.page_total,
        "metadata": {"job_id": job.id},
    }
    if not job.state.finished:
        return json_answer({"status": "processing", "success": None, "error": None, **about})
    if not has_result(job):
        return json_answer({"status": "failed", "success": False, "error": failure_reason(job), **about})
    content = await _content(services, job, task)
    return json_answer({"status": "complete", "success": True, "error": None, **about, **content})


async def _content(services: Services, job: Job, task: RequestTask) -> dict[str, Any]:
    """What was asked for. What can fail is done before its first byte."""
    files = services.jobs.files
    pages = await files.of(job, "pages")
    content: dict[str, Any] = {}
    if "markdown" in task.output_format:
        published = markdown_file(await files.of(job, "result"), job)
        texts = _paginated(pages, job) if task.paginate else relinked_file(published, without_folder)
        content["markdown"] = streamed_string(texts)
    if "html" in task.output_format:
        content["html"] = streamed_string(file_texts(await services.delivery.exports.file(job, "html")))
    if "json" in task.output_format:
        blocks = streamed_list(page_blocks(kept_pages(pages, job)))
        content["json"] = {"block_type": "Document", "children": blocks}
    if task.include_images:
        figures = kept_figures(pages, job)
        content["images"] = streamed_object(
            (path.name, base64.b64encode(path.read_bytes()).decode()) for path in figures
        )
    return content


def _paginated(folder: JobFolder, job: Job) -> Iterator[str]:
    for page in kept_pages(folder, job):
        yield f"\n\n{{{page.number - 1}}}{_RULE}\n\n"
        yield from relinked([page_text(page)], without_folder)
