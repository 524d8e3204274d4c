"""``POST /restructure-pages``: what clients of ``paddlex --serve`` call with the pages of ``/layout-parsing``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from ocr_service.api.compat.answer_files import answer_folder
from ocr_service.api.compat.error_shapes import answers_with_errors
from ocr_service.api.compat.paddlex.models import PaddleAnswer, PaddleError
from ocr_service.api.compat.paddlex.routes import PaddleRoute, log_id
from ocr_service.api.compat.paddlex_restructure.models import RestructurePagesRequest
from ocr_service.api.compat.paddlex_restructure.restructure import answer_in, receive_pages, restructure
from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.intake.request_body import body_pieces, require_json
from ocr_service.api.schemas.document import json_schema_body
from ocr_service.api.schemas.problem import problem_answers
from ocr_service.errors import BadOption

_RESTRUCTURING = problem_answers(
    "bad_option", "file_too_large", "upload_too_slow", "queue_full", "quota_exceeded", "not_ready", "storage_full",
    "page_timeout", "worker_crashed",
)  # fmt: skip
_RESTRUCTURE_S = 60.0

router = APIRouter(tags=["PaddleX"], route_class=PaddleRoute)


@router.post(
    "/restructure-pages",
    summary="Join pages, as PaddleX serves it",
    response_model=PaddleAnswer,
    response_model_exclude_none=True,
    responses=answers_with_errors(_RESTRUCTURING, PaddleError),
    openapi_extra=json_schema_body(RestructurePagesRequest),
)
async def restructure_pages(request: Request, services: ServicesDep) -> Response:
    """Pages that `/layout-parsing` gave, here or at PaddleX, as one text: tables and paragraphs joined, headings on
    the document's levels."""
    require_json(request)
    admission = services.admission
    async with answer_folder(services, "pages-") as (folder, removal):
        async with admission.place(owner_of(request) or ""):
            await receive_pages(body_pieces(request, admission.max_bytes), folder, admission.check_space)
        status = await services.pool.run(
            restructure, folder, log_id(request), document=folder.name, order=0, timeout_s=_RESTRUCTURE_S
        )
    if status != 200:
        request.state.code = BadOption.code
    return FileResponse(answer_in(folder), status, media_type="application/json", background=removal)
