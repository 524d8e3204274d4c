"""``PUT /process`` and ``GET /v1/models``."""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ocr_service.api.compat.document_jobs import wait_to_the_end
from ocr_service.api.compat.job_results import markdown_file
from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.intake.file_names import clean_name
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.schemas.problem import READ
from ocr_service.jobs.models import Priority

router = APIRouter(tags=["Open WebUI"])


class LoadedDocument(BaseModel):
    """A document as text, with what is known of it."""

    page_content: str = Field(description="Markdown; links to figures lead into the job's files")
    metadata: dict[str, str | int] = Field(description="`source`, `pages`, `job_id`")


@router.put(
    "/process",
    summary="Read a document, as Open WebUI's external loader",
    responses=READ,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def load_document(request: Request, services: ServicesDep) -> LoadedDocument:
    """The body is the document, `X-Filename` its name (percent-encoded). It is a job like any other, waited for."""
    name = clean_name(unquote(request.headers.get("x-filename", "")[:4096])) or "document"
    async with services.admission.place(owner_of(request) or ""):
        upload = await services.admission.receive_raw(request, name)
        try:
            admitted = await services.admission.inspected(upload, SubmissionOptions.model_validate({}))
        except BaseException:
            await asyncio.to_thread(upload.path.unlink, missing_ok=True)
            raise
    submission = await submit(services, admitted, owner_of(request), None, Priority.INTERACTIVE)
    job = await wait_to_the_end(request, services, submission.job)
    published = markdown_file(await services.jobs.files.of(job, "result"), job)
    text = await asyncio.to_thread(published.read_text, "utf-8")
    metadata: dict[str, str | int] = {"source": job.file.name, "pages": job.page_total, "job_id": job.id}
    return LoadedDocument(page_content=text, metadata=metadata)


class Model(BaseModel):
    """A reader, as OpenAI and Mistral list models."""

    id: str = Field(description="`vlm` or `tesseract`")
    object: Literal["model"] = Field("model", description="Always `model`")
    type: Literal["base"] = Field("base", description="Always `base`, as Mistral's client wants it")
    created: int = Field(0, description="Always 0")
    owned_by: str = Field("ocr-service", description="Who offers it")
    capabilities: dict[str, bool] = Field(description="`ocr` alone")


class ModelList(BaseModel):
    """What can read here."""

    object: Literal["list"] = Field("list", description="Always `list`")
    data: list[Model] = Field(description="Each reader")


@router.get("/v1/models", summary="What can read here, as OpenAI lists models")
async def list_models(services: ServicesDep) -> ModelList:
    """For clients that try a connection so. Whatever `model` a request names, the service's own reader reads."""
    entries: list[dict[str, Any]] = [{"id": name, "capabilities": {"ocr": True}} for name in services.readers]
    return ModelList.model_validate({"data": entries})
