"""The answer of docling-serve with a document's chunks in it, written piece by piece as ``answer.py`` does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.responses import StreamingResponse

from ocr_service.api.compat.docling.answer import state_of
from ocr_service.api.compat.docling.chunk_models import ChunkTask
from ocr_service.api.compat.job_results import kept_pages
from ocr_service.api.compat.json_pieces import as_json, object_texts, pieces
from ocr_service.api.dependencies import Services
from ocr_service.document import PageResult
from ocr_service.export.chunks.chunker import Chunk, document_chunks
from ocr_service.export.docling_document import Converted, docling_document
from ocr_service.export.join_pages import joined_pages
from ocr_service.jobs.models import Job

_NO_LIMIT = 10**9


async def chunk_answer(services: Services, job: Job, task: ChunkTask) -> StreamingResponse:
    """A ``ChunkAnswer`` as JSON. What can fail is done before its first byte. Raises as ``JobFiles.of``."""
    folder = await services.jobs.files.of(job, "pages")
    converted = await asyncio.to_thread(lambda: docling_document(job.file, kept_pages(folder, job)))
    pages = await asyncio.to_thread(lambda: joined_pages(lambda: kept_pages(folder, job)))
    state = await state_of(folder, job)
    most = task.max_tokens or services.chunk_tokens
    texts = _answer(job, task, converted, _chunks(pages, task, most), state)
    return StreamingResponse(pieces(texts), media_type="application/json")


def _chunks(pages: Iterable[PageResult], task: ChunkTask, most: int) -> Iterator[Chunk]:
    if task.chunker == "hierarchical":
        return document_chunks(pages, _NO_LIMIT, merge=False)
    return document_chunks(pages, most, merge=task.merge)


def _answer(
    job: Job, task: ChunkTask, converted: Converted, chunks: Iterator[Chunk], state: dict[str, Any]
) -> Iterator[str]:
    yield '{"chunks":['
    for index, chunk in enumerate(chunks):
        item = {
            "filename": job.file.name,
            "chunk_index": index,
            "text": chunk.text,
            "raw_text": chunk.body if task.raw_text else None,
            "num_tokens": chunk.tokens if task.chunker == "hybrid" else None,
            "headings": list(chunk.headings) or None,
            "captions": list(chunk.captions) or None,
            "doc_items": [
                converted.references[key]
                for place in chunk.places
                if (key := (place.page, place.order)) in converted.references
            ],
            "page_numbers": chunk.pages,
            "metadata": {"origin": converted.document["origin"]},
        }
        yield f"{',' if index else ''}{as_json(item)}"
    yield f'],"documents":[{{"kind":"ExportResult","content":{{"filename":{as_json(job.file.name)}'
    if task.document:
        yield ',"json_content":'
        yield from object_texts(converted.document)
    seconds = state.pop("processing_time")
    yield f'}},{as_json(state)[1:]}],"processing_time":{as_json(seconds)}}}'
