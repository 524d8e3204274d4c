"""The answer of docling-serve with a document in it, written piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from fastapi.responses import StreamingResponse

from ocr_service.api.compat.docling.models import ConvertTask, ImageMode
from ocr_service.api.compat.job_results import file_lines, file_texts, kept_pages, markdown_file
from ocr_service.api.compat.json_pieces import json_answer, streamed_string
from ocr_service.api.dependencies import Services
from ocr_service.document import PageResult
from ocr_service.export.docling_document import docling_document
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import data_uri, relinked, with_pictures
from ocr_service.jobs.models import Job, JobState
from ocr_service.storage.filesystem import JobFolder


async def convert_answer(services: Services, job: Job, task: ConvertTask) -> StreamingResponse:
    """A ``ConvertAnswer`` as JSON. What can fail is done before its first byte.

    Raises as ``Exports.file`` and ``JobFiles.of``.
    """
    files, exports = services.jobs.files, services.delivery.exports
    folder = await files.of(job, "pages")
    document: dict[str, Any] = dict.fromkeys(("md_content", "json_content", "html_content", "text_content"))
    if "md" in task.to_formats:
        if task.md_page_break_placeholder:
            texts = _pages_apart(kept_pages(folder, job), task.md_page_break_placeholder)
        else:
            texts = file_lines(markdown_file(await files.of(job, "result"), job))
        document["md_content"] = streamed_string(_with_figures(texts, folder, task.image_export_mode))
    if "json" in task.to_formats:
        converted = await asyncio.to_thread(lambda: docling_document(job.file, kept_pages(folder, job)))
        document["json_content"] = converted.document
    if "html" in task.to_formats:
        document["html_content"] = streamed_string(file_texts(await exports.file(job, "html")))
    if "text" in task.to_formats:
        document["text_content"] = streamed_string(file_texts(await exports.file(job, "text")))
    return json_answer({"document": {"filename": job.file.name, **document}, **await state_of(folder, job)})


async def state_of(folder: JobFolder, job: Job) -> dict[str, Any]:
    """How the document was read, each failed page named."""
    errors: list[dict[str, Any]] = []
    if job.state is JobState.PARTIAL:
        errors = await asyncio.to_thread(lambda: list(_errors(kept_pages(folder, job))))
    return {
        "status": "partial_success" if job.state is JobState.PARTIAL else "success",
        "errors": errors,
        "processing_time": max(0.0, (job.finished_at or 0) - (job.started_at or job.finished_at or 0)),
        "timings": {},
    }


def _errors(pages: Iterator[PageResult]) -> Iterator[dict[str, Any]]:
    for page in pages:
        for error in filter(None, (page.error, *(region.error for region in page.regions))):
            yield {
                "component_type": "pipeline",
                "module_name": error.stage,
                "error_message": f"page {page.number}: {error.code}: {error.message}",
            }


def _pages_apart(pages: Iterator[PageResult], between: str) -> Iterator[str]:
    """The text of each page that has some; ``between`` stands in a paragraph of its own."""
    texts = (text for page in pages if (text := page_text(page).strip()))
    for number, text in enumerate(texts):
        yield f"\n\n{between}\n\n{text}" if number else text


def _with_figures(texts: Iterator[str], folder: JobFolder, mode: ImageMode) -> Iterator[str]:
    if mode == "embedded":
        return relinked(texts, lambda name: _embedded(folder, name))
    if mode == "placeholder":
        return (with_pictures(text, lambda name: "<!-- image -->") for text in texts)
    return texts


def _embedded(folder: JobFolder, name: str) -> str | None:
    try:
        return data_uri(name, (folder.work / name).read_bytes())
    except FileNotFoundError:
        return None
