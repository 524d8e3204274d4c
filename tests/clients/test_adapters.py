"""RAGFlow's parsers and Dify's tools, which no package index has: their own modules, at pinned commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.client_sources import client_source
from tests.support.encrypted import encrypted
from tests.support.foreign_clients import run_client
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.clients

KEY = "anna-key-0001"
_NO_WORDS = re.compile(r"!\[[^\]]*\]\([^)]*\)|<div[^>]*><img [^>]*></div>|<!-- image -->")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


@pytest.fixture
def files(contract_scan: Path, tmp_path: Path) -> list[Path]:
    """A scan, a book, a document that nobody can read."""
    scan, book, secret = (tmp_path / name for name in ("scan.pdf", "book.pdf", "secret.pdf"))
    scan.write_bytes(contract_scan.read_bytes())
    book.write_bytes(document("Number", 30))
    secret.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    return [scan, book, secret]


@pytest.fixture
def ours(keyed: RunningService, contract_scan: Path) -> dict[str, Any]:
    upload = {"file": (contract_scan.name, contract_scan.read_bytes())}
    read: dict[str, Any] = keyed.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY}).json()
    return read


def words(markdown: str) -> str:
    return " ".join(_NO_WORDS.sub("", markdown).split())


@pytest.mark.parametrize(
    ("parser", "locked"), [("paddleocr", "encrypted_pdf"), ("docling", "encrypted_pdf"), ("mineru", "422 Client Error")]
)
def test_ragflows_parser_reads_a_scan_and_a_book_and_says_why_it_reads_no_other(
    keyed: RunningService, files: list[Path], ours: dict[str, Any], parser: str, locked: str
) -> None:
    sources = client_source("infiniflow/ragflow")
    scan, book, secret, wrong = run_client("ragflow_read.py", parser, keyed.url, KEY, sources, *files)
    assert isinstance(scan, list), scan
    if parser == "docling":
        assert words("\n\n".join(text for text, _ in scan)) == words(ours["markdown"])
    else:
        texts = [text for text, *_ in scan]
        assert any("Договор поставки № 41/2026" in text for text in texts)
        assert any("Обратный клапан" in text for text in texts)
        assert all(re.fullmatch(r"@@[12](\t[0-9.]+){4}##", place) for _, place in scan)
    assert isinstance(book, list), book
    read = "\n".join(text for text, *_ in book)
    assert all(f"Number {number}" in read for number in range(1, 31))
    assert locked in secret
    assert "401" in wrong


def test_difys_tool_reads_a_scan_with_its_figures(
    keyed: RunningService, files: list[Path], ours: dict[str, Any]
) -> None:
    sources = client_source("langgenius/dify-official-plugins")
    for tool in ("document", "mineru"):
        scan, book, secret, wrong = run_client("dify_read.py", tool, keyed.url, KEY, sources, *files)
        assert isinstance(scan, dict), scan
        assert words(scan["text"]) == words(ours["markdown"])
        assert scan["figures"] == scan["kept"] and len(scan["figures"]) == len(ours["artifacts"]["images"])
        assert all(f"https://dify.example/{name}" in scan["text"] for name in scan["figures"])
        assert isinstance(book, dict) and "Number 30" in book["text"]
        assert "encrypted_pdf" in str(secret)
        assert "A valid API key is needed" in str(wrong)


def test_difys_tool_reads_lines_of_text(keyed: RunningService, files: list[Path]) -> None:
    sources = client_source("langgenius/dify-official-plugins")
    scan, book, secret, wrong = run_client("dify_read.py", "lines", keyed.url, KEY, sources, *files)
    assert "Договор поставки № 41/2026" in scan["text"].splitlines()
    assert book["text"].split("\n\n") == [f"Number {number}" for number in range(1, 31)]
    assert "encrypted_pdf" in secret and "401" in wrong
