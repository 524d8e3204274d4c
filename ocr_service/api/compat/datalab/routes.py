"""``/api/v1/marker`` and ``/api/v1/convert`` with their check addresses: what clients of Datalab call."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, StreamingResponse

from ocr_service.api.compat.datalab.mapping import page_blocks
from ocr_service.api.compat.datalab.models import ConvertForm, RequestRef, Result, Submitted
from ocr_service.api.compat.forms import form_schema, received_form
from ocr_service.api.compat.job_results import failure_reason, kept_figures, kept_pages, markdown_file
from ocr_service.api.compat.json_pieces import as_json, list_texts, pieces, string_texts
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.problem import READ, RESULTS
from ocr_service.api.validation import validated
from ocr_service.document import PageResult
from ocr_service.errors import BadPages, ServiceError
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import relinked, relinked_file
from ocr_service.jobs.models import Job, JobState, Priority
from ocr_service.storage.filesystem import JobFolder

router = APIRouter(prefix="/api/v1", tags=["Datalab"])

_RULE = "-" * 48  # between pages, as Marker writes it
_READ = 1 << 16  # characters
_OF_THE_DOCUMENT = frozenset({413, 415, 422})  # statuses of what is wrong with it, or with what was asked for
_FORM = form_schema(
    {
        **ConvertForm.model_json_schema()["properties"],
        "output_format": {"type": "string", "description": "`markdown`, `html`, `json`; several with commas"},
    }
)
RequestId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]
Endpoint = Annotated[
    Literal["marker", "convert"], PathParameter(description="`convert` is what newer clients call; both are the same")
]


@router.post("/{endpoint}", summary="Submit a document, as Datalab's Marker", responses=READ, openapi_extra=_FORM)
async def datalab_submit(request: Request, services: ServicesDep, endpoint: Endpoint) -> Submitted:
    """Answers at once. It is a job like any other. What is wrong with the document is said with `success: false` and
    status 200: Datalab's client does not read the body of another."""
    try:
        ref = await _submitted(request, services)
    except ServiceError as error:
        if error.status not in _OF_THE_DOCUMENT:
            raise
        request.state.code = error.code
        return Submitted.model_validate({"success": False, "error": f"{error.code}: {error}"})
    check = f"{str(request.base_url).rstrip('/')}/api/v1/{endpoint}/{ref.id}"
    return Submitted.model_validate({"success": True, "request_id": ref.id, "request_check_url": check})


async def _submitted(request: Request, services: Services) -> RequestRef:
    async with received_form(request, services) as upload:
        asked = validated(ConvertForm, {name: value for name, value in upload.fields.items() if value})
        admitted = await _inspected(services, upload, asked)
    job = (await submit(services, admitted, owner_of(request), None, Priority.BATCH)).job
    images = not asked.disable_image_extraction
    return RequestRef(job_id=job.id, formats=asked.output_format, paginate=asked.paginate, images=images)


async def _inspected(services: Services, upload: Upload, asked: ConvertForm) -> Admitted:
    if asked.max_pages is None or asked.pages:
        return await services.admission.inspected(upload, asked.submission(asked.pages))
    try:
        return await services.admission.inspected(upload, asked.submission(f"1-{asked.max_pages}"))
    except BadPages:  # it has fewer
        return await services.admission.inspected(upload, asked.submission(""))


@router.get(
    "/{endpoint}/{request_id}",
    summary="State and result of a document, as Datalab's Marker",
    response_model=Result,
    responses=RESULTS,
)
async def datalab_check(request: Request, services: ServicesDep, endpoint: Endpoint, request_id: RequestId) -> Response:
    ref = RequestRef.parsed(request_id)
    job = await services.jobs.get(ref.job_id, owner_of(request))
    about: dict[str, Any] = {
        "output_format": ",".join(ref.formats),
        "page_count": job.page_total,
        "metadata": {"job_id": job.id},
    }
    if not job.state.finished:
        return JSONResponse({"status": "processing", "success": None, "error": None, **about})
    if job.state not in (JobState.COMPLETED, JobState.PARTIAL):
        return JSONResponse({"status": "failed", "success": False, "error": failure_reason(job), **about})
    pages = await services.jobs.files.of(job, "pages")
    content: dict[str, Iterable[str]] = {}
    if "markdown" in ref.formats:
        published = markdown_file(await services.jobs.files.of(job, "result"), job)
        content["markdown"] = string_texts(_paginated(pages, job) if ref.paginate else relinked_file(published, _flat))
    if "html" in ref.formats:
        content["html"] = string_texts(_text(await services.delivery.exports.file(job, "html")))
    if "json" in ref.formats:
        content["json"] = _tree(kept_pages(pages, job))
    if ref.images:
        content["images"] = _images(pages, job)
    done = {"status": "complete", "success": True, "error": None, **about}
    return StreamingResponse(pieces(_answer(done, content)), media_type="application/json")


def _answer(about: dict[str, Any], content: dict[str, Iterable[str]]) -> Iterator[str]:
    yield as_json(about)[:-1]
    for name, texts in content.items():
        yield f",{as_json(name)}:"
        yield from texts
    yield "}"


def _tree(pages: Iterable[PageResult]) -> Iterator[str]:
    yield '{"block_type":"Document","children":'
    yield from list_texts(page_blocks(pages))
    yield "}"


def _images(folder: JobFolder, job: Job) -> Iterator[str]:
    yield "{"
    for place, path in enumerate(kept_figures(folder, job)):
        yield f"{',' if place else ''}{as_json(path.name)}:{as_json(base64.b64encode(path.read_bytes()).decode())}"
    yield "}"


def _paginated(folder: JobFolder, job: Job) -> Iterator[str]:
    for page in kept_pages(folder, job):
        yield f"\n\n{{{page.number - 1}}}{_RULE}\n\n"
        yield from relinked([page_text(page)], _flat)


def _flat(name: str) -> str:
    return name.rpartition("/")[2]


def _text(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        while text := file.read(_READ):
            yield text
