"""``GET /jobs/{id}/pages/{n}/image``: the page as it was read, rendered at the first request."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.jobs import JobId
from ocr_service.api.routes.results import PageNumber, kept_page
from ocr_service.api.schemas.problem import RESULTS
from ocr_service.document import PageResult
from ocr_service.errors import EncryptedPdf, NotFound
from ocr_service.export.result_json import page_from_json
from ocr_service.jobs.models import Job
from ocr_service.render.picture import PictureTask, write_picture
from ocr_service.storage.space import storage_errors

router = APIRouter(prefix="/jobs", tags=["jobs"])

_TIMEOUT_S = 60.0  # a page takes 0.1 s; the rest is for machines under load


@router.get(
    "/{job_id}/pages/{number}/image",
    summary="One page's picture",
    response_class=FileResponse,
    responses={**RESULTS, 200: {"content": {"image/jpeg": {}}}},
)
async def get_picture(request: Request, services: ServicesDep, job_id: JobId, number: PageNumber) -> FileResponse:
    """JPEG of the upright page, as large as the page of its result (at most 2400 pixels on its longer side)."""
    job = await services.jobs.get(job_id, owner_of(request))
    page = page_from_json(await kept_page(services, job, number))
    return FileResponse(await page_picture(services, job, page), media_type="image/jpeg")


async def page_picture(services: Services, job: Job, page: PageResult) -> Path:
    """The picture's file, drawn now if it is not there. Raises NotFound and what drawing raises."""
    target = services.jobs.files.folder(job.id).work / "pictures" / f"p{page.number:04d}.jpg"
    if target.exists():
        return target
    if not page.width or not page.height:
        raise NotFound(f"Page {page.number} could not be rendered.")
    folder = await services.jobs.files.of(job, "input")
    with storage_errors("TEMP_DIR"):
        await asyncio.to_thread(target.parent.mkdir, exist_ok=True)
    task = PictureTask(
        path=folder.input,
        type=job.file.type,
        number=page.number,
        password=job.options.password,
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        angle=page.angle,
        target=target,
    )
    # A document of its own to the fair queue: pictures do not wait behind all pages of the book they are from.
    queue = f"{job.id} pictures"
    try:
        await services.pool.run(write_picture, task, document=queue, order=page.number, timeout_s=_TIMEOUT_S)
    except EncryptedPdf:
        raise (EncryptedPdf.password_removed() if job.password_removed else EncryptedPdf.no_password()) from None
    return target
