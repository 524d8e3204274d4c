"""``/v1/convert/…``: a document in, its content out, as clients of docling-serve call it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ocr_service.api.compat.docling.answer import convert_answer
from ocr_service.api.compat.docling.models import (
    ConvertAnswer,
    ConvertForm,
    ConvertRequest,
    ConvertTask,
    DoclingTask,
    TaskStatus,
)
from ocr_service.api.compat.document_jobs import form_job, form_schema, json_job, wait_to_the_end
from ocr_service.api.compat.job_results import StateWords, failure
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import READ_FROM_JSON, problem_answers
from ocr_service.jobs.models import Job, JobState, Priority

router = APIRouter(prefix="/v1/convert", tags=["docling-serve"])

SUBMITTED = READ_FROM_JSON | problem_answers("unsupported_type")
_FORM = form_schema(ConvertForm.model_json_schema()["properties"], part="files")
_STATES = StateWords(queued="pending", running="started", done="success", failed="failure")


@router.post(
    "/file",
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
    "/source",
    summary="Read a source, as docling-serve",
    response_model=ConvertAnswer,
    responses=SUBMITTED,
    openapi_extra=json_schema_body(ConvertRequest),
)
async def docling_convert_source(request: Request, services: ServicesDep) -> Response:
    """The same for a document in the JSON, or at an https address where ALLOW_URL_INPUT is set."""
    job, task = await _from_json(request, services, Priority.INTERACTIVE)
    return await convert_answer(services, await wait_to_the_end(request, services, job), task)


@router.post("/file/async", summary="Submit a file, as docling-serve", responses=SUBMITTED, openapi_extra=_FORM)
async def docling_submit_file(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    return await status_of(services, *await _from_form(request, services, Priority.BATCH))


@router.post(
    "/source/async",
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


async def status_of(services: Services, job: Job, task: DoclingTask) -> TaskStatus:
    """How far a task is, whether it converts or cuts."""
    status = _STATES.of(job)
    done, failed = int(status == "success"), int(status == "failure")
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "task_type": task.kind,
            "task_status": status,
            "task_position": await services.jobs.store.position(job.id) if job.state is JobState.QUEUED else None,
            "task_meta": {"num_docs": 1, "num_processed": done + failed, "num_succeeded": done, "num_failed": failed},
            "error_message": str(failure(job)) if failed else None,
        }
    )
