"""Formats made at the first request: HTML, text, chunks, zip, Word, searchable PDF; kept until the job changes."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ocr_service.document import PageResult
from ocr_service.errors import EncryptedPdf, ServiceError
from ocr_service.export.chunks.chunks_json import chunks_json
from ocr_service.export.html import html_chunks
from ocr_service.export.join_pages import joined_pages, text_pages
from ocr_service.export.plain_text import text_chunks
from ocr_service.export.result_json import page_without_words
from ocr_service.export.zip_bundle import write_bundle
from ocr_service.jobs.files.job_files import JobFiles, Part
from ocr_service.jobs.models import Job
from ocr_service.jobs.observers import RunEnd
from ocr_service.reading.docx_task import DocxTask, write_docx_file
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.searchable_pdf_task import (
    LayersTask,
    SearchableTask,
    layers_folder,
    write_layers,
    write_searchable_pdf,
)
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors
from ocr_service.tesseract.scripts import document_language
from ocr_service.workers.pool import PagePool

log = logging.getLogger(__name__)

ExportFormat = Literal["html", "text", "chunks", "zip", "docx", "pdf"]
SUFFIXES: dict[ExportFormat, str] = {
    "html": "html",
    "text": "txt",
    "chunks": "chunks.json",
    "zip": "zip",
    "docx": "docx",
    "pdf": "pdf",
}

_MADE_OF: dict[ExportFormat, tuple[Part, ...]] = {
    "html": ("pages",),
    "text": ("pages",),
    "chunks": ("pages",),
    "zip": ("result",),
    "docx": ("pages",),
    "pdf": ("input", "pages"),
}
LONG_PAGES = 100  # from so many pages on, the text layers are made while the document is read
_LAYERS_A_TASK = 16  # about 2 s: a requested export waits no longer for layers made in advance
_PAGE_ESTIMATE_S = 0.1
_MOST_SIZES = 4  # files of chunks that a job keeps, each with another size of its chunks
_BASE_S, _PAGE_S = 60.0, 2.0  # a page takes about 0.1 s; the rest is for machines under load


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """An export in progress: pages done, of all pages; ``retry_after_s``: the estimated seconds left, at most 60."""

    pages_done: int
    pages: int

    @property
    def retry_after_s(self) -> float:
        return min(60.0, 1.0 + _PAGE_ESTIMATE_S * (self.pages - self.pages_done))


class Exports:
    """Writes text formats in threads; PDF and Word files in a worker of the pool.

    As a ``JobObserver`` it makes the text layers of long PDFs while their pages are read.
    """

    def __init__(self, pool: PagePool, files: JobFiles) -> None:
        self._pool = pool
        self._files = files
        self._making: dict[Path, asyncio.Task[Path]] = {}
        self._ahead: dict[str, tuple[Job, list[int]]] = {}  # kept pages whose layers are not made yet
        self._wake = asyncio.Event()

    async def file(self, job: Job, form: ExportFormat) -> Path:
        """The file in this format, made by this call if it does not exist. The job must have ended with a result.

        Raises StorageFull and as ``JobFiles.of``; for ``pdf`` also DamagedFile, EncryptedPdf, PageTimeout and
        WorkerCrashed.
        """
        made = await self.within(job, form, None)
        assert isinstance(made, Path)
        return made

    async def within(
        self, job: Job, form: ExportFormat, wait_s: float | None, *, chunk_tokens: int = 0
    ) -> Path | ExportProgress:
        """The file, or its progress after ``wait_s`` seconds; the export continues. Raises as ``file``.

        ``chunk_tokens``: of ``chunks``, the most tokens of one.
        """
        # The name has the number of the job's last event: after a retry of the job, the file is made again.
        size = f"{chunk_tokens}." if form == "chunks" else ""
        path = self._files.folder(job.id).work / "exports" / f"{job.last_seq}.{size}{SUFFIXES[form]}"
        if path not in self._making:
            if await asyncio.to_thread(path.exists):
                return path
            making = self._made(job, form, path, chunk_tokens)
            self._making[path] = asyncio.create_task(making, name=f"{form} of job {job.id}")
            self._making[path].add_done_callback(lambda task: self._forget(path, task))
        task = self._making[path]
        await asyncio.wait({task}, timeout=wait_s)
        if not task.done():
            return await asyncio.to_thread(self._progress, job)
        self._making.pop(path, None)
        return task.result()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Makes layers in advance until the context ends; then cancels the exports in progress."""
        ahead = asyncio.create_task(self._make_ahead(), name="layers of searchable PDFs")
        try:
            yield
        finally:
            tasks = {ahead, *self._making.values()}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    # A JobObserver

    def admitted(self, job: Job) -> None: ...

    def started(self, job: Job) -> None: ...

    def page_read(self, job: Job, page: PageResult) -> None:
        if job.file.type == "pdf" and job.page_total >= LONG_PAGES and page.error is None:
            self._ahead.setdefault(job.id, (job, []))[1].append(page.number)
            self._wake.set()

    def ended(self, job: Job, end: RunEnd) -> None:
        """Missing layers are made at the request for the file."""
        self._ahead.pop(job.id, None)

    def lost(self, job: Job) -> None:
        self._ahead.pop(job.id, None)

    async def _make_ahead(self) -> None:
        while True:
            self._wake.clear()
            while self._ahead:
                job_id, (job, numbers) = next(iter(self._ahead.items()))
                del self._ahead[job_id]  # the next pages of it come after those of other jobs
                await self._make_layers(job, self._files.folder(job.id), tuple(numbers[:_LAYERS_A_TASK]))
                if rest := numbers[_LAYERS_A_TASK:]:
                    self._ahead.setdefault(job_id, (job, []))[1].extend(rest)
            await self._wake.wait()

    async def _make_layers(self, job: Job, folder: JobFolder, numbers: tuple[int, ...]) -> None:
        task = LayersTask(folder, numbers, job.options.password)
        timeout_s = _BASE_S + _PAGE_S * len(numbers)
        try:
            await self._pool.run(write_layers, task, document=f"{job.id} layers", order=1, timeout_s=timeout_s)
        except ServiceError as error:  # a request for the file gets the same error
            log.info("cannot make text layers of job %s in advance: %s", job.id, error)

    async def _made(self, job: Job, form: ExportFormat, path: Path, chunk_tokens: int) -> Path:
        await self._make(job, form, path, chunk_tokens)
        return path

    def _forget(self, path: Path, task: asyncio.Task[Path]) -> None:
        """Drops a finished export; a failed one stays until the next request, which gets its error."""
        if task.cancelled() or task.exception() is None:
            self._making.pop(path, None)

    def _progress(self, job: Job) -> ExportProgress:
        layers = layers_folder(self._files.folder(job.id))
        made = sum(1 for _ in layers.glob("p*")) if layers.is_dir() else 0
        return ExportProgress(min(made, job.page_total), job.page_total)

    async def _make(self, job: Job, form: ExportFormat, path: Path, chunk_tokens: int) -> None:
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
                    file.writelines(_text(job, folder, form, chunk_tokens))

        await asyncio.to_thread(_written_whole, path, write)

    async def _make_in_worker(self, job: Job, folder: JobFolder, form: ExportFormat, path: Path) -> None:
        numbers = tuple(await asyncio.to_thread(_numbers, job, folder))
        document, timeout_s = f"{job.id} {form}", _BASE_S + _PAGE_S * len(numbers)
        if form == "pdf" and job.file.type == "pdf":
            for start in range(0, len(numbers), _LAYERS_A_TASK):
                await self._make_layers(job, folder, numbers[start : start + _LAYERS_A_TASK])
        with _temporary(path) as temporary:
            if form == "pdf":
                pdf = SearchableTask(
                    folder,
                    job.file.type,
                    numbers,
                    temporary,
                    job.options.password,
                    title=job.file.name,
                    language=document_language(job.options.language),
                )
                try:
                    await self._pool.run(write_searchable_pdf, pdf, document=document, order=0, timeout_s=timeout_s)
                except EncryptedPdf as error:
                    raise (EncryptedPdf.password_removed() if job.password_removed else error) from None
                await asyncio.to_thread(shutil.rmtree, layers_folder(folder), ignore_errors=True)
            else:
                word = DocxTask(folder, job.file.name, numbers, job.options, temporary)
                await self._pool.run(write_docx_file, word, document=document, order=0, timeout_s=timeout_s)


def _text(job: Job, folder: JobFolder, form: ExportFormat, chunk_tokens: int) -> Iterable[str]:
    numbers = _numbers(job, folder)

    def pages() -> Iterator[PageResult]:
        return (page_without_words(folder.page(number)) for number in numbers)

    headers = job.options.headers
    stream = joined_pages(pages, headers=headers) if job.options.join_pages else text_pages(pages, headers)
    if form == "text":
        return text_chunks(stream)
    if form == "chunks":
        return chunks_json(stream, chunk_tokens, {"job_id": job.id, "status": job.state, "file": job.file.name})
    language = document_language(job.options.language)
    return html_chunks(stream, title=job.file.name, language=language, image_of=folder.image)


def _numbers(job: Job, folder: JobFolder) -> list[int]:
    kept = set(folder.kept_pages())
    return [number for number in select_pages(job.options.pages, job.file.pages) if number in kept]


def _written_whole(path: Path, write: Callable[[Path], None]) -> None:
    with _temporary(path) as temporary:
        write(temporary)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A file that becomes ``path`` when the block ends without an error; then removes older exports of this format."""
    with storage_errors("OUTPUT_DIR"):
        path.parent.mkdir(exist_ok=True)
        with atomic_file(path) as unfinished:
            yield unfinished
        made = sorted(path.parent.glob(f"[0-9]*{path.suffix}"), key=_made_at, reverse=True)
        current = [other for other in made if other.name.partition(".")[0] == path.name.partition(".")[0]]
        for older in {*made} - {path, *current[:_MOST_SIZES]}:
            older.unlink(missing_ok=True)


def _made_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # removed by another export of the job
        return 0.0
