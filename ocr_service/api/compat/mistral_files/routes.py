"""``/v1/files``: files uploaded first and read later, as clients of Mistral's API do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from ocr_service.api.compat.document_jobs import body_schema
from ocr_service.api.compat.mistral_batches.mapping import KIND, REQUESTS, batch_of_file
from ocr_service.api.compat.mistral_files.addresses import address_of
from ocr_service.api.compat.mistral_files.models import (
    MistralFile,
    MistralFileAddress,
    MistralFileDeleted,
    MistralFiles,
)
from ocr_service.api.compat.request_answers import answer_lines
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.file_names import clean_name
from ocr_service.api.routes.batches import own_batch
from ocr_service.api.schemas.problem import problem_answers
from ocr_service.errors import NotFound
from ocr_service.jobs.batches.rows import BatchProgress
from ocr_service.storage.client_files import ClientFile

router = APIRouter(prefix="/v1/files", tags=["Mistral"])

_BUCKET = ("storage_full", "s3_refused", "s3_unavailable")  # with ARTIFACTS=s3
_FILE = problem_answers("not_found", *_BUCKET)

FileId = Annotated[str, Path(description="As the upload gave it", max_length=64)]


_FORM = body_schema(
    "multipart/form-data",
    {
        "file": {"type": "string", "format": "binary", "description": "PDF or image"},
        "purpose": {"type": "string", "default": "ocr", "description": "`ocr`, or `batch` for JSONL"},
    },
    ["file"],
)


@router.post(
    "",
    summary="Upload a file, as Mistral takes it",
    responses=problem_answers("bad_option", "empty_file", "file_too_large", "upload_too_slow", *_BUCKET),
    openapi_extra=_FORM,
)
async def upload_file(request: Request, services: ServicesDep) -> MistralFile:
    """It is kept for JOB_TTL_H hours; `POST /v1/ocr` reads it by its id."""
    upload = await services.admission.receive(request)
    try:
        file = await services.client_files.keep(
            upload.path,
            owner=owner_of(request) or "",
            name=clean_name(upload.name.replace("\\", "/").rpartition("/")[2]) or "document",
            sha256=upload.sha256,
            size=upload.bytes,
            purpose=upload.fields.get("purpose", "ocr"),
        )
    finally:
        await asyncio.to_thread(upload.path.unlink, missing_ok=True)
    return _described(file)


@router.get("", summary="List uploaded files", responses=problem_answers(*_BUCKET))
async def list_files(request: Request, services: ServicesDep) -> MistralFiles:
    files = await services.client_files.newest(owner_of(request))
    return MistralFiles(data=[_described(file) for file in files], total=len(files))


@router.get("/{file_id}", summary="An uploaded file", responses=_FILE)
async def get_file(request: Request, services: ServicesDep, file_id: FileId) -> MistralFile:
    if results := await _results(request, services, file_id):
        return await results.described()
    return _described(await _file(request, services, file_id))


@router.get("/{file_id}/url", summary="The address of an uploaded file", responses=_FILE)
async def get_address(request: Request, services: ServicesDep, file_id: FileId) -> MistralFileAddress:
    """`POST /v1/ocr` knows it again as `document_url`, whether or not other URLs are allowed. It opens with the key."""
    if not await _results(request, services, file_id):
        await _file(request, services, file_id)
    return MistralFileAddress(url=address_of(str(request.base_url), file_id))


@router.get(
    "/{file_id}/content",
    summary="The bytes of an uploaded file, or of a batch's results",
    response_class=FileResponse,
    responses={**_FILE, 200: {"content": {"application/octet-stream": {}}}},
)
async def get_content(request: Request, services: ServicesDep, file_id: FileId) -> Response:
    if results := await _results(request, services, file_id):
        return StreamingResponse(results.lines(), media_type="application/octet-stream")
    file = await _file(request, services, file_id)
    path = await services.client_files.content(file)
    return FileResponse(path, media_type="application/octet-stream", filename=file.name)


@router.delete("/{file_id}", summary="Remove an uploaded file", responses=_FILE)
async def delete_file(request: Request, services: ServicesDep, file_id: FileId) -> MistralFileDeleted:
    """Jobs that read it are not touched; requests of a batch in it that are not read yet fail with `not_found`."""
    if await _results(request, services, file_id):
        return MistralFileDeleted(id=file_id, deleted=False)
    file = await _file(request, services, file_id)
    await services.client_files.remove(file.id)
    return MistralFileDeleted(id=file.id)


@dataclass(frozen=True, slots=True)
class _Results:
    """The answers of a finished batch, or its errors, as a file that is written while it is downloaded."""

    services: Services
    file_id: str
    progress: BatchProgress
    errors: bool

    def lines(self) -> AsyncIterator[str]:
        return answer_lines(self.services, self.progress.batch, REQUESTS, errors=self.errors)

    async def described(self) -> MistralFile:
        size = 0
        async for piece in self.lines():
            size += len(piece.encode())
        return MistralFile(
            id=self.file_id,
            bytes=size,
            created_at=int(self.progress.finished_at or self.progress.batch.created_at),
            filename=f"{self.file_id}.jsonl",
            purpose="batch",
            sample_type="batch_error" if self.errors else "batch_result",
            source="mistral",
        )


async def _results(request: Request, services: Services, file_id: str) -> _Results | None:
    """The results that the id names; None for an uploaded file. Raises NotFound."""
    named = batch_of_file(file_id)
    if named is None:
        return None
    progress = await own_batch(services, named[0], owner_of(request), KIND)
    if not progress.finished:
        raise NotFound(f"There is no file {file_id!r} yet: the batch is not finished.")
    return _Results(services, file_id, progress, named[1])


async def _file(request: Request, services: ServicesDep, file_id: str) -> ClientFile:
    return await services.client_files.get(file_id, owner_of(request))


def _described(file: ClientFile) -> MistralFile:
    return MistralFile(
        id=file.id,
        bytes=file.bytes,
        created_at=int(file.created_at),
        filename=file.name,
        purpose=file.purpose,
        sample_type="batch_request" if file.purpose == "batch" else "ocr_input",
    )
