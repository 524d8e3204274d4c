"""A document with a page that cannot be drawn: what was read arrives, and the page says why it is empty."""

from __future__ import annotations

import base64
import io

import pikepdf
import pytest
from mistralai.client import Mistral

from tests.support.running import RunningService
from tests.support.simple_documents import pdf


@pytest.fixture(scope="module")
def document() -> str:
    """Page 2 is larger than any page may be."""
    with pikepdf.open(io.BytesIO(pdf("Page one is fine", "Too large"))) as opened:
        opened.pages[1].MediaBox = pikepdf.Array([0, 0, 4_000_000, 4_000_000])
        buffer = io.BytesIO()
        opened.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


def test_paddlex_gets_the_page_as_a_comment_and_its_error(service: RunningService, document: str) -> None:
    answer = service.client.post("/layout-parsing", json={"file": document, "fileType": 0})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["result"]["layoutParsingResults"]
    assert "Page one is fine" in first["markdown"]["text"]
    code = second["prunedResult"]["error"]["code"]
    assert second["markdown"] == {"text": f"<!-- page 2 could not be read: {code} -->", "images": {}}
    assert "inputImage" in first and "inputImage" not in second


def test_mistral_gets_the_page_without_its_dimensions(service: RunningService, document: str) -> None:
    with Mistral(api_key="any", server_url=service.url) as client:
        answer = client.ocr.process(
            model="m", document={"type": "document_url", "document_url": f"data:application/pdf;base64,{document}"}
        )
    first, second = answer.pages
    assert "Page one is fine" in first.markdown
    assert second.markdown.startswith("<!-- page 2 could not be read: ")
    assert second.dimensions is None and second.images == []
