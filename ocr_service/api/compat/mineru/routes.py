"""``/file_parse`` and ``/tasks``: what clients of MinerU call."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, JSONResponse

from ocr_service.api.compat.answer_files import answer_folder
from ocr_service.api.compat.document_jobs import form_job, form_schema, wait_to_the_end
from ocr_service.api.compat.job_results import StateWords, failure_reason, has_result, iso_time
from ocr_service.api.compat.json_pieces import json_answer
from ocr_service.api.compat.mineru.models import ParseAnswer, ParseForm, Task, TaskStatus
from ocr_service.api.compat.mineru.result import ParsedResult
from ocr_service.api.compat.task_ids import own_task
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.schemas.problem import NOT_FOUND, READ, RESULTS
from ocr_service.jobs.models import Job, JobState, Priority

router = APIRouter(tags=["MinerU"])

_STATES = StateWords(queued="pending", running="processing", done="completed", failed="failed")
_FORM = form_schema(ParseForm.model_json_schema()["properties"], part="files")
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
_WAITING: dict[int | str, dict[str, Any]] = {202: {"model": TaskStatus, "description": "It is still being read"}}
TaskId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]


@router.post(
    "/file_parse",
    summary="Read a document, as MinerU",
    response_model=ParseAnswer,
    responses=READ | _ZIP,
    openapi_extra=_FORM,
)
async def mineru_file_parse(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of MinerU. It is a job like any other, waited for until it is finished."""
    job, task = await _submitted(request, services, Priority.INTERACTIVE)
    return await _result(request, services, await wait_to_the_end(request, services, job), task)


@router.post("/tasks", status_code=202, summary="Submit a document, as MinerU", responses=READ, openapi_extra=_FORM)
async def mineru_submit(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    return await _status(request, services, *await _submitted(request, services, Priority.BATCH))


@router.get("/tasks/{task_id}", summary="State of a task, as MinerU", responses=NOT_FOUND)
async def mineru_status(request: Request, services: ServicesDep, task_id: TaskId) -> TaskStatus:
    return await _status(request, services, *await own_task(request, services, task_id, Task))


@router.get(
    "/tasks/{task_id}/result",
    summary="Result of a task, as MinerU",
    response_model=ParseAnswer,
    responses=RESULTS | _ZIP | _WAITING,
)
async def mineru_result(request: Request, services: ServicesDep, task_id: TaskId) -> Response:
    """202 while it is being read, 409 where it failed, both with its state."""
    job, task = await own_task(request, services, task_id, Task)
    if has_result(job):
        return await _result(request, services, job, task)
    status = await _status(request, services, job, task)
    if job.state.finished:
        return JSONResponse({**status.model_dump(), "message": "Task execution failed"}, 409)
    return JSONResponse({**status.model_dump(), "message": "Task result is not ready yet"}, 202)


async def _submitted(request: Request, services: Services, priority: Priority) -> tuple[Job, Task]:
    job, asked = await form_job(request, services, ParseForm.understood, priority, part="files")
    return job, Task.of(job.id, asked)


async def _status(request: Request, services: Services, job: Job, task: Task) -> TaskStatus:
    queued = job.state is JobState.QUEUED
    base = str(request.base_url).rstrip("/")
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "status": _STATES.of(job),
            "backend": job.engine,
            "file_names": [PurePath(job.file.name).stem],
            "created_at": iso_time(job.created_at),
            "started_at": iso_time(job.started_at),
            "completed_at": iso_time(job.finished_at),
            "error": failure_reason(job) if job.state.finished and not has_result(job) else None,
            "status_url": f"{base}/tasks/{task.id}",
            "result_url": f"{base}/tasks/{task.id}/result",
            "queued_ahead": max(0, (await services.jobs.store.position(job.id) or 1) - 1) if queued else 0,
        }
    )


async def _result(request: Request, services: Services, job: Job, task: Task) -> Response:
    """What can fail is done before the first byte. Raises StorageFull, and as ``JobFiles.of``."""
    files = services.jobs.files
    result = ParsedResult(job, task, await files.of(job, "pages"), await files.of(job, "result"))
    headers = {"Location": f"/jobs/{job.id}"}
    if task.response_format_zip:
        async with answer_folder(services, "mineru-") as (folder, removal):
            path = await asyncio.to_thread(result.write_zip, folder)
        name = f"{result.safe_stem}.zip"
        return FileResponse(path, media_type="application/zip", filename=name, headers=headers, background=removal)
    status = (await _status(request, services, job, task)).model_dump()
    return json_answer({**status, **result.json()}, headers)
