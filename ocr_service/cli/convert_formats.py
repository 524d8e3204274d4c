"""What ``convert`` writes beside Markdown and JSON, made of the pages that are kept."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ocr_service.document import FileInfo, Outcome, PageResult, ReadOptions
from ocr_service.export.chunks.chunks_json import chunks_json
from ocr_service.export.html import html_chunks
from ocr_service.export.join_pages import joined_pages, text_pages
from ocr_service.export.plain_text import text_chunks
from ocr_service.export.result_json import page_without_words
from ocr_service.export.zip_bundle import write_bundle
from ocr_service.reading.docx_task import DocxTask, write_docx_file
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.searchable_pdf_task import SearchableTask, write_searchable_pdf
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.filesystem import JobFolder, artifact_name
from ocr_service.tesseract.scripts import document_language
from ocr_service.workers.pool import PagePool

_BASE_S, _PAGE_S = 60.0, 2.0  # as for the service's exports


async def write_formats(
    folder: JobFolder,
    info: FileInfo,
    options: ReadOptions,
    formats: Sequence[str],
    pool: PagePool,
    *,
    status: Outcome,
    chunk_tokens: int,
) -> list[Path]:
    """Writes the formats into the published folder and leaves there only what was asked for. The files to name.

    Raises as the tasks of the page workers, and OSError.
    """
    stem = artifact_name(info.name)
    numbers = tuple(number for number in select_pages(options.pages, info.pages) if folder.page_file(number).exists())
    written = []
    for form in sorted(formats, key=lambda form: form == "zip", reverse=True):  # the zip holds the folder as it is
        target = folder.published / f"{stem}.{'md' if form == 'folder' else form}"
        if form in ("pdf", "docx"):
            await _in_worker(folder, info, options, numbers, form, target, pool)
        elif form in ("html", "txt", "zip"):
            await asyncio.to_thread(_write, folder, info, options, numbers, form, target)
        elif form == "chunks.json":
            head = {"job_id": folder.job_id, "status": status, "file": info.name}
            await asyncio.to_thread(_write_chunks, folder, options, numbers, head, chunk_tokens, target)
        written.append(target)
    if "folder" not in formats:
        await asyncio.to_thread(_leave_only, folder.published, stem, formats)
    return written


async def _in_worker(
    folder: JobFolder,
    info: FileInfo,
    options: ReadOptions,
    numbers: tuple[int, ...],
    form: str,
    target: Path,
    pool: PagePool,
) -> None:
    timeout_s = _BASE_S + _PAGE_S * len(numbers)
    with atomic_file(target) as unfinished:
        if form == "pdf":
            language = document_language(options.language)
            pdf = SearchableTask(
                folder, info.type, numbers, unfinished, options.password, title=info.name, language=language
            )
            await pool.run(write_searchable_pdf, pdf, document=info.name, order=0, timeout_s=timeout_s)
        else:
            word = DocxTask(folder, info.name, numbers, options, unfinished)
            await pool.run(write_docx_file, word, document=info.name, order=0, timeout_s=timeout_s)


def _write(
    folder: JobFolder, info: FileInfo, options: ReadOptions, numbers: Sequence[int], form: str, target: Path
) -> None:
    if form == "zip":
        with atomic_file(folder.work / "bundle") as unfinished:
            write_bundle(folder.published, unfinished)
        (folder.work / "bundle").replace(target)
        return
    stream = _pages(folder, options, numbers)
    language = document_language(options.language)
    chunks = (
        text_chunks(stream)
        if form == "txt"
        else html_chunks(stream, title=info.name, language=language, image_of=folder.image)
    )
    _write_texts(chunks, target)


def _write_chunks(
    folder: JobFolder,
    options: ReadOptions,
    numbers: Sequence[int],
    head: dict[str, Any],
    chunk_tokens: int,
    target: Path,
) -> None:
    _write_texts(chunks_json(_pages(folder, options, numbers), chunk_tokens, head), target)


def _pages(folder: JobFolder, options: ReadOptions, numbers: Sequence[int]) -> Iterator[PageResult]:
    """The pages as the text has them."""

    def pages() -> Iterator[PageResult]:
        return (page_without_words(folder.page(number)) for number in numbers)

    return joined_pages(pages, headers=options.headers) if options.join_pages else text_pages(pages, options.headers)


def _write_texts(texts: Iterable[str], target: Path) -> None:
    with atomic_file(target) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(texts)


def _leave_only(published: Path, stem: str, formats: Sequence[str]) -> None:
    for form in {"md", "json"} - set(formats):
        (published / f"{stem}.{form}").unlink(missing_ok=True)
    if "md" not in formats:  # its links lead there
        shutil.rmtree(published / "images", ignore_errors=True)
