"""The pipeline of a document, from its pages to its artifacts.

Pages overlap: while page 1 is read, page 2 is in layout and page 3 renders; their number is bounded. A page is kept
in a file of its own as soon as it is done, so that a second run, after a crash, reads only what is missing. A page that
fails is a value in the result, never the end of the document.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_service.document import Failure, Outcome, PageResult, ReaderName, Stage
from ocr_service.errors import PageTimeout, RenderFailed, ServiceError, StorageFull, WorkerCrashed
from ocr_service.export.document_markdown import document_markdown
from ocr_service.export.result_json import page_without_words, public_page, write_document
from ocr_service.logs import page_var
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.readers import DocumentWork, PageReader
from ocr_service.reading.review import reviewed
from ocr_service.storage.filesystem import artifact_name

KeepPage = Callable[[PageResult], Awaitable[None]]
"""Keeps a finished page in its file for good."""

_RENDERING = (PageTimeout, RenderFailed, WorkerCrashed)


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """How a document ended, with the page numbers that did not end well."""

    status: Outcome
    pages: int
    failed: tuple[int, ...]
    partial: tuple[int, ...]


async def read_document(work: DocumentWork, reader: PageReader, keep: KeepPage) -> DocumentSummary:
    """Reads what is not read yet, then assembles and publishes. Safe to run again at any point."""
    started = time.monotonic()
    wanted = select_pages(work.options.pages, work.info.pages)
    kept = set(await asyncio.to_thread(work.folder.kept_pages)) - work.again
    await _read_pages(work, reader, [number for number in wanted if number not in kept], keep)
    read_s = time.monotonic() - started
    return await _to_its_end(assemble, work, wanted, reader.name, {"read_s": round(read_s, 3)})


async def _to_its_end(function: Callable[..., DocumentSummary], *arguments: Any) -> DocumentSummary:
    """In a thread. A cancelled call waits for it, so that nothing is published after it returns."""
    running = asyncio.create_task(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


async def _read_pages(work: DocumentWork, reader: PageReader, numbers: list[int], keep: KeepPage) -> None:
    under_way = asyncio.Semaphore(reader.pages_ahead)

    async def one(number: int) -> None:
        page_var.set(number)
        try:
            await keep(await read_single_page(work, reader, number))
        finally:
            under_way.release()  # only after the page is kept: else a crash costs all that were between

    try:
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                await under_way.acquire()
                group.create_task(one(number), name=f"{work.folder.job_id} page {number}")
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


async def read_single_page(work: DocumentWork, reader: PageReader, number: int) -> PageResult:
    """The page, or why it failed, as a value."""
    started = time.monotonic()
    try:
        return reviewed(await reader.read(work, number), work.options.min_confidence)
    except StorageFull:
        raise
    except ServiceError as error:
        stage: Stage = "render" if isinstance(error, _RENDERING) else "recognition"
        failure = Failure(code=error.code, message=str(error), stage=stage)
        return failed_page(number, reader.name, failure, time.monotonic() - started)


def failed_page(number: int, reader: ReaderName, failure: Failure, seconds: float) -> PageResult:
    return PageResult(
        number=number,
        status="failed",
        width=0,
        height=0,
        dpi=0,
        angle=0,
        reader=reader,
        markdown="",
        error=failure,
        seconds=round(seconds, 3),
    )


def assemble(
    work: DocumentWork, wanted: Sequence[int], reader: ReaderName, timings: dict[str, float]
) -> DocumentSummary:
    """Writes Markdown and JSON from the kept pages, one page in memory at a time, and publishes them at once."""
    summary = _summary(work, wanted)
    with work.folder.publishing() as folder:
        _write(work, wanted, reader, timings, summary.status, folder)
    return summary


def write_so_far(work: DocumentWork, numbers: Sequence[int], reader: ReaderName, folder: Path) -> None:
    """Writes Markdown and JSON of these pages as far as they are kept; the document's status is ``partial``."""
    kept = set(work.folder.kept_pages())
    _write(work, [number for number in numbers if number in kept], reader, {}, "partial", folder)


def _write(
    work: DocumentWork,
    numbers: Sequence[int],
    reader: ReaderName,
    timings: dict[str, float],
    status: Outcome,
    folder: Path,
) -> None:
    started = time.monotonic()
    name = artifact_name(work.info.name)
    markdown = folder / f"{name}.md"

    def read_pages() -> Iterator[PageResult]:
        return _pages(work, numbers)

    with markdown.open("w", encoding="utf-8") as file:
        options = work.options
        file.writelines(
            document_markdown(
                read_pages, join=options.join_pages, headers=options.headers, page_markers=options.page_markers
            )
        )
    timings = {**timings, "assembly_s": round(time.monotonic() - started, 3)}
    head: dict[str, Any] = {
        "job_id": work.folder.job_id,
        "status": status,
        "file": {
            "name": work.info.name,
            "type": work.info.type,
            "sha256": work.info.sha256,
            "bytes": work.info.bytes,
            "pages": work.info.pages,
        },
        "engine": reader,
    }
    artifacts = {
        "directory": str(work.folder.published),
        "markdown": markdown.name,
        "json": f"{name}.json",
        "images": sorted(f"images/{image.name}" for image in work.folder.images.glob("p*.*")),
        "s3": [],
    }
    with (folder / f"{name}.json").open("w", encoding="utf-8") as file:
        words = work.options.include_words
        pages = (public_page(work.folder.page(number), words=words) for number in numbers)
        write_document(file, head, _blocks(markdown), pages, {"artifacts": artifacts, "timings": timings})


def _blocks(path: Path) -> Iterator[str]:
    """The text of a file, a part at a time."""
    with path.open(encoding="utf-8", newline="") as file:
        while block := file.read(1 << 16):
            yield block


def _pages(work: DocumentWork, wanted: Sequence[int]) -> Iterator[PageResult]:
    for number in wanted:
        yield page_without_words(work.folder.page(number))


def _summary(work: DocumentWork, wanted: Sequence[int]) -> DocumentSummary:
    statuses = {page.number: page.status for page in _pages(work, wanted)}
    failed = tuple(number for number, status in statuses.items() if status == "failed")
    partial = tuple(number for number, status in statuses.items() if status == "partial")
    status: Outcome = "completed"
    if failed or partial:
        status = "failed" if len(failed) == len(statuses) else "partial"
    return DocumentSummary(status=status, pages=len(statuses), failed=failed, partial=partial)
