"""``/v1/chunk/…``: a document in, its chunks out, as clients of docling-serve call it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.chunk_answer import chunk_answer
from ocr_service.api.compat.docling.chunk_models import ChunkAnswer, Chunker, ChunkForm, ChunkRequest, ChunkTask
from ocr_service.api.compat.docling.models import ConvertOptions, Source, TaskStatus
from ocr_service.api.compat.docling.routes import (
    LISTS,
    SUBMITTED,
    admitted_form,
    admitted_json,
    form_fields,
    submitted,
)
from ocr_service.api.compat.forms import form_schema
from ocr_service.api.dependencies import ServicesDep
from ocr_service.api.intake.json_body import JsonBody
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.validation import validated
from ocr_service.api.wait_for_job import read_to_the_end

router = APIRouter(prefix="/v1/chunk/{chunker}", tags=["docling-serve"])

ChunkerName = Annotated[
    Chunker, PathParameter(description="`hybrid`: by headings and size; `hierarchical`: each block by itself")
]
_FORM = form_schema(ChunkForm.form_properties(), part="files")


@router.post(
    "/file",
    summary="Read and cut a file, as docling-serve",
    response_model=ChunkAnswer,
    responses=SUBMITTED,
    openapi_extra=_FORM,
)
async def docling_chunk_file(request: Request, services: ServicesDep, chunker: ChunkerName) -> Response:
    """It is a job like any other, waited for until it is finished; its chunks are those of `result.chunks.json`."""
    admitted, asked = await admitted_form(request, services, _form)
    job = await read_to_the_end(request, services, admitted)
    return await chunk_answer(services, job, ChunkTask.of(job.id, chunker, asked))


@router.post(
    "/source",
    summary="Read and cut a source, as docling-serve",
    response_model=ChunkAnswer,
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ChunkRequest),
)
async def docling_chunk_source(request: Request, services: ServicesDep, chunker: ChunkerName) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    async with admitted_json(request, services, _json) as (admitted, asked):
        job = await read_to_the_end(request, services, admitted)
    return await chunk_answer(services, job, ChunkTask.of(job.id, chunker, asked))


@router.post(
    "/file/async", summary="Submit a file to be cut, as docling-serve", responses=SUBMITTED, openapi_extra=_FORM
)
async def docling_submit_chunk_file(request: Request, services: ServicesDep, chunker: ChunkerName) -> TaskStatus:
    """Answers at once with the task."""
    admitted, asked = await admitted_form(request, services, _form)
    return await submitted(request, services, admitted, lambda job_id: ChunkTask.of(job_id, chunker, asked))


@router.post(
    "/source/async",
    summary="Submit a source to be cut, as docling-serve",
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ChunkRequest),
)
async def docling_submit_chunk_source(request: Request, services: ServicesDep, chunker: ChunkerName) -> TaskStatus:
    """Answers at once with the task."""
    async with admitted_json(request, services, _json) as (admitted, asked):
        return await submitted(request, services, admitted, lambda job_id: ChunkTask.of(job_id, chunker, asked))


def _form(upload: Upload) -> tuple[ChunkForm, ConvertOptions]:
    fields = form_fields(upload, *(f"convert_{name}" for name in LISTS))
    asked = validated(ChunkForm, ChunkForm.of_fields(fields))
    return asked, asked.convert_options


def _json(body: JsonBody) -> tuple[ChunkForm, Source, ConvertOptions]:
    asked = validated(ChunkRequest, body.fields)
    return asked, asked.sources[0], asked.convert_options
