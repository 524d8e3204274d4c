"""``/v1/convert/…``, ``/v1/status/poll/{id}``, ``/v1/result/{id}``: what clients of docling-serve call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.answer import convert_answer
from ocr_service.api.compat.docling.chunk_answer import chunk_answer
from ocr_service.api.compat.docling.chunk_models import ChunkAnswer, ChunkTask
from ocr_service.api.compat.docling.models import (
    LONGEST_PAGE_BREAK,
    ConvertAnswer,
    ConvertForm,
    ConvertRequest,
    ConvertTask,
    TaskStatus,
)
from ocr_service.api.compat.document_jobs import form_job, form_schema, json_job, wait_to_the_end
from ocr_service.api.compat.job_results import StateWords, failure, require_result
from ocr_service.api.compat.task_ids import own_task
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import NOT_FOUND, READ_FROM_JSON, RESULTS, problem_answers
from ocr_service.api.wait_for_job import finished_within
from ocr_service.jobs.models import Job, JobState, Priority

router = APIRouter(prefix="/v1", tags=["docling-serve"])

SUBMITTED = READ_FROM_JSON | problem_answers("unsupported_type")
_FORM = form_schema(ConvertForm.model_json_schema()["properties"], part="files")
_STATES = StateWords(queued="pending", running="started", done="success", failed="failure")
_LONGEST_ID = 64 + 8 * LONGEST_PAGE_BREAK  # hexadecimal digits of its UTF-8
TaskId = Annotated[str, PathParameter(max_length=_LONGEST_ID, description="As the answer to the submission gave it")]


@router.post(
    "/convert/file",
    summary="Read a file, as docling-serve",
    response_model=ConvertAnswer,
    responses=SUBMITTED,
    openapi_extra=_FORM,
)
async def docling_convert_file(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of docling-serve. It is a job like any other, waited for until it is finished."""
    job, task = await _from_form(request, services, Priority.INTERACTIVE)
    return await convert_answer(services, await wait_to_the_end(request, services, job), task)


@router.post(
    "/convert/source",
    summary="Read a source, as docling-serve",
    response_model=ConvertAnswer,
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_convert_source(request: Request, services: ServicesDep) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    job, task = await _from_json(request, services, Priority.INTERACTIVE)
    return await convert_answer(services, await wait_to_the_end(request, services, job), task)


@router.post("/convert/file/async", summary="Submit a file, as docling-serve", responses=SUBMITTED, openapi_extra=_FORM)
async def docling_submit_file(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    return await status_of(services, *await _from_form(request, services, Priority.BATCH))


@router.post(
    "/convert/source/async",
    summary="Submit a source, as docling-serve",
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_submit_source(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    return await status_of(services, *await _from_json(request, services, Priority.BATCH))


async def _from_form(request: Request, services: Services, priority: Priority) -> tuple[Job, ConvertTask]:
    job, asked = await form_job(
        request, services, ConvertForm.understood, priority, part="files", lists=("to_formats", "page_range")
    )
    return job, ConvertTask.of(job.id, asked)


async def _from_json(request: Request, services: Services, priority: Priority) -> tuple[Job, ConvertTask]:
    job, asked = await json_job(request, services, ConvertRequest.understood, priority)
    return job, ConvertTask.of(job.id, asked.options)


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


async def status_of(services: Services, job: Job, task: ConvertTask | ChunkTask) -> TaskStatus:
    status = _STATES.of(job)
    done, failed = int(status == "success"), int(status == "failure")
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "task_type": "chunk" if isinstance(task, ChunkTask) else "convert",
            "task_status": status,
            "task_position": await services.jobs.store.position(job.id) if job.state is JobState.QUEUED else None,
            "task_meta": {"num_docs": 1, "num_processed": done + failed, "num_succeeded": done, "num_failed": failed},
            "error_message": str(failure(job)) if failed else None,
        }
    )
