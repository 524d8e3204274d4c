"""``/v1/batch/jobs``: many requests for ``/v1/ocr`` in one, as clients of Mistral's API send them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Path, Query, Request

from ocr_service.api.compat.long_strings import SpooledStrings, StoredStrings
from ocr_service.api.compat.mistral.batch_input import MOST_REQUESTS, place_of, requests_of, write_lines
from ocr_service.api.compat.mistral.batch_models import (
    KIND,
    MistralBatchDeleted,
    MistralBatchJob,
    MistralBatchJobs,
    MistralBatchQuery,
    MistralBatchRequest,
    batch_job,
)
from ocr_service.api.compat.mistral.batch_output import result_lines
from ocr_service.api.compat.mistral.models import MistralOcrRequest
from ocr_service.api.compat.mistral.routes import admit_request
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.json_stream import JsonLimits, JsonStream
from ocr_service.api.intake.request_body import announced_bytes, body_pieces, require_json
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import NO_NUL, json_schema_body
from ocr_service.api.schemas.problem import NOT_FOUND, problem_answers
from ocr_service.api.validation import validated
from ocr_service.errors import (
    AlreadyFinished,
    BadOption,
    DeadlineExceeded,
    FileTooLarge,
    NotFinished,
    NotFound,
    TooManyDocuments,
)
from ocr_service.jobs.batches.rows import Batch, BatchDocument, BatchProgress
from ocr_service.jobs.models import Priority, new_job_id
from ocr_service.storage.atomic_write import new_file
from ocr_service.storage.client_files import ClientFile
from ocr_service.storage.space import storage_errors

router = APIRouter(prefix="/v1/batch/jobs", tags=["Mistral"])

_CREATION = JsonLimits(rest=16 << 20, items=500_000)  # all requests of a batch, their documents left out
_MOST_INLINE, _INLINE_BYTES = 100, 4 << 20  # requests and bytes of the answers that ``inline`` gives
_MOST_LISTED = 10_000
_CHUNK = 1 << 20

JobId = Annotated[str, Path(max_length=64, pattern=NO_NUL, description="As `POST /v1/batch/jobs` gave it")]


@router.post(
    "",
    summary="Read many documents, as Mistral's batch API",
    responses=problem_answers(
        "bad_option",
        "not_found",
        "too_many_documents",
        "file_too_large",
        "upload_too_slow",
        "storage_full",
        "s3_refused",
        "s3_unavailable",
    ),
    openapi_extra=json_schema_body(MistralBatchRequest),
)
async def create_batch_job(request: Request, services: ServicesDep) -> MistralBatchJob:
    """Answers at once; each request is a job with the priority `batch`, read as there is room. Requests that cannot be
    read are in `error_file`, they stop no other."""
    owner = owner_of(request)
    asked, files = await _asked(request, services, owner or "")
    files = files or [await services.client_files.get(file_id, owner) for file_id in asked.input_files or ()]
    contents = [(file.id, await services.client_files.content(file)) for file in files]
    new = await asyncio.to_thread(requests_of, contents)
    if not new:
        raise BadOption("The input has no request: a line of JSON each")
    about = {
        "input_files": [file.id for file in files],
        "model": asked.model,
        "metadata": asked.metadata,
        "timeout_s": asked.timeout_hours * 3600,
    }
    batch = Batch(new_job_id(), owner or "", "", {}, 0.0, len(new), KIND, about)
    await services.delivery.batches.add(batch, new)
    services.delivery.feeder.wake()
    return batch_job(await services.delivery.batches.progress(batch.id))


@router.get("", summary="List batches, as Mistral's batch API")
async def list_batch_jobs(
    request: Request, services: ServicesDep, query: Annotated[MistralBatchQuery, Query()]
) -> MistralBatchJobs:
    batches = await services.delivery.batches.newest(owner_of(request), KIND, _MOST_LISTED)
    after = _seconds(query.created_after) if query.created_after is not None else 0.0
    batches = [
        batch
        for batch in batches
        if batch.created_at > after and (query.model is None or batch.about["model"] == query.model)
    ]
    if query.order_by == "created":
        batches.reverse()
    first = query.page * query.page_size
    if query.status is None:
        shown = await _described(services, batches[first : first + query.page_size])
        return MistralBatchJobs(data=shown, total=len(batches))
    found = [one for one in await _described(services, batches) if one.status in query.status]
    return MistralBatchJobs(data=found[first : first + query.page_size], total=len(found))


@router.get("/{job_id}", summary="A batch, as Mistral's batch API", responses=NOT_FOUND)
async def get_batch_job(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    inline: Annotated[
        bool | None,
        Query(
            description=f"Give the answers in `outputs`, of at most {_MOST_INLINE} requests and "
            f"{_INLINE_BYTES >> 20} MiB; where there are more it is null, and `output_file` has them"
        ),
    ] = None,
) -> MistralBatchJob:
    progress = await own_batch(services, job_id, owner_of(request))
    found = batch_job(progress)
    if inline and found.output_file is not None and progress.batch.total <= _MOST_INLINE:
        found.outputs = await _inline(result_lines(services, progress.batch, errors=False))
    return found


async def _inline(pieces: AsyncIterator[str]) -> list[dict[str, Any]] | None:
    """The answers; None where they are too large for one response."""
    kept, left = [], _INLINE_BYTES
    async for piece in pieces:
        left -= len(piece.encode())
        if left < 0:
            return None
        kept.append(piece)
    return await asyncio.to_thread(lambda: [json.loads(line) for line in "".join(kept).splitlines()])


@router.post("/{job_id}/cancel", summary="Cancel a batch, as Mistral's batch API", responses=NOT_FOUND)
async def cancel_batch_job(request: Request, services: ServicesDep, job_id: JobId) -> MistralBatchJob:
    """What is read stays; doing it twice does no harm."""
    progress = await own_batch(services, job_id, owner_of(request))
    if not progress.finished:
        for unfinished in await services.delivery.batches.cancel(job_id):
            with suppress(AlreadyFinished, NotFound):
                await services.jobs.cancel(unfinished)
        progress = await services.delivery.batches.progress(job_id)
    return batch_job(progress)


@router.delete(
    "/{job_id}",
    summary="Forget a batch, as Mistral's batch API",
    responses=problem_answers("not_found", "not_finished"),
)
async def delete_batch_job(request: Request, services: ServicesDep, job_id: JobId) -> MistralBatchDeleted:
    """Its jobs stay until JOB_TTL_H."""
    progress = await own_batch(services, job_id, owner_of(request))
    if not progress.finished:
        raise NotFinished("The batch is not finished: cancel it first.")
    await services.delivery.batches.remove(job_id)
    return MistralBatchDeleted(id=job_id)


async def own_batch(services: Services, batch_id: str, owner: str | None) -> BatchProgress:
    """Raises NotFound, also for another key's batch."""
    progress = await services.delivery.batches.progress(batch_id)
    if progress.batch.kind != KIND or (owner is not None and progress.batch.owner != owner):
        raise NotFound(f"There is no batch {batch_id!r}.")
    return progress


async def submit_request(services: Services, document: BatchDocument) -> str:
    """Makes a request of a batch a job; doing it twice gives the same job. The job's id."""
    batch = document.batch
    left_s = batch.about["timeout_s"] - batch.age_s
    if left_s <= 0:
        raise DeadlineExceeded.passed()
    file_id, start, length = place_of(document.key)
    file = await services.client_files.get(file_id, batch.owner or None)
    pieces = _pieces(await services.client_files.content(file), start, length)
    async with services.admission.json_pieces(pieces, batch.owner) as body:
        asked = await asyncio.to_thread(validated, MistralOcrRequest, body.fields["body"])
        admitted = await admit_request(services, body, asked, batch.owner or None)
        admitted = replace(admitted, asked=admitted.asked.model_copy(update={"deadline_s": left_s}))
        key = f"batch:{batch.id}:{document.number}"
        job_id = (await submit(services, admitted, batch.owner, key, Priority.BATCH, batch.id)).job.id
    if await services.delivery.batches.is_cancelled(batch.id):  # while it was taken in
        with suppress(AlreadyFinished):
            await services.jobs.cancel(job_id)
    return job_id


def _seconds(moment: datetime) -> float:
    """Since the epoch; the local time of the year 1 has none, and UTC where no zone is given."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


async def _described(services: Services, batches: Sequence[Batch]) -> list[MistralBatchJob]:
    rows = services.delivery.batches
    return [batch_job(await rows.progress(batch.id)) for batch in batches]


async def _asked(request: Request, services: Services, owner: str) -> tuple[MistralBatchRequest, list[ClientFile]]:
    """The request; requests that are inline in it have become a file."""
    require_json(request)
    max_bytes = services.admission.max_bytes
    most = 2 * max_bytes + _CREATION.rest
    if announced_bytes(request) > most:
        raise FileTooLarge.upload(max_bytes)
    await asyncio.to_thread(services.admission.check_space)
    with storage_errors("TEMP_DIR"):
        path = await asyncio.to_thread(new_file, services.scratch, "batch-")
    try:
        with path.open("r+b") as file:
            strings = SpooledStrings(file)
            stream = JsonStream(_CREATION, strings)
            async for piece in body_pieces(request, most):
                await asyncio.to_thread(stream.feed, piece)
                await asyncio.to_thread(services.admission.check_space)
            fields = await asyncio.to_thread(stream.parsed)
            requests = fields.get("requests")
            if isinstance(requests, list) and len(requests) > MOST_REQUESTS:  # before each is looked at
                raise TooManyDocuments.in_a_batch(MOST_REQUESTS)
            asked = await asyncio.to_thread(validated, MistralBatchRequest, fields)
            if not asked.requests:
                return asked, []
            stored = StoredStrings(file, strings.token, strings.ends)
            return asked, [await _keep_requests(services, stored, asked.requests, owner)]
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _keep_requests(
    services: Services, strings: StoredStrings, requests: list[dict[str, object]], owner: str
) -> ClientFile:
    def write(path: FilePath) -> int:
        with storage_errors("TEMP_DIR"), path.open("wb") as target:
            write_lines(requests, strings, target)
        return path.stat().st_size

    with storage_errors("TEMP_DIR"):
        path = await asyncio.to_thread(new_file, services.scratch, "batch-")
    try:
        size = await asyncio.to_thread(write, path)
        return await services.client_files.keep(
            path, owner=owner, name="requests.jsonl", sha256="", size=size, purpose="batch"
        )
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _pieces(path: FilePath, start: int, length: int) -> AsyncIterator[bytes]:
    """A line of the file, a mebibyte at a time."""

    def read(file: BinaryIO, most: int) -> bytes:
        return file.read(most)

    with await asyncio.to_thread(path.open, "rb") as file:
        file.seek(start)
        while length and (chunk := await asyncio.to_thread(read, file, min(length, _CHUNK))):
            length -= len(chunk)
            yield chunk
