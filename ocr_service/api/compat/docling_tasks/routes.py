"""``/v1/status/poll/{id}``, ``/v1/result/{id}``: tasks of both kinds, as clients of docling-serve follow them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.answer import convert_answer
from ocr_service.api.compat.docling.models import LONGEST_PAGE_BREAK, ConvertAnswer, ConvertTask, TaskStatus
from ocr_service.api.compat.docling.routes import status_of
from ocr_service.api.compat.docling_chunks.answer import chunk_answer
from ocr_service.api.compat.docling_chunks.models import ChunkAnswer, ChunkTask
from ocr_service.api.compat.job_results import require_result
from ocr_service.api.compat.task_ids import own_task
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.schemas.problem import NOT_FOUND, RESULTS
from ocr_service.api.wait_for_job import finished_within
from ocr_service.jobs.models import Job

router = APIRouter(prefix="/v1", tags=["docling-serve"])

_LONGEST_ID = 64 + 8 * LONGEST_PAGE_BREAK  # hexadecimal digits of its UTF-8
TaskId = Annotated[str, PathParameter(max_length=_LONGEST_ID, description="As the answer to the submission gave it")]


@router.get("/status/poll/{task_id}", summary="State of a task, as docling-serve", responses=NOT_FOUND)
async def docling_poll(
    request: Request,
    services: ServicesDep,
    task_id: TaskId,
    wait: Annotated[float, Query(ge=0, le=300, description="Seconds to wait for its end")] = 0,
) -> TaskStatus:
    job, task = await _own_task(request, services, task_id)
    if wait and not job.state.finished:
        job = await finished_within(request, services, job, wait)
    return await status_of(services, job, task)


@router.get(
    "/result/{task_id}",
    summary="Result of a task, as docling-serve",
    response_model=ConvertAnswer | ChunkAnswer,
    responses=RESULTS,
)
async def docling_result(request: Request, services: ServicesDep, task_id: TaskId) -> Response:
    job, task = await _own_task(request, services, task_id)
    require_result(job)
    if isinstance(task, ChunkTask):
        return await chunk_answer(services, job, task)
    return await convert_answer(services, job, task)


async def _own_task(request: Request, services: Services, task_id: str) -> tuple[Job, ConvertTask | ChunkTask]:
    if ChunkTask.is_one(task_id):
        return await own_task(request, services, task_id, ChunkTask)
    return await own_task(request, services, task_id, ConvertTask)
