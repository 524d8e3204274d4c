"""``POST /layout-parsing``: what clients of ``paddlex --serve`` call.

The answers have upstream's shape, errors too: the HTTP status, with ``{logId, errorCode, errorMsg}`` as the body.
"""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from ocr_service.api.compat.document_jobs import Wanted, json_job, wait_to_the_end
from ocr_service.api.compat.error_shapes import answers_with_errors, route_with_errors
from ocr_service.api.compat.job_results import kept_pages, linked_figures, text_without
from ocr_service.api.compat.paddlex.mapping import pruned_result, with_html_figures
from ocr_service.api.compat.paddlex.models import LayoutParsingRequest, PaddleAnswer, PaddleError, log_id_of
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.routes.page_images import page_picture
from ocr_service.api.schemas.document import SubmissionOptions, json_schema_body
from ocr_service.api.schemas.problem import READ_FROM_JSON
from ocr_service.api.validation import validated
from ocr_service.document import MARGIN_LABELS, PageResult
from ocr_service.errors import ServiceError
from ocr_service.export.document_markdown import page_text
from ocr_service.export.join_pages import joined_pages
from ocr_service.export.layout_picture import layout_picture
from ocr_service.jobs.models import Job, Priority
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder


def _error(request: Request, error: ServiceError) -> PaddleError:
    return PaddleError(logId=log_id(request), errorCode=error.status, errorMsg=f"{error.code}: {error}")


def log_id(request: Request) -> str:
    """The client's mark for its request, or one of ours."""
    if not hasattr(request.state, "log_id"):
        request.state.log_id = str(uuid.uuid4())
    return str(request.state.log_id)


PaddleRoute = route_with_errors(_error)
router = APIRouter(tags=["PaddleX"], route_class=PaddleRoute)


@router.post(
    "/layout-parsing",
    summary="Read a document, as PaddleX serves it",
    response_model=PaddleAnswer,
    responses=answers_with_errors(READ_FROM_JSON, PaddleError),
    openapi_extra=json_schema_body(LayoutParsingRequest),
)
async def layout_parsing(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of `paddlex --serve --pipeline PaddleOCR-VL`: its clients work with this address.

    It is a job like any other, waited for until it is finished.
    """

    job, asked = await json_job(request, services, partial(_understood, request), Priority.INTERACTIVE)
    job = await wait_to_the_end(request, services, job)
    folder = await services.jobs.files.of(job, "pages")
    return StreamingResponse(
        _answer(services, job, folder, asked, log_id(request)),
        media_type="application/json",
        headers={"Location": f"/jobs/{job.id}"},
    )


def _understood(request: Request, fields: dict[str, Any]) -> Wanted[LayoutParsingRequest]:
    request.state.log_id = log_id_of(fields) or log_id(request)  # before anything is refused
    asked = validated(LayoutParsingRequest, fields)
    changes = {
        "read_charts": asked.useChartRecognition,
        "read_seals": asked.useSealRecognition,
        "read_figures": bool(asked.useOcrForImageBlock),
        "whole_page": asked.whole_page,
    }
    options = SubmissionOptions.model_validate({"text_layer": asked.textLayer})
    return Wanted(asked, options, document=asked.file, changes=changes)


async def _answer(
    services: Services, job: Job, folder: JobFolder, asked: LayoutParsingRequest, log_id: str
) -> AsyncIterator[str]:
    """The answer, a page in memory at a time."""
    ignored = MARGIN_LABELS if asked.markdownIgnoreLabels is None else frozenset(asked.markdownIgnoreLabels)
    as_read = asked.markdownIgnoreLabels is None and not asked.restructurePages
    total = len(select_pages(job.options.pages, job.file.pages))

    def entry(page: PageResult) -> dict[str, Any]:
        text = page_text(page) if as_read else text_without(page, ignored)
        text = with_html_figures(text, page) if asked.prettifyMarkdown else text
        images = linked_figures(folder, text) if asked.returnMarkdownImages else None
        return {
            "prunedResult": pruned_result(page, total, ignored),
            "markdown": {"text": text, **({} if images is None else {"images": images})},
        }

    kept = partial(kept_pages, folder, job)
    if asked.restructurePages:
        pages = iter(joined_pages(kept, tables=asked.mergeTables, levels=asked.relevelTitles))
    else:
        pages = kept()
    sizes: list[dict[str, int]] = []
    yield f'{{"logId":{json.dumps(log_id)},"result":{{"layoutParsingResults":['
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        item = await asyncio.to_thread(entry, page)
        if asked.visualize is not False and page.width:
            item |= await _images(services, job, page, boxes=asked.visualize is True)
        yield f"{',' if sizes else ''}{json.dumps(item, ensure_ascii=False)}"
        sizes.append({"width": page.width, "height": page.height})
    warnings = f',"warnings":{json.dumps(asked.warnings)}' if asked.warnings else ""
    yield f'],"dataInfo":{json.dumps(_data_info(job, sizes))}{warnings}}},"errorCode":0,"errorMsg":"Success"}}'


def _data_info(job: Job, sizes: list[dict[str, int]]) -> dict[str, Any]:
    if job.file.type in ("pdf", "tiff"):
        return {"type": job.file.type, "numPages": len(sizes), "pages": sizes}
    return {"type": "image", **sizes[0]}


async def _images(services: Services, job: Job, page: PageResult, *, boxes: bool) -> dict[str, Any]:
    """Empty where the page cannot be drawn: by now the answer has begun, and its text matters more."""
    try:
        picture = await page_picture(services, job, page)
    except ServiceError:
        return {"inputImage": None}
    images: dict[str, Any] = {"inputImage": base64.b64encode(await asyncio.to_thread(picture.read_bytes)).decode()}
    if boxes:
        drawn = await asyncio.to_thread(layout_picture, picture, page)
        images["outputImages"] = {"layout_det_res": base64.b64encode(drawn).decode()}
    return images
