"""``/v1/batch/jobs``: many requests for ``/v1/ocr`` in one, as clients of Mistral's API send them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from ocr_service.api.compat.mistral_batches.mapping import KIND, REQUESTS, batch_job
from ocr_service.api.compat.mistral_batches.models import (
    MistralBatchDeleted,
    MistralBatchJob,
    MistralBatchJobs,
    MistralBatchQuery,
    MistralBatchRequest,
)
from ocr_service.api.compat.request_answers import answer_lines
from ocr_service.api.compat.request_files import received_batch, requests_in
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.batches import cancel_batch, own_batch
from ocr_service.api.schemas.document import NO_NUL, json_schema_body
from ocr_service.api.schemas.problem import NOT_FOUND, problem_answers
from ocr_service.errors import NotFinished
from ocr_service.jobs.batches.rows import Batch
from ocr_service.jobs.models import new_job_id

router = APIRouter(prefix="/v1/batch/jobs", tags=["Mistral"])

_MOST_INLINE, _INLINE_BYTES = 100, 4 << 20  # requests and bytes of the answers that ``inline`` gives
_MOST_LISTED = 10_000

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
    asked, inline = await received_batch(request, services, MistralBatchRequest, owner or "")
    named = [await services.client_files.get(file_id, owner) for file_id in asked.input_files or ()]
    files = [inline] if inline else named
    contents = [(file.id, await services.client_files.content(file)) for file in files]
    new = await asyncio.to_thread(requests_in, contents, REQUESTS)
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
    progress = await own_batch(services, job_id, owner_of(request), KIND)
    found = batch_job(progress)
    if inline and found.output_file is not None and progress.batch.total <= _MOST_INLINE:
        found.outputs = await _inline(answer_lines(services, progress.batch, REQUESTS, errors=False))
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
    progress = await own_batch(services, job_id, owner_of(request), KIND)
    return batch_job(await cancel_batch(services, progress))


@router.delete(
    "/{job_id}",
    summary="Forget a batch, as Mistral's batch API",
    responses=problem_answers("not_found", "not_finished"),
)
async def delete_batch_job(request: Request, services: ServicesDep, job_id: JobId) -> MistralBatchDeleted:
    """Its jobs stay until JOB_TTL_H."""
    progress = await own_batch(services, job_id, owner_of(request), KIND)
    if not progress.finished:
        raise NotFinished("The batch is not finished: cancel it first.")
    await services.delivery.batches.remove(job_id)
    return MistralBatchDeleted(id=job_id)


def _seconds(moment: datetime) -> float:
    """Since the epoch; the local time of the year 1 has none, and UTC where no zone is given."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


async def _described(services: Services, batches: Sequence[Batch]) -> list[MistralBatchJob]:
    rows = services.delivery.batches
    return [batch_job(await rows.progress(batch.id)) for batch in batches]
