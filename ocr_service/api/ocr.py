"""``POST /ocr/pdf`` and ``POST /ocr/image``: a document in, its Markdown out, in one call."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from ocr_service.api.admission import Admitted
from ocr_service.api.schemas import DocumentModel, ProblemModel, SubmissionOptions
from ocr_service.api.services import Services, ServicesDep
from ocr_service.document import PageResult
from ocr_service.pipeline import read_document
from ocr_service.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder, artifact_name
from ocr_service.telemetry import job_var

router = APIRouter(tags=["documents"])


def submission_schema(file_description: str) -> dict[str, Any]:
    """The multipart form in OpenAPI's terms; the form itself is streamed, not parsed by FastAPI."""
    options = SubmissionOptions.model_json_schema()
    properties = {"file": {"type": "string", "format": "binary", "description": file_description}}
    for name, option in options["properties"].items():
        kind: dict[str, Any] = next((kind for kind in option.pop("anyOf", ()) if kind["type"] != "null"), {})
        # With a default, even an empty one, Swagger UI does not invent a value that matches the pattern.
        default = option.get("default")
        properties[name] = {**option, **kind, "default": "" if default is None else default}
    schema = {"type": "object", "properties": properties, "required": ["file"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemModel, "description": description, "content": {"application/problem+json": {}}}
    for status, description in {
        413: "`file_too_large`",
        415: "`unsupported_type`",
        422: "`empty_file`, `damaged_pdf`, `encrypted_pdf`, `too_many_pages`, `bad_pages`, `bad_option`",
        429: "`queue_full`, with Retry-After",
        503: "`engine_unavailable`, with Retry-After",
        507: "`storage_full`",
    }.items()
}


@router.post(
    "/ocr/pdf",
    summary="Read a PDF",
    response_model=DocumentModel,
    responses=PROBLEMS,
    openapi_extra=submission_schema("A PDF"),
)
async def read_pdf(request: Request, services: ServicesDep) -> FileResponse:
    """Waits for the result and gives the document as JSON, or its Markdown with `output=markdown`."""
    return await _read(request, services)


@router.post(
    "/ocr/image",
    summary="Read an image",
    response_model=DocumentModel,
    responses=PROBLEMS,
    openapi_extra=submission_schema("PNG, JPEG, TIFF (many pages), WebP or BMP"),
)
async def read_image(request: Request, services: ServicesDep) -> FileResponse:
    """The same as `/ocr/pdf` for PNG, JPEG, TIFF with many pages, WebP and BMP."""
    return await _read(request, services)


async def _read(request: Request, services: Services) -> FileResponse:
    admitted = await services.admission.admit(request)
    return await unless_disconnected(request, _run(services, admitted))


async def _run(services: Services, admitted: Admitted) -> FileResponse:
    folder = JobFolder(services.output_dir, uuid.uuid4().hex)
    job_var.set(folder.job_id)
    await asyncio.to_thread(folder.create, admitted.path)
    work = DocumentWork(folder, admitted.info, admitted.options)

    async def ignore(page: PageResult) -> None:
        pass

    try:
        await read_document(work, services.readers[admitted.engine], ignore)
    except BaseException:
        folder.remove()
        raise
    name = artifact_name(admitted.info.name)
    if admitted.asked.output == "markdown":
        return FileResponse(folder.published / f"{name}.md", media_type="text/markdown; charset=utf-8")
    return FileResponse(folder.published / f"{name}.json", media_type="application/json")


async def unless_disconnected(request: Request, work: Coroutine[Any, Any, FileResponse]) -> FileResponse:
    """Runs ``work``; a client that goes away stops it."""
    running = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            raise ClientDisconnect
        return running.result()
    finally:
        gone.cancel()
        running.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
