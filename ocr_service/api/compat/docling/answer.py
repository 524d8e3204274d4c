"""The answer of docling-serve with a document in it, written piece by piece."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi.responses import StreamingResponse

from ocr_service.api.compat.docling.models import ConvertOptions
from ocr_service.api.compat.job_results import kept_pages, markdown_file
from ocr_service.api.compat.json_pieces import as_json, object_texts, pieces, string_texts
from ocr_service.api.dependencies import Services
from ocr_service.document import PageResult
from ocr_service.export.docling_document import docling_document
from ocr_service.export.image_links import data_uri, relinked_file
from ocr_service.jobs.models import Job, JobState
from ocr_service.storage.filesystem import JobFolder

_PICTURE = re.compile(r"!\[[^\]]*\]\(images/[^)]+\)")
_READ = 1 << 16  # characters


async def convert_answer(services: Services, job: Job, asked: ConvertOptions) -> StreamingResponse:
    """A ``ConvertAnswer`` as JSON. What can fail is done before its first byte.

    Raises as ``Exports.file`` and ``JobFiles.of``.
    """
    folder = await services.jobs.files.of(job, "pages")
    content: dict[str, Iterable[str]] = dict.fromkeys(
        ("md_content", "json_content", "html_content", "text_content"), ("null",)
    )
    if "md" in asked.to_formats:
        published = markdown_file(await services.jobs.files.of(job, "result"), job)
        content["md_content"] = string_texts(_markdown(published, folder, asked))
    if "json" in asked.to_formats:
        converted = await asyncio.to_thread(lambda: docling_document(job.file, kept_pages(folder, job)))
        content["json_content"] = object_texts(converted.document)
    if "html" in asked.to_formats:
        content["html_content"] = string_texts(_text(await services.delivery.exports.file(job, "html")))
    if "text" in asked.to_formats:
        content["text_content"] = string_texts(_text(await services.delivery.exports.file(job, "text")))
    about = await state_of(folder, job)
    return StreamingResponse(pieces(_answer(job.file.name, content, about)), media_type="application/json")


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


def _answer(name: str, content: dict[str, Iterable[str]], about: dict[str, Any]) -> Iterator[str]:
    yield f'{{"document":{{"filename":{as_json(name)}'
    for form, value in content.items():
        yield f',"{form}":'
        yield from value
    yield f"}},{as_json(about)[1:]}"


def _text(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        while text := file.read(_READ):
            yield text


def _errors(pages: Iterator[PageResult]) -> Iterator[dict[str, Any]]:
    for page in pages:
        for error in filter(None, (page.error, *(region.error for region in page.regions))):
            yield {
                "component_type": "pipeline",
                "module_name": error.stage,
                "error_message": f"page {page.number}: {error.code}: {error.message}",
            }


def _markdown(path: Path, folder: JobFolder, asked: ConvertOptions) -> Iterator[str]:
    if asked.image_export_mode == "embedded":

        def embedded(name: str) -> str | None:
            try:
                return data_uri(name, (folder.work / name).read_bytes())
            except FileNotFoundError:
                return None

        yield from relinked_file(path, embedded)
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield line if asked.image_export_mode == "referenced" else _PICTURE.sub("<!-- image -->", line)
