"""``POST /ocr/pdf`` and ``POST /ocr/image``: a document in, its Markdown out, in one call: a job that is waited for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.jobs import IdempotencyKey, described, submit
from ocr_service.api.routes.results import given_as, result_file
from ocr_service.api.schemas.document import DocumentModel, submission_schema
from ocr_service.api.schemas.job import JobModel
from ocr_service.api.schemas.problem import READ
from ocr_service.api.wait_for_job import finished_within
from ocr_service.jobs.models import Priority
from ocr_service.logs import job_var

router = APIRouter(tags=["documents"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    **READ,
    **given_as("json", "markdown", "html", "text", "zip", "docx", "pdf"),
    202: {"model": JobModel, "description": "The job goes on; `Location` names it"},
}


@router.post(
    "/ocr/pdf",
    summary="Read a PDF",
    response_model=DocumentModel,
    responses=_ANSWERS,
    openapi_extra=submission_schema("A PDF"),
)
async def read_pdf(request: Request, services: ServicesDep, idempotency_key: IdempotencyKey = None) -> Response:
    """Waits for the result and gives the document as JSON, or as `output` says.

    It is a job like any other, waited for: after `SYNC_WAIT_S`, or at once with `Prefer: respond-async`, the answer is
    202 with the job, which goes on.
    """
    return await _read(request, services, idempotency_key)


@router.post(
    "/ocr/image",
    summary="Read an image",
    response_model=DocumentModel,
    responses=_ANSWERS,
    openapi_extra=submission_schema("PNG, JPEG, TIFF (many pages), WebP or BMP"),
)
async def read_image(request: Request, services: ServicesDep, idempotency_key: IdempotencyKey = None) -> Response:
    """The same as `/ocr/pdf` for PNG, JPEG, TIFF with many pages, WebP and BMP."""
    return await _read(request, services, idempotency_key)


async def _read(request: Request, services: Services, idempotency_key: str | None) -> Response:
    admitted = await services.admission.admit(request)
    asked = admitted.asked
    submission = await submit(services, admitted, owner_of(request), idempotency_key, Priority.INTERACTIVE)
    job = submission.job
    job_var.set(job.id)
    at_once = "respond-async" in request.headers.get("prefer", "").lower()
    if not at_once and not job.state.finished:
        job = await finished_within(
            request, services, job, services.sync_wait_s, cancel_on_disconnect=asked.cancel_on_disconnect
        )
    if not job.state.finished or at_once:
        model = await described(services, job)
        headers = {"Location": f"/jobs/{job.id}"} | ({"Preference-Applied": "respond-async"} if at_once else {})
        return JSONResponse(model.model_dump(mode="json"), 202, headers=headers)
    return await result_file(services, job, asked.output)
