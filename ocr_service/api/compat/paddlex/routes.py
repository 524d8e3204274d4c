"""``POST /layout-parsing`` and ``/restructure-pages``: what clients of ``paddlex --serve`` call.

The answers have upstream's shape, errors too: the HTTP status, with ``{logId, errorCode, errorMsg}`` as the body.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask

from ocr_service.api.compat.json_documents import admit_document
from ocr_service.api.compat.paddlex.layout_picture import layout_picture
from ocr_service.api.compat.paddlex.mapping import figures, pruned_result, text_without
from ocr_service.api.compat.paddlex.models import (
    LayoutParsingRequest,
    PaddleAnswer,
    PaddleError,
    RestructurePagesRequest,
)
from ocr_service.api.compat.paddlex.restructure import answer_in, log_id_of, receive_pages, restructure
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.request_body import body_pieces, require_json
from ocr_service.api.problems import problem_of
from ocr_service.api.routes.page_images import page_picture
from ocr_service.api.schemas.document import SubmissionOptions, json_schema_body
from ocr_service.api.validation import validated
from ocr_service.api.wait_for_job import read_to_the_end
from ocr_service.document import MARGIN_LABELS, PageResult
from ocr_service.errors import BadOption, ServiceError
from ocr_service.export.document_markdown import page_text
from ocr_service.export.join_pages import joined_pages
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder

_RESTRUCTURE_S = 60.0


class _PaddleRoute(APIRoute):
    """Errors in PaddleX's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_paddle_errors(request: Request) -> Response:
            request.state.log_id = str(uuid.uuid4())
            try:
                return await handle(request)
            except ServiceError as error:
                request.state.code = error.code
                headers = problem_of(error).headers
                retry_after = {name: value for name, value in headers.items() if name == "retry-after"}
                body = PaddleError(
                    logId=request.state.log_id, errorCode=error.status, errorMsg=f"{error.code}: {error}"
                )
                return JSONResponse(body.model_dump(), error.status, headers=retry_after)

        return with_paddle_errors


router = APIRouter(tags=["PaddleX"], route_class=_PaddleRoute)

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": PaddleError, "description": description}
    for status, description in {
        408: "`upload_too_slow`",
        409: "`cancelled`",
        413: "`file_too_large`",
        415: "`unsupported_type`",
        422: "`bad_option`, `empty_file`, `damaged_pdf`, `encrypted_pdf`, `too_many_pages`, `address_refused`",
        429: "`queue_full`, `quota_exceeded`, with Retry-After",
        502: "`recognition_failed`, `backend_refused`, `s3_refused`",
        503: "`engine_unavailable`, `not_ready`, `s3_unavailable`, with Retry-After",
        504: "`deadline_exceeded`",
        507: "`storage_full`",
    }.items()
}


@router.post(
    "/layout-parsing",
    summary="Read a document, as PaddleX serves it",
    response_model=PaddleAnswer,
    responses=_ERRORS,
    openapi_extra=json_schema_body(LayoutParsingRequest),
)
async def layout_parsing(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of `paddlex --serve --pipeline PaddleOCR-VL`: its clients work with this address.

    It is a job like any other, waited for until it is finished.
    """
    async with services.admission.json_body(request) as body:
        request.state.log_id = log_id_of(body.fields) or request.state.log_id
        asked = await asyncio.to_thread(validated, LayoutParsingRequest, body.fields)
        submission = SubmissionOptions.model_validate({"text_layer": asked.textLayer})
        admitted = await admit_document(services, body, asked.file, None, submission, owner_of(request) or "")
        options = replace(
            admitted.options,
            read_charts=asked.useChartRecognition,
            read_seals=asked.useSealRecognition,
            read_figures=bool(asked.useOcrForImageBlock),
            whole_page=asked.whole_page,
        )
        job = await read_to_the_end(request, services, replace(admitted, options=options))
        folder = await services.jobs.files.of(job, "pages")
    return StreamingResponse(
        _answer(services, job, folder, asked, request.state.log_id),
        media_type="application/json",
        headers={"Location": f"/jobs/{job.id}"},
    )


async def _answer(
    services: Services, job: Job, folder: JobFolder, asked: LayoutParsingRequest, log_id: str
) -> AsyncIterator[str]:
    """The answer, a page in memory at a time."""
    ignored = MARGIN_LABELS if asked.markdownIgnoreLabels is None else frozenset(asked.markdownIgnoreLabels)
    as_read = asked.markdownIgnoreLabels is None and not asked.restructurePages
    numbers = select_pages(job.options.pages, job.file.pages)

    def stored() -> Iterator[PageResult]:
        return (page_without_words(folder.page(number)) for number in numbers)

    def entry(page: PageResult) -> dict[str, Any]:
        text = page_text(page) if as_read else text_without(page, ignored)
        images = figures(folder, text) if asked.returnMarkdownImages else None
        return {
            "prunedResult": pruned_result(page, len(numbers), ignored),
            "markdown": {"text": text, **({} if images is None else {"images": images})},
        }

    pages = (
        joined_pages(stored, tables=asked.mergeTables, levels=asked.relevelTitles)
        if asked.restructurePages
        else stored()
    )
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


@router.post(
    "/restructure-pages",
    summary="Join pages, as PaddleX serves it",
    response_model=PaddleAnswer,
    response_model_exclude_none=True,
    responses=_ERRORS,
    openapi_extra=json_schema_body(RestructurePagesRequest),
)
async def restructure_pages(request: Request, services: ServicesDep) -> Response:
    """Pages that `/layout-parsing` gave, here or at PaddleX, as one text: tables and paragraphs joined, headings on
    the document's levels."""
    require_json(request)
    admission = services.admission
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="pages-", dir=services.scratch))
    try:
        async with admission.place(owner_of(request) or ""):
            await receive_pages(body_pieces(request, admission.max_bytes), folder, admission.check_space)
        status = await services.pool.run(
            restructure, folder, request.state.log_id, document=folder.name, order=0, timeout_s=_RESTRUCTURE_S
        )
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise
    if status != 200:
        request.state.code = BadOption.code
    removal = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(answer_in(folder), status, media_type="application/json", background=removal)
