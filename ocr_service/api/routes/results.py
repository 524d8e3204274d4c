"""What a job made: the document as JSON or Markdown, its pages; before the end, what is there by then."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from functools import partial as partial_
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from starlette.background import BackgroundTask

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.jobs import JobId
from ocr_service.api.s3_links import figure_links, s3_files
from ocr_service.api.schemas.chunks import ChunksModel
from ocr_service.api.schemas.document import DocumentModel, PageModel
from ocr_service.api.schemas.problem import RESULTS, Answers
from ocr_service.errors import Cancelled, NotFinished, NotFound, ServiceError, error_for
from ocr_service.export.chunks import LEAST_TOKENS, MOST_TOKENS
from ocr_service.export.image_links import data_uri, relinked_file
from ocr_service.export.result_json import public_page, with_s3
from ocr_service.jobs.files.exports import LONG_PAGES, SUFFIXES, ExportFormat, ExportProgress
from ocr_service.jobs.models import Job, JobState
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.pipeline import write_so_far
from ocr_service.reading.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder, artifact_name

router = APIRouter(prefix="/jobs", tags=["jobs"])

ResultFormat = Literal["json", "markdown"] | ExportFormat
_SUFFIX = {"json": "json", "markdown": "md"} | SUFFIXES
_MEDIA = {
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "chunks": "application/json",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def given_as(*formats: str) -> Answers:
    """The media types of an answer, for a route's ``responses``."""
    content: dict[str, Any] = {}
    for name in formats:
        media = _MEDIA[name].partition(";")[0]
        kind = {"type": "string"} if media.startswith("text/") else {"type": "string", "format": "binary"}
        content[media] = {} if name == "json" else {"schema": kind}
    return {200: {"content": content}}


# What a request waits for an export that is not there: of a short document it comes in seconds.
_SHORT_WAIT_S, _LONG_WAIT_S, _LONGEST_WAIT_S = 30.0, 1.0, 600.0
Wait = Annotated[
    float | None,
    Query(
        ge=0,
        le=_LONGEST_WAIT_S,
        description="Seconds to wait for a file that is still being made, before 202; no byte is sent meanwhile",
    ),
]
_PREPARING: Answers = {
    202: {
        "description": "The file is being made: ask again after `Retry-After` seconds",
        "headers": {"Retry-After": {"schema": {"type": "integer"}}},
        "content": {"application/json": {"example": {"status": "preparing", "pages_done": 1200, "pages": 3000}}},
    }
}

PageNumber = Annotated[int, PathParameter(ge=1, description="From 1")]
Partial = Annotated[
    bool, Query(description="What is read so far, where the job is not finished, failed or was cancelled")
]


@router.get("/{job_id}/result", summary="The document as JSON", response_model=DocumentModel, responses=RESULTS)
@router.get("/{job_id}/result.json", include_in_schema=False)
async def get_result(request: Request, services: ServicesDep, job_id: JobId, partial: Partial = False) -> Response:
    job = await services.jobs.get(job_id, owner_of(request))
    return await result_file(services, job, "json", partial=partial)


@router.get(
    "/{job_id}/result.md",
    summary="The document as Markdown",
    response_class=FileResponse,
    responses=RESULTS | given_as("markdown"),
)
async def get_markdown(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    partial: Partial = False,
    image_links: Annotated[
        Literal["relative", "s3", "embedded"],
        Query(description="Links to figures: `images/…`, presigned links to the bucket, or the pictures themselves"),
    ] = "relative",
) -> Response:
    job = await services.jobs.get(job_id, owner_of(request))
    file = await result_file(services, job, "markdown", partial=partial)
    if image_links == "relative" or not isinstance(file, FileResponse):
        return file
    if image_links == "s3":
        target: Callable[[str], str | None] = (await figure_links(services, job)).get
    else:
        target = partial_(_embedded, await services.jobs.files.of(job, "pages"))
    lines = relinked_file(Path(file.path), target)
    return StreamingResponse(lines, media_type=_MEDIA["markdown"], background=file.background)


def _embedded(folder: JobFolder, name: str) -> str | None:
    try:
        return data_uri(name, (folder.work / name).read_bytes())
    except FileNotFoundError:
        return None


@router.get(
    "/{job_id}/result.html",
    summary="The document as one HTML file",
    response_class=FileResponse,
    responses=RESULTS | given_as("html") | _PREPARING,
)
async def get_html(request: Request, services: ServicesDep, job_id: JobId, wait: Wait = None) -> Response:
    """Opens with no network: figures inside, formulas as MathML."""
    return await result_file(services, await services.jobs.get(job_id, owner_of(request)), "html", wait_s=wait)


@router.get(
    "/{job_id}/result.txt",
    summary="The document as plain text",
    response_class=FileResponse,
    responses=RESULTS | given_as("text") | _PREPARING,
)
async def get_text(request: Request, services: ServicesDep, job_id: JobId, wait: Wait = None) -> Response:
    return await result_file(services, await services.jobs.get(job_id, owner_of(request)), "text", wait_s=wait)


@router.get(
    "/{job_id}/result.chunks.json",
    summary="Chunks for retrieval",
    response_model=ChunksModel,
    responses=RESULTS | _PREPARING,
)
async def get_chunks(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    max_tokens: Annotated[
        int | None,
        Query(
            ge=LEAST_TOKENS,
            le=MOST_TOKENS,
            description="Most tokens of a chunk, estimated; CHUNK_TOKENS when not given",
        ),
    ] = None,
    wait: Wait = None,
) -> Response:
    """Pieces of the text that never cross a heading, each with its headings, pages and boxes (docs/formats.md)."""
    job = await services.jobs.get(job_id, owner_of(request))
    return await result_file(services, job, "chunks", wait_s=wait, chunk_tokens=max_tokens)


@router.get(
    "/{job_id}/result.zip",
    summary="Markdown, JSON and figures in a zip",
    response_class=FileResponse,
    responses=RESULTS | given_as("zip") | _PREPARING,
)
async def get_zip(request: Request, services: ServicesDep, job_id: JobId, wait: Wait = None) -> Response:
    return await result_file(services, await services.jobs.get(job_id, owner_of(request)), "zip", wait_s=wait)


@router.get(
    "/{job_id}/result.docx",
    summary="The document for Word",
    response_class=FileResponse,
    responses=RESULTS | given_as("docx") | _PREPARING,
)
async def get_docx(request: Request, services: ServicesDep, job_id: JobId, wait: Wait = None) -> Response:
    """Headings, lists, tables with merged cells, figures and formulas as Word's own."""
    return await result_file(services, await services.jobs.get(job_id, owner_of(request)), "docx", wait_s=wait)


@router.get(
    "/{job_id}/result.pdf",
    summary="The original pages, searchable",
    response_class=FileResponse,
    responses=RESULTS | given_as("pdf") | _PREPARING,
)
async def get_pdf(request: Request, services: ServicesDep, job_id: JobId, wait: Wait = None) -> Response:
    """Invisible text over the words; made when it is first asked for, about 0.1 s a page."""
    return await result_file(services, await services.jobs.get(job_id, owner_of(request)), "pdf", wait_s=wait)


@router.get("/{job_id}/pages/{number}", summary="One page's result", response_model=PageModel, responses=RESULTS)
async def get_page(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    number: PageNumber,
    include_words: Annotated[
        bool | None, Query(description="With each region's `words`; as the job's option when not given")
    ] = None,
) -> Response:
    """There as soon as the page is read, whatever the other pages do."""
    job = await services.jobs.get(job_id, owner_of(request))
    words = job.options.include_words if include_words is None else include_words
    content = await asyncio.to_thread(public_page, await kept_page(services, job, number), words=words)
    return Response(content, media_type="application/json")


async def kept_page(services: Services, job: Job, number: int) -> bytes:
    """The content of a page's file.

    Raises NotFound where the job has no such page, NotFinished where it may still be read; where it will not be, what
    the job failed with, or Cancelled.
    """
    content = await page_if_kept(services, job, number)
    if content is not None:
        return content
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        raise _ended_without(job, f"The job was cancelled before page {number} was read.")
    raise NotFinished(f"Page {number} is not read yet.")


async def page_if_kept(services: Services, job: Job, number: int) -> bytes | None:
    """A page's result as JSON, None where it is not read. Raises NotFound where the job has no such page."""
    folder = await services.jobs.files.of(job, "pages")
    try:
        return await asyncio.to_thread(folder.page, number)
    except FileNotFoundError:
        if number > job.file.pages:
            raise NotFound(f"{job.file.name} has {job.file.pages} pages; there is no page {number}.") from None
        if number not in select_pages(job.options.pages, job.file.pages):
            raise NotFound(f"The job reads pages {job.options.pages}; page {number} is not one of them.") from None
        return None


async def result_file(
    services: Services,
    job: Job,
    form: ResultFormat,
    *,
    partial: bool = False,
    wait_s: float | None = None,
    chunk_tokens: int | None = None,
) -> Response:
    """The artifact of a job that ended with one. Raises NotFinished, Cancelled, or what the job failed with."""
    stem = artifact_name(job.file.name)
    if job.state in (JobState.COMPLETED, JobState.PARTIAL, JobState.FAILED):
        folder = (await services.jobs.files.of(job, "result")).published
        if (folder / f"{stem}.json").exists():
            return await _published(services, job, form, folder, stem, wait_s, chunk_tokens)
    if partial and form in ("json", "markdown"):
        return await _so_far(services, job, f"{stem}.{_SUFFIX[form]}", form)
    if not job.state.finished:
        raise NotFinished.job(job.state)
    raise _ended_without(job, str(Cancelled.job()))


def _ended_without(job: Job, cancelled: str) -> ServiceError:
    """Why a job that has ended has no result."""
    return error_for(job.failure.code, job.failure.message) if job.failure else Cancelled(cancelled)


async def _published(
    services: Services,
    job: Job,
    form: ResultFormat,
    folder: Path,
    stem: str,
    wait_s: float | None,
    chunk_tokens: int | None,
) -> Response:
    if form == "json":
        if s3 := await s3_files(services, job):
            return StreamingResponse(with_s3(folder / f"{stem}.json", s3), media_type=_MEDIA[form])
        return FileResponse(folder / f"{stem}.json", media_type=_MEDIA[form])
    if form == "markdown":
        return FileResponse(folder / f"{stem}.md", media_type=_MEDIA[form])
    if wait_s is None:
        wait_s = _SHORT_WAIT_S if job.page_total < LONG_PAGES else _LONG_WAIT_S
    tokens = chunk_tokens or services.chunk_tokens
    made = await services.delivery.exports.within(job, form, wait_s, chunk_tokens=tokens)
    if isinstance(made, ExportProgress):
        body = {"status": "preparing", "pages_done": made.pages_done, "pages": made.pages}
        return JSONResponse(body, 202, headers={"Retry-After": str(round(made.retry_after_s))})
    inline = "inline" if form in ("html", "text", "chunks", "pdf") else "attachment"
    name = f"{stem}.{_SUFFIX[form]}"
    return FileResponse(made, media_type=_MEDIA[form], filename=name, content_disposition_type=inline)


async def _so_far(services: Services, job: Job, name: str, form: ResultFormat) -> FileResponse:
    # Those that the job's `pages` and its events count: a cancel may come between a page's file and its row.
    numbers = [page.number for page in await services.jobs.store.pages(job.id)]
    work = DocumentWork(await services.jobs.files.of(job, "pages"), job.file, job.options)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="partial-", dir=services.scratch))
    try:
        await asyncio.to_thread(write_so_far, work, numbers, job.engine, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(folder / name, media_type=_MEDIA[form], background=gone)
