"""``POST /v1/ocr``: what clients of Mistral's OCR API call."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from ocr_service.api.compat.document_jobs import admit_document, wait_to_the_end
from ocr_service.api.compat.mistral.mapping import MistralPages
from ocr_service.api.compat.mistral.models import FileChunk, ImageUrlChunk, MistralOcrAnswer, MistralOcrRequest
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.json_body import JsonBody
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import SubmissionOptions, json_schema_body
from ocr_service.api.schemas.problem import READ_FROM_JSON
from ocr_service.api.validation import validated
from ocr_service.export.result_json import page_from_json
from ocr_service.jobs.models import Job, Priority
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors

router = APIRouter(tags=["Mistral"])

# What GET /v1/files/{id}/url gives. The host is not looked at: behind a proxy it is not the one that clients know.
_OWN_ADDRESS = re.compile(r"https?://[^?#]+/v1/files/([0-9a-f-]{36})/content")


@router.post(
    "/v1/ocr",
    summary="Read a document, as Mistral's OCR",
    response_model=MistralOcrAnswer,
    responses=READ_FROM_JSON,
    openapi_extra=json_schema_body(MistralOcrRequest),
)
async def mistral_ocr(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of Mistral's OCR API: its clients work with this address as their server.

    It is a job like any other, waited for until it is finished.
    """
    async with services.admission.json_body(request) as body:
        asked = await asyncio.to_thread(validated, MistralOcrRequest, body.fields)
        admitted = await admit_request(services, body, asked, owner_of(request))
        job = (await submit(services, admitted, owner_of(request), None, Priority.INTERACTIVE)).job
    job = await wait_to_the_end(request, services, job)
    folder = await services.jobs.files.of(job, "pages")
    return StreamingResponse(
        answer_pieces(folder, job, asked), media_type="application/json", headers={"Location": f"/jobs/{job.id}"}
    )


async def admit_request(services: Services, body: JsonBody, asked: MistralOcrRequest, owner: str | None) -> Admitted:
    """The document that the request names or holds. Raises as an upload does."""
    options = SubmissionOptions.model_validate({"pages": asked.own_pages, "text_layer": asked.text_layer})
    document = asked.document
    if isinstance(document, FileChunk):
        return await _uploaded(services, document.file_id, options, owner)
    name = None
    if isinstance(document, ImageUrlChunk):
        address = document.image_url if isinstance(document.image_url, str) else document.image_url.url
    else:
        address, name = document.document_url, document.document_name
        if own := _OWN_ADDRESS.fullmatch(address):
            return await _uploaded(services, own[1], options, owner)
    return await admit_document(services, body, address, name, options, owner or "")


async def _uploaded(services: Services, file_id: str, options: SubmissionOptions, owner: str | None) -> Admitted:
    """A file of ``/v1/files``, copied, since a job takes its input away."""
    file = await services.client_files.get(file_id, owner)
    async with services.admission.place(owner or ""):
        content = await services.client_files.content(file)
        path = await asyncio.to_thread(_copy, content, services.scratch)
        try:
            return await services.admission.inspected(Upload(path, file.name, file.sha256, file.bytes, {}), options)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise


def _copy(source: Path, folder: Path) -> Path:
    with storage_errors("TEMP_DIR"), tempfile.NamedTemporaryFile(dir=folder, prefix="file-", delete=False) as target:
        with source.open("rb") as content:
            shutil.copyfileobj(content, target)
        return Path(target.name)


async def answer_pieces(folder: JobFolder, job: Job, asked: MistralOcrRequest) -> AsyncIterator[str]:
    """The answer, a page in memory at a time."""
    numbers = select_pages(job.options.pages, job.file.pages)
    pages = MistralPages(folder, asked)

    def entry(number: int) -> str:
        fields = pages.page(page_from_json(folder.page(number))).model_dump(exclude_none=True)
        fields.setdefault("dimensions", None)  # the client wants to see it, if only as null
        return json.dumps(fields, ensure_ascii=False)

    yield '{"pages":['
    for place, number in enumerate(numbers):
        yield f"{',' if place else ''}{await asyncio.to_thread(entry, number)}"
    usage = {"pages_processed": len(numbers), "doc_size_bytes": job.file.bytes}
    yield f'],"model":{json.dumps(asked.model or job.engine)},"usage_info":{json.dumps(usage)}}}'
