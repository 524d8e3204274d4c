"""``/v1/chunk/…``: a document in, its chunks out, as clients of docling-serve call it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.models import TaskStatus
from ocr_service.api.compat.docling.routes import SUBMITTED, status_of
from ocr_service.api.compat.docling_chunks.answer import chunk_answer
from ocr_service.api.compat.docling_chunks.models import ChunkAnswer, Chunker, ChunkForm, ChunkRequest, ChunkTask
from ocr_service.api.compat.document_jobs import form_job, form_schema, json_job, wait_to_the_end
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.jobs.models import Job, Priority

router = APIRouter(prefix="/v1/chunk/{chunker}", tags=["docling-serve"])

_FORM = form_schema(ChunkForm.form_properties(), part="files")
ChunkerName = Annotated[
    Chunker, PathParameter(description="`hybrid`: by headings and size; `hierarchical`: each block by itself")
]


@router.post(
    "/file",
    summary="Read and cut a file, as docling-serve",
    response_model=ChunkAnswer,
    responses=SUBMITTED,
    openapi_extra=_FORM,
)
async def docling_chunk_file(request: Request, services: ServicesDep, chunker: ChunkerName) -> Response:
    """It is a job like any other, waited for until it is finished; its chunks are those of `result.chunks.json`."""
    job, task = await _from_form(request, services, chunker, Priority.INTERACTIVE)
    return await chunk_answer(services, await wait_to_the_end(request, services, job), task)


@router.post(
    "/source",
    summary="Read and cut a source, as docling-serve",
    response_model=ChunkAnswer,
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ChunkRequest),
)
async def docling_chunk_source(request: Request, services: ServicesDep, chunker: ChunkerName) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    job, task = await _from_json(request, services, chunker, Priority.INTERACTIVE)
    return await chunk_answer(services, await wait_to_the_end(request, services, job), task)


@router.post(
    "/file/async", summary="Submit a file to be cut, as docling-serve", responses=SUBMITTED, openapi_extra=_FORM
)
async def docling_submit_chunk_file(request: Request, services: ServicesDep, chunker: ChunkerName) -> TaskStatus:
    """Answers at once with the task."""
    return await status_of(services, *await _from_form(request, services, chunker, Priority.BATCH))


@router.post(
    "/source/async",
    summary="Submit a source to be cut, as docling-serve",
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ChunkRequest),
)
async def docling_submit_chunk_source(request: Request, services: ServicesDep, chunker: ChunkerName) -> TaskStatus:
    """Answers at once with the task."""
    return await status_of(services, *await _from_json(request, services, chunker, Priority.BATCH))


async def _from_form(
    request: Request, services: Services, chunker: Chunker, priority: Priority
) -> tuple[Job, ChunkTask]:
    lists = ("convert_to_formats", "convert_page_range")
    job, asked = await form_job(request, services, ChunkForm.understood, priority, part="files", lists=lists)
    return job, ChunkTask.of_chunker(job.id, chunker, asked)


async def _from_json(
    request: Request, services: Services, chunker: Chunker, priority: Priority
) -> tuple[Job, ChunkTask]:
    job, asked = await json_job(request, services, ChunkRequest.understood, priority)
    return job, ChunkTask.of_chunker(job.id, chunker, asked)
