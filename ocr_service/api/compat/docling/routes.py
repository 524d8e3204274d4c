"""``/v1/convert/…``, ``/v1/status/poll/{id}``, ``/v1/result/{id}``: what clients of docling-serve call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from ocr_service.api.compat.docling.answer import convert_answer
from ocr_service.api.compat.docling.chunk_answer import chunk_answer
from ocr_service.api.compat.docling.chunk_models import ChunkAnswer, ChunkTask
from ocr_service.api.compat.docling.models import (
    ConvertAnswer,
    ConvertForm,
    ConvertOptions,
    ConvertRequest,
    Source,
    TaskRef,
    TaskStatus,
)
from ocr_service.api.compat.forms import form_schema, received_form
from ocr_service.api.compat.json_documents import admit_document
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.json_body import JsonBody
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import NOT_FOUND, READ_FROM_JSON, RESULTS, problem_answers
from ocr_service.api.validation import validated
from ocr_service.api.wait_for_job import finished_within, read_to_the_end
from ocr_service.errors import BadOption, Cancelled, NotFinished, error_for
from ocr_service.jobs.models import Job, JobState, Priority

router = APIRouter(prefix="/v1", tags=["docling-serve"])

Asked = TypeVar("Asked")
Task = TaskRef | ChunkTask

_STATUS = {JobState.QUEUED: "pending", JobState.RUNNING: "started"} | dict.fromkeys(
    (JobState.COMPLETED, JobState.PARTIAL), "success"
)
LISTS: tuple[str, ...] = ("to_formats", "page_range")


_FORM = form_schema(ConvertForm.model_json_schema()["properties"], part="files")
SUBMITTED = READ_FROM_JSON | problem_answers("unsupported_type")
TaskId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]


@router.post(
    "/convert/file",
    summary="Read a file, as docling-serve",
    response_model=ConvertAnswer,
    responses=SUBMITTED,
    openapi_extra=_FORM,
)
async def docling_convert_file(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of docling-serve. It is a job like any other, waited for until it is finished."""
    admitted, asked = await admitted_form(request, services, _convert_form)
    return await convert_answer(services, await read_to_the_end(request, services, admitted), asked)


@router.post(
    "/convert/source",
    summary="Read a source, as docling-serve",
    response_model=ConvertAnswer,
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_convert_source(request: Request, services: ServicesDep) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    async with admitted_json(request, services, _convert_json) as (admitted, asked):
        job = await read_to_the_end(request, services, admitted)
    return await convert_answer(services, job, asked)


@router.post("/convert/file/async", summary="Submit a file, as docling-serve", responses=SUBMITTED, openapi_extra=_FORM)
async def docling_submit_file(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    admitted, asked = await admitted_form(request, services, _convert_form)
    return await submitted(request, services, admitted, _convert_task(asked))


@router.post(
    "/convert/source/async",
    summary="Submit a source, as docling-serve",
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_submit_source(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    async with admitted_json(request, services, _convert_json) as (admitted, asked):
        return await submitted(request, services, admitted, _convert_task(asked))


@router.get("/status/poll/{task_id}", summary="State of a task, as docling-serve", responses=NOT_FOUND)
async def docling_poll(
    request: Request,
    services: ServicesDep,
    task_id: TaskId,
    wait: Annotated[float, Query(ge=0, le=300, description="Seconds to wait for its end")] = 0,
) -> TaskStatus:
    task = _task(task_id)
    job = await services.jobs.get(task.job_id, owner_of(request))
    if wait and not job.state.finished:
        job = await finished_within(request, services, job, wait)
    return await _status(services, job, task)


@router.get(
    "/result/{task_id}",
    summary="Result of a task, as docling-serve",
    response_model=ConvertAnswer | ChunkAnswer,
    responses=RESULTS,
)
async def docling_result(request: Request, services: ServicesDep, task_id: TaskId) -> Response:
    task = _task(task_id)
    job = await services.jobs.get(task.job_id, owner_of(request))
    if not job.state.finished:
        raise NotFinished.job(job.state)
    if job.state not in (JobState.COMPLETED, JobState.PARTIAL):
        raise error_for(job.failure.code, job.failure.message) if job.failure else Cancelled.job()
    if isinstance(task, ChunkTask):
        return await chunk_answer(services, job, task)
    asked = {"to_formats": task.formats, "image_export_mode": task.images}
    return await convert_answer(services, job, ConvertOptions.model_validate(asked))


async def admitted_form(
    request: Request, services: Services, parsed: Callable[[Upload], tuple[Asked, ConvertOptions]]
) -> tuple[Admitted, Asked]:
    """The document of a form and what ``parsed`` makes of its fields, the options to read it with among them."""
    async with received_form(request, services, part="files") as upload:
        asked, options = parsed(upload)
        return await services.admission.inspected(upload, options.submission()), asked


@asynccontextmanager
async def admitted_json(
    request: Request, services: Services, parsed: Callable[[JsonBody], tuple[Asked, Source, ConvertOptions]]
) -> AsyncIterator[tuple[Admitted, Asked]]:
    """What the body holds or names; its file is there until the end of the context, unless a job took it."""
    async with services.admission.json_body(request) as body:
        asked, source, options = await asyncio.to_thread(parsed, body)
        value = source.url if source.kind == "http" else source.base64_string
        if value is None:
            raise BadOption("sources: give base64_string for kind=file, url for kind=http")
        admitted = await admit_document(
            services, body, value, source.filename, options.submission(), owner_of(request) or ""
        )
        yield admitted, asked


def form_fields(upload: Upload, *lists: str) -> dict[str, Any]:
    """The fields of a form; those that may come several times as lists."""
    return {**upload.fields, **{name: upload.lists[name] for name in lists if name in upload.lists}}


def _convert_form(upload: Upload) -> tuple[ConvertOptions, ConvertOptions]:
    asked = validated(ConvertForm, form_fields(upload, *LISTS))
    return asked, asked


def _convert_json(body: JsonBody) -> tuple[ConvertOptions, Source, ConvertOptions]:
    asked = validated(ConvertRequest, body.fields)
    return asked.options, asked.sources[0], asked.options


async def submitted(
    request: Request, services: Services, admitted: Admitted, task_of: Callable[[str], Task]
) -> TaskStatus:
    submission = await submit(services, admitted, owner_of(request), None, Priority.BATCH)
    return await _status(services, submission.job, task_of(submission.job.id))


def _convert_task(asked: ConvertOptions) -> Callable[[str], Task]:
    return lambda job_id: TaskRef(job_id=job_id, formats=asked.to_formats, images=asked.image_export_mode)


def _task(task_id: str) -> Task:
    return ChunkTask.parsed(task_id) if ChunkTask.is_one(task_id) else TaskRef.parsed(task_id)


async def _status(services: Services, job: Job, task: Task) -> TaskStatus:
    status = _STATUS.get(job.state, "failure")
    done, failed = int(status == "success"), int(status == "failure")
    reason = job.failure.message if job.failure else str(Cancelled.job())
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "task_type": "chunk" if isinstance(task, ChunkTask) else "convert",
            "task_status": status,
            "task_position": await services.jobs.store.position(job.id) if job.state is JobState.QUEUED else None,
            "task_meta": {"num_docs": 1, "num_processed": done + failed, "num_succeeded": done, "num_failed": failed},
            "error_message": reason if failed else None,
        }
    )
