"""The answer of docling-serve with a document's chunks in it, written piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.responses import StreamingResponse

from ocr_service.api.compat.docling.answer import state_of
from ocr_service.api.compat.docling_chunks.models import ChunkTask
from ocr_service.api.compat.job_results import kept_pages
from ocr_service.api.compat.json_pieces import json_answer, streamed_list, streamed_object
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
    chunks = enumerate(_chunks(pages, task, task.max_tokens or services.chunk_tokens))
    state = await state_of(folder, job)
    seconds = state.pop("processing_time")
    content: dict[str, Any] = {"filename": job.file.name}
    if task.include_converted_doc:
        content["json_content"] = converted.document
    document = {"kind": "ExportResult", "content": content, **state}
    return json_answer(
        {
            "chunks": streamed_list(_item(job, task, converted, index, chunk) for index, chunk in chunks),
            "documents": [streamed_object(document.items())],
            "processing_time": seconds,
        }
    )


def _chunks(pages: Iterable[PageResult], task: ChunkTask, most: int) -> Iterator[Chunk]:
    if task.chunker == "hierarchical":
        return document_chunks(pages, _NO_LIMIT, merge=False)
    return document_chunks(pages, most, merge=task.merge_peers)


def _item(job: Job, task: ChunkTask, converted: Converted, index: int, chunk: Chunk) -> dict[str, Any]:
    places = ((place.page, place.order) for place in chunk.places)
    return {
        "filename": job.file.name,
        "chunk_index": index,
        "text": chunk.text,
        "raw_text": chunk.body if task.include_raw_text else None,
        "num_tokens": chunk.tokens if task.chunker == "hybrid" else None,
        "headings": list(chunk.headings) or None,
        "captions": list(chunk.captions) or None,
        "doc_items": [converted.references[place] for place in places if place in converted.references],
        "page_numbers": chunk.pages,
        "metadata": {"origin": converted.document["origin"]},
    }
