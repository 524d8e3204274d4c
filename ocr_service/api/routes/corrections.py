"""``PATCH /jobs/{id}/pages/{n}/regions/{r}``: what people correct in a result."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.intake.json_body import small_json
from ocr_service.api.routes.jobs import JobId
from ocr_service.api.routes.results import PageNumber, kept_page
from ocr_service.api.schemas.document import PageModel, json_schema_body
from ocr_service.api.schemas.problem import CORRECTED
from ocr_service.api.validation import validated
from ocr_service.export.result_json import public_page
from ocr_service.reading.corrections import Author, RegionChange

router = APIRouter(prefix="/jobs", tags=["jobs"])

_MOST = 2**31 - 1

RegionId = Annotated[
    int, Path(ge=0, le=_MOST, description="`id` of the region; its place in `regions` where that is null")
]


class CorrectionRequest(BaseModel):
    """What to change of a region; what is not given stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: int = Field(ge=0, le=_MOST, description="`revision` of the page that was looked at")
    content: str | None = Field(
        None, description="The text, in the format that `format` says; the same text confirms it"
    )
    format: Literal["text", "markdown", "html", "latex"] | None = Field(
        None, description="What `content` is written in; as before when not given, and `text` for what was not read"
    )
    label: str | None = Field(None, max_length=40, description="What it is, such as `paragraph_title` or `footer`")
    level: int | None = Field(None, ge=1, le=6, description="A heading's level")
    order: int | None = Field(None, ge=0, le=_MOST, description="The new place on the page, from 0")
    deleted: bool = Field(False, description="Takes the region out of the page")
    undo: bool = Field(False, description="The region as it was read")

    @model_validator(mode="after")
    def _one_kind(self) -> CorrectionRequest:
        changes = (self.content, self.format, self.label, self.level, self.order)
        kinds = [any(change is not None for change in changes), self.deleted, self.undo]
        if sum(kinds) != 1:
            raise ValueError("give `undo`, or `deleted`, or what is to change")
        return self


@router.patch(
    "/{job_id}/pages/{number}/regions/{region}",
    summary="Correct a region",
    response_model=PageModel,
    responses=CORRECTED,
    openapi_extra=json_schema_body(CorrectionRequest),
)
async def correct_region(
    request: Request, services: ServicesDep, job_id: JobId, number: PageNumber, region: RegionId
) -> Response:
    """The corrected page. All formats and protocols have the correction; reading the page again keeps it.

    Once the job has ended. 409 `correction_conflict` where somebody else has corrected the region since `revision`, or
    the page was read again.
    """
    job = await services.jobs.get(job_id, owner_of(request))
    await kept_page(services, job, number)  # says why there is none
    asked = validated(CorrectionRequest, await small_json(request, such_as='{"revision": 0, "content": "…"}'))
    change = RegionChange(
        asked.content, asked.format, asked.label, asked.level, asked.order, deleted=asked.deleted, undo=asked.undo
    )
    author = Author(owner_of(request) or "", round(time.time(), 3), asked.revision)
    page = await services.jobs.corrections.correct(job.id, number, region, change, author)
    content = await asyncio.to_thread(public_page, page, words=job.options.include_words)
    return Response(content, media_type="application/json")
