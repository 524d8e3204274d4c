"""Chunks as JSON, written one by one: a long document never stands in memory whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ocr_service.document import PageResult
from ocr_service.export.chunks.chunker import Chunk, document_chunks


def chunks_json(pages: Iterable[PageResult], most: int, head: dict[str, Any]) -> Iterator[str]:
    """Texts that concatenate to one JSON object: ``head``, ``max_tokens``, the chunks, the sizes of their pages."""
    sizes: list[dict[str, int]] = []

    def seen() -> Iterator[PageResult]:
        for page in pages:
            sizes.append({"number": page.number, "width": page.width, "height": page.height, "dpi": page.dpi})
            yield page

    yield f'{_dump({**head, "max_tokens": most})[:-1]},"chunks":['
    for index, chunk in enumerate(document_chunks(seen(), most)):
        yield f"{',' if index else ''}{_dump(chunk_fields(index, chunk))}"
    yield f'],"pages":{_dump(sizes)}}}\n'


def chunk_fields(index: int, chunk: Chunk) -> dict[str, Any]:
    """A chunk in the shape of the HTTP contract."""
    return {
        "index": index,
        "text": chunk.text,
        "markdown": chunk.markdown,
        "headings": list(chunk.headings),
        "tokens": chunk.tokens,
        "pages": chunk.pages,
        "regions": [{"page": place.page, "label": place.label, "bbox": list(place.bbox)} for place in chunk.places],
        "images": list(chunk.images),
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
