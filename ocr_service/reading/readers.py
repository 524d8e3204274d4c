"""The readers of a page: Tesseract in the page workers, the VLM, or one with the other as a fallback."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ocr_service.document import FileInfo, PageResult, ReaderName, ReadOptions
from ocr_service.errors import EngineUnavailable
from ocr_service.layout.selection import LayoutModel
from ocr_service.reading.page_tasks import PageTask, read_page
from ocr_service.storage.filesystem import JobFolder
from ocr_service.workers.pool import PagePool


@dataclass(frozen=True, slots=True)
class DocumentWork:
    """A document to be read: where its files lie, what it is, what was asked for.

    ``run`` tells one reading of it from the next, which asks the VLM anew. Pages of ``again`` are read though they are
    kept.
    """

    folder: JobFolder
    info: FileInfo
    options: ReadOptions
    run: str = ""
    again: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What holds for every page: most pixels, seconds in a worker, and the layout model."""

    max_pixels: int
    timeout_s: float
    layout: LayoutModel


class PageReader(Protocol):
    """Reads one page of a document. Raises ServiceError when the page cannot be read."""

    name: ReaderName
    pages_ahead: int  # pages of one document in progress at once

    async def read(self, work: DocumentWork, number: int) -> PageResult: ...


class EmbeddedReader:
    """Reads with Tesseract, a page a worker."""

    name: ReaderName = "tesseract"

    def __init__(self, pool: PagePool, limits: PageLimits) -> None:
        self._pool = pool
        self._limits = limits
        self.pages_ahead = pool.workers + 1

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        await self._limits.layout.settled()
        return await self._pool.run(
            read_page,
            page_task(work, number, self._limits),
            document=work.folder.job_id,
            order=number,
            timeout_s=self._limits.timeout_s,
        )


class FallbackReader:
    """Reads with ``first``; a page for which no backend was up is read by ``second``, with a warning."""

    def __init__(self, first: PageReader, second: PageReader) -> None:
        self._first = first
        self._second = second
        self.name: ReaderName = first.name
        self.pages_ahead = first.pages_ahead

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        page = await self._first.read(work, number)
        if page.error is None or page.error.code != EngineUnavailable.code:
            return page
        other = await self._second.read(work, number)
        warning = f"read by {self._second.name}: {page.error.message}"
        return replace(other, warnings=(*other.warnings, warning), usage=page.usage + other.usage)


def page_task(work: DocumentWork, number: int, limits: PageLimits) -> PageTask:
    images = work.folder.images_again if number in work.again else work.folder.images
    return PageTask(
        path=work.folder.input,
        type=work.info.type,
        number=number,
        dpi=work.options.dpi,
        max_pixels=limits.max_pixels,
        password=work.options.password,
        layout=limits.layout.spec,
        layout_warning=limits.layout.page_warning,
        language=work.options.language,
        images=images if work.options.include_images else None,
        text_layer=work.options.text_layer,
    )
