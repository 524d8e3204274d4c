"""``/v1/convert/…``, ``/v1/status/poll/{id}``, ``/v1/result/{id}``: what clients of docling-serve call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.answer import convert_answer
from ocr_service.api.compat.docling.models import (
    ConvertAnswer,
    ConvertForm,
    ConvertOptions,
    ConvertRequest,
    TaskRef,
    TaskStatus,
)
from ocr_service.api.compat.json_documents import admit_document
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import NOT_FOUND, READ_FROM_JSON, RESULTS, problem_answers
from ocr_service.api.validation import validated
from ocr_service.api.wait_for_job import finished_within, read_to_the_end
from ocr_service.errors import BadOption, Cancelled, NotFinished, error_for
from ocr_service.jobs.models import Job, JobState, Priority

router = APIRouter(prefix="/v1", tags=["docling-serve"])

_STATUS = {JobState.QUEUED: "pending", JobState.RUNNING: "started"} | dict.fromkeys(
    (JobState.COMPLETED, JobState.PARTIAL), "success"
)
_LISTS: tuple[str, ...] = ("to_formats", "page_range")
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "string", "format": "binary", "description": "The document; one a request"},
                        **ConvertForm.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}
_SUBMITTED = READ_FROM_JSON | problem_answers("unsupported_type")
TaskId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]


@router.post(
    "/convert/file",
    summary="Read a file, as docling-serve",
    response_model=ConvertAnswer,
    responses=_SUBMITTED,
    openapi_extra=_FORM,
)
async def docling_convert_file(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of docling-serve. It is a job like any other, waited for until it is finished."""
    admitted, asked = await _from_form(request, services)
    return await convert_answer(services, await read_to_the_end(request, services, admitted), asked)


@router.post(
    "/convert/source",
    summary="Read a source, as docling-serve",
    response_model=ConvertAnswer,
    responses=_SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_convert_source(request: Request, services: ServicesDep) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    async with _from_json(request, services) as (admitted, asked):
        job = await read_to_the_end(request, services, admitted)
    return await convert_answer(services, job, asked)


@router.post(
    "/convert/file/async", summary="Submit a file, as docling-serve", responses=_SUBMITTED, openapi_extra=_FORM
)
async def docling_submit_file(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    return await _submitted(request, services, *await _from_form(request, services))


@router.post(
    "/convert/source/async",
    summary="Submit a source, as docling-serve",
    responses=_SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_submit_source(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    async with _from_json(request, services) as (admitted, asked):
        return await _submitted(request, services, admitted, asked)


@router.get("/status/poll/{task_id}", summary="State of a task, as docling-serve", responses=NOT_FOUND)
async def docling_poll(
    request: Request,
    services: ServicesDep,
    task_id: TaskId,
    wait: Annotated[float, Query(ge=0, le=300, description="Seconds to wait for its end")] = 0,
) -> TaskStatus:
    task = TaskRef.parsed(task_id)
    job = await services.jobs.get(task.job_id, owner_of(request))
    if wait and not job.state.finished:
        job = await finished_within(request, services, job, wait)
    return await _status(services, job, task)


@router.get(
    "/result/{task_id}",
    summary="Result of a task, as docling-serve",
    response_model=ConvertAnswer,
    responses=RESULTS,
)
async def docling_result(request: Request, services: ServicesDep, task_id: TaskId) -> Response:
    task = TaskRef.parsed(task_id)
    job = await services.jobs.get(task.job_id, owner_of(request))
    if not job.state.finished:
        raise NotFinished.job(job.state)
    if job.state not in (JobState.COMPLETED, JobState.PARTIAL):
        raise error_for(job.failure.code, job.failure.message) if job.failure else Cancelled.job()
    asked = {"to_formats": task.formats, "image_export_mode": task.images}
    return await convert_answer(services, job, ConvertOptions.model_validate(asked))


async def _from_form(request: Request, services: Services) -> tuple[Admitted, ConvertOptions]:
    async with services.admission.place(owner_of(request) or ""):
        upload = await services.admission.receive(request, part="files")
        try:
            lists = {name: upload.lists[name] for name in _LISTS if name in upload.lists}
            asked = validated(ConvertForm, {**upload.fields, **lists})
            return await services.admission.inspected(upload, asked.submission()), asked
        except BaseException:
            await asyncio.to_thread(upload.path.unlink, missing_ok=True)
            raise


@asynccontextmanager
async def _from_json(request: Request, services: Services) -> AsyncIterator[tuple[Admitted, ConvertOptions]]:
    """What the body holds or names; its file is there until the end of the context, unless a job took it."""
    async with services.admission.json_body(request) as body:
        asked = await asyncio.to_thread(validated, ConvertRequest, body.fields)
        [source] = asked.sources
        value = source.url if source.kind == "http" else source.base64_string
        if value is None:
            raise BadOption("sources: give base64_string for kind=file, url for kind=http")
        admitted = await admit_document(
            services, body, value, source.filename, asked.options.submission(), owner_of(request) or ""
        )
        yield admitted, asked.options


async def _submitted(request: Request, services: Services, admitted: Admitted, asked: ConvertOptions) -> TaskStatus:
    submission = await submit(services, admitted, owner_of(request), None, Priority.BATCH)
    task = TaskRef(job_id=submission.job.id, formats=asked.to_formats, images=asked.image_export_mode)
    return await _status(services, submission.job, task)


async def _status(services: Services, job: Job, task: TaskRef) -> TaskStatus:
    status = _STATUS.get(job.state, "failure")
    done, failed = int(status == "success"), int(status == "failure")
    reason = job.failure.message if job.failure else str(Cancelled.job())
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "task_status": status,
            "task_position": await services.jobs.store.position(job.id) if job.state is JobState.QUEUED else None,
            "task_meta": {"num_docs": 1, "num_processed": done + failed, "num_succeeded": done, "num_failed": failed},
            "error_message": reason if failed else None,
        }
    )
