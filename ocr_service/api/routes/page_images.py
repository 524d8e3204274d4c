"""``GET /jobs/{id}/pages/{n}/image``: the page as it was read, or as it came, rendered at the first request."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.jobs import JobId
from ocr_service.api.routes.results import PageNumber, page_if_kept
from ocr_service.api.schemas.problem import RESULTS
from ocr_service.document import PageResult
from ocr_service.errors import EncryptedPdf, NotFound
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job
from ocr_service.render.picture import LONGEST, THUMBNAIL, PictureTask, write_picture
from ocr_service.storage.space import storage_errors

router = APIRouter(prefix="/jobs", tags=["jobs"])

_TIMEOUT_S = 60.0  # a page takes 0.1 s; the rest is for machines under load


@router.get(
    "/{job_id}/pages/{number}/image",
    summary="One page's picture",
    response_class=FileResponse,
    responses={**RESULTS, 200: {"content": {"image/jpeg": {}}}},
)
async def get_picture(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    number: PageNumber,
    size: Annotated[
        Literal["page", "thumbnail"], Query(description="`thumbnail`: at most 240 pixels on the longer side")
    ] = "page",
) -> FileResponse:
    """JPEG of the upright page, as large as the page of its result (at most 2400 pixels on its longer side).

    Of a page that is not read yet, or could not be rendered for its reader, as the document has it."""
    job = await services.jobs.get(job_id, owner_of(request))
    content = await page_if_kept(services, job, number)
    page = page_without_words(content) if content is not None else None
    longest = THUMBNAIL if size == "thumbnail" else LONGEST
    return FileResponse(await _drawn(services, job, number, page, longest), media_type="image/jpeg")


async def page_picture(services: Services, job: Job, page: PageResult) -> Path:
    """The picture's file, drawn now if it is not there. Raises NotFound and what drawing raises."""
    if not page.width or not page.height:
        raise NotFound(f"Page {page.number} could not be rendered.")
    return await _drawn(services, job, page.number, page, LONGEST)


async def _drawn(services: Services, job: Job, number: int, page: PageResult | None, longest: int) -> Path:
    seen = page if page is not None and page.width and page.height else None
    name = f"{'p' if seen else 'u'}{number:04d}{'' if longest == LONGEST else f'-{longest}'}.jpg"
    target = services.jobs.files.folder(job.id).work / "pictures" / name
    if target.exists():
        return target
    folder = await services.jobs.files.of(job, "input")
    with storage_errors("TEMP_DIR"):
        await asyncio.to_thread(target.parent.mkdir, exist_ok=True)
    task = PictureTask(
        path=folder.input,
        type=job.file.type,
        number=number,
        password=job.options.password,
        width=seen.width if seen else 0,
        height=seen.height if seen else 0,
        dpi=seen.dpi if seen else job.options.dpi,
        angle=seen.angle if seen else 0,
        target=target,
        longest=longest,
    )
    # A document of its own to the fair queue: pictures do not wait behind all pages of the book they are from.
    queue = f"{job.id} pictures"
    try:
        await services.pool.run(write_picture, task, document=queue, order=number, timeout_s=_TIMEOUT_S)
    except EncryptedPdf:
        raise (EncryptedPdf.password_removed() if job.password_removed else EncryptedPdf.no_password()) from None
    return target
