"""Chunks as JSON, in the shape that the HTTP contract describes."""

from __future__ import annotations

import json

from ocr_service.api.schemas.chunks import ChunksModel
from ocr_service.export.chunks.chunks_json import chunks_json
from tests.support.pages import HEIGHT, WIDTH, page, region


def test_it_has_the_contracts_shape() -> None:
    pages = [
        page(1, region("doc_title", 'The "title"'), region("text", "Text.")),
        page(2, region("image", "", format="image", image="images/p0002_r00_image.jpg")),
    ]
    head = {"job_id": "a" * 32, "status": "partial", "file": "book.pdf"}
    found = json.loads("".join(chunks_json(iter(pages), 64, head)))
    model = ChunksModel.model_validate(found, strict=False)
    assert model.model_dump(mode="json") == found
    assert (found["max_tokens"], found["status"], found["file"]) == (64, "partial", "book.pdf")
    [chunk] = found["chunks"]
    assert (chunk["index"], chunk["headings"], chunk["pages"]) == (0, ['The "title"'], [1, 2])
    assert chunk["images"] == ["images/p0002_r00_image.jpg"]
    assert [region["label"] for region in chunk["regions"]] == ["doc_title", "text", "image"]
    assert found["pages"][1] == {"number": 2, "width": WIDTH, "height": HEIGHT, "dpi": 100}


def test_a_document_without_text_has_no_chunks() -> None:
    assert json.loads("".join(chunks_json(iter([page(1)]), 64, {})))["chunks"] == []
