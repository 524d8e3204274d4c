"""Open WebUI's document loaders, all that can read a scan, as its own dispatch calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.encrypted import encrypted
from tests.support.foreign_clients import run_client
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.clients

KEY = "anna-key-0001"
_FIGURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<!-- image -->|<div[^>]*><img [^>]*></div>")
# By loader: what it shows of an encrypted document. Two of them show the HTTP status alone.
ENGINES = {
    "external": "encrypted_pdf",
    "docling": "the PDF is encrypted",
    "mineru": "encrypted_pdf",
    "datalab_marker": "encrypted_pdf",
    "mistral_ocr": "422 Client Error",
    "paddleocr_vl": "422 Client Error",
}
BY_PAGE = ("docling", "mistral_ocr", "paddleocr_vl")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


def words(markdown: str) -> str:
    return " ".join(_FIGURE.sub("", markdown).split())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loader_reads_a_scan_and_a_book_and_says_why_it_reads_no_other(
    keyed: RunningService, contract_scan: Path, tmp_path: Path, engine: str
) -> None:
    book, secret = tmp_path / "book.pdf", tmp_path / "secret.pdf"
    book.write_bytes(document("Number", 30))
    secret.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    scanned, pages, locked, refused = run_client(
        "open_webui_read.py", engine, keyed.url, KEY, contract_scan, book, secret
    )
    upload = {"file": (contract_scan.name, contract_scan.read_bytes())}
    ours = keyed.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY}).raise_for_status().json()
    assert isinstance(scanned, list), scanned
    assert words("\n\n".join(text for text, _ in scanned)) == words(ours["markdown"])
    assert len(scanned) == (2 if engine in BY_PAGE else 1)
    assert isinstance(pages, list), pages
    assert "Number 1" in pages[0][0] and "Number 30" in pages[-1][0]
    if engine in BY_PAGE:
        assert [about["page"] for _, about in pages] == list(range(30))
    assert ENGINES[engine] in said(locked)
    assert "401" in said(refused) or "A valid API key is needed" in said(refused)


def said(read: Any) -> str:
    """An error, which some loaders raise and others give as the document's text."""
    if isinstance(read, str):
        return read
    [(text, _)] = read
    return str(text)
