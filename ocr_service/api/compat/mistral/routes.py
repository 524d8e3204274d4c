"""``POST /v1/ocr``: what clients of Mistral's OCR API call."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ocr_service.api.compat.document_jobs import json_job, wait_to_the_end
from ocr_service.api.compat.json_pieces import json_answer
from ocr_service.api.compat.mistral.mapping import ocr_answer
from ocr_service.api.compat.mistral.models import MistralOcrAnswer, MistralOcrRequest
from ocr_service.api.dependencies import ServicesDep
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import READ_FROM_JSON
from ocr_service.jobs.models import Priority

router = APIRouter(tags=["Mistral"])


@router.post(
    "/v1/ocr",
    summary="Read a document, as Mistral's OCR",
    response_model=MistralOcrAnswer,
    responses=READ_FROM_JSON,
    openapi_extra=json_schema_body(MistralOcrRequest),
)
async def mistral_ocr(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of Mistral's OCR API: its clients work with this address as their server.

    It is a job like any other, waited for until it is finished.
    """
    job, asked = await json_job(request, services, MistralOcrRequest.understood, Priority.INTERACTIVE)
    job = await wait_to_the_end(request, services, job)
    folder = await services.jobs.files.of(job, "pages")
    return json_answer(ocr_answer(folder, job, asked), headers={"Location": f"/jobs/{job.id}"})
