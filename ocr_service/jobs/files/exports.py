"""Formats made when they are asked for: HTML, plain text, zip, Word, searchable PDF; kept until the job changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ocr_service.document import PageResult
from ocr_service.export.html import html_chunks
from ocr_service.export.join_pages import joined_pages, text_pages
from ocr_service.export.plain_text import text_chunks
from ocr_service.export.result_json import page_from_json
from ocr_service.export.zip_bundle import write_bundle
from ocr_service.jobs.files.job_files import JobFiles, Part
from ocr_service.jobs.files.keyed_locks import KeyedLocks
from ocr_service.jobs.models import Job
from ocr_service.reading.docx_task import DocxTask, write_docx_file
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.searchable_pdf_task import SearchableTask, write_searchable_pdf
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors
from ocr_service.workers.pool import PagePool

ExportFormat = Literal["html", "text", "zip", "docx", "pdf"]
SUFFIXES: dict[ExportFormat, str] = {"html": "html", "text": "txt", "zip": "zip", "docx": "docx", "pdf": "pdf"}

_MADE_OF: dict[ExportFormat, tuple[Part, ...]] = {
    "html": ("pages",),
    "text": ("pages",),
    "zip": ("result",),
    "docx": ("pages",),
    "pdf": ("input", "pages"),
}
_BASE_S, _PAGE_S = 60.0, 2.0  # a page takes about 0.1 s; the rest is for machines under load


class Exports:
    """Text is written in threads; in the page workers PDFs, since they open the document, and Word files for memory."""

    def __init__(self, pool: PagePool, files: JobFiles) -> None:
        self._pool = pool
        self._files = files
        self._locks: KeyedLocks[tuple[str, ExportFormat]] = KeyedLocks()

    async def file(self, job: Job, form: ExportFormat) -> Path:
        """The file in this format, made now if it is not there yet. The job must have ended with a result.

        Raises StorageFull and as ``JobFiles.of``; for ``pdf`` also DamagedFile, EncryptedPdf, PageTimeout and
        WorkerCrashed.
        """
        # The number of the job's last event is in the name: when it is read again, the file is made again.
        path = self._files.folder(job.id).work / "exports" / f"{job.last_seq}.{SUFFIXES[form]}"
        async with self._locks.of((job.id, form)):
            if not path.exists():
                await self._make(job, form, path)
        return path

    async def _make(self, job: Job, form: ExportFormat, path: Path) -> None:
        folder = await self._files.of(job, *_MADE_OF[form])
        if form in ("pdf", "docx"):
            await self._make_in_worker(job, folder, form, path)
            return
        write: Callable[[Path], None]
        if form == "zip":

            def write(target: Path) -> None:
                write_bundle(folder.published, target)
        else:

            def write(target: Path) -> None:
                with target.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(_chunks(job, folder, form))

        await asyncio.to_thread(_written_whole, path, write)

    async def _make_in_worker(self, job: Job, folder: JobFolder, form: ExportFormat, path: Path) -> None:
        numbers = tuple(await asyncio.to_thread(_numbers, job, folder))
        document, timeout_s = f"{job.id} {form}", _BASE_S + _PAGE_S * len(numbers)
        with _temporary(path) as temporary:
            if form == "pdf":
                pdf = SearchableTask(folder, job.file.type, numbers, temporary, job.options.password)
                await self._pool.run(write_searchable_pdf, pdf, document=document, order=0, timeout_s=timeout_s)
            else:
                word = DocxTask(folder, job.file.name, numbers, job.options, temporary)
                await self._pool.run(write_docx_file, word, document=document, order=0, timeout_s=timeout_s)


def _chunks(job: Job, folder: JobFolder, form: ExportFormat) -> Iterable[str]:
    numbers = _numbers(job, folder)

    def pages() -> Iterator[PageResult]:
        return (page_from_json(folder.page(number)) for number in numbers)

    headers = job.options.headers
    stream = joined_pages(pages, headers=headers) if job.options.join_pages else text_pages(pages, headers)
    if form == "text":
        return text_chunks(stream)
    language = "ru" if job.options.language.startswith("rus") else "en"
    return html_chunks(stream, title=job.file.name, language=language, image_of=folder.image)


def _numbers(job: Job, folder: JobFolder) -> list[int]:
    kept = set(folder.kept_pages())
    return [number for number in select_pages(job.options.pages, job.file.pages) if number in kept]


def _written_whole(path: Path, write: Callable[[Path], None]) -> None:
    with _temporary(path) as temporary:
        write(temporary)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A file that becomes ``path`` when the block ends well; what was made of the job before goes."""
    with storage_errors("OUTPUT_DIR"):
        path.parent.mkdir(exist_ok=True)
        with atomic_file(path) as unfinished:
            yield unfinished
        for older in path.parent.glob(f"[0-9]*{path.suffix}"):
            if older != path:
                older.unlink(missing_ok=True)
