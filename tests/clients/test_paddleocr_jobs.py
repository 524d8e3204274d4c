"""PaddleOCR's job API, driven by PaddleOCR's own client and by those built on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.encrypted import encrypted
from tests.support.foreign_clients import run_client
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.clients

KEY = "anna-key-0001"
_IMAGE = re.compile(r'<div style="text-align: center;"><img src="([^"]+)" [^>]*/></div>')
_LINK = re.compile(r"!\[[^\]]*\]\([^)]*\)")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY},boris:boris-key") as service:
        yield service


def pages(service: RunningService, path: Path) -> list[str]:
    upload = {"file": (path.name, path.read_bytes())}
    answer = service.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY})
    assert answer.status_code == 200, answer.text
    return [page["markdown"].strip() for page in answer.json()["pages"]]


def test_paddleocrs_client_reads_a_scan_and_saves_its_figures(
    keyed: RunningService, contract_scan: Path, tmp_path: Path
) -> None:
    read = run_client("paddleocr_client_read.py", keyed.url, KEY, contract_scan, tmp_path)
    assert "error" not in read, read
    assert [_IMAGE.sub(r"![](\1)", page) for page in read["pages"]] == [
        page.replace("](images/", "](") for page in pages(keyed, contract_scan)
    ]
    assert all(f'<img src="{name}"' in read["pages"][1] for name in read["figures"])
    assert read["last"] == ["done", 2] and read["first"] == 2
    assert "Договор поставки № 41/2026" in read["lines"]
    assert read["figures"] and len(read["saved"]) == len(read["figures"])
    assert all(Path(path).read_bytes().startswith(b"\xff\xd8") for path in read["saved"])


def test_paddleocrs_client_reads_a_document_of_30_pages(keyed: RunningService, tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(document("Number", 30))
    read = run_client("paddleocr_client_read.py", keyed.url, KEY, path)
    assert len(read["pages"]) == 30 and "Number 30" in read["pages"][-1]
    assert read["last"] == ["done", 30]


def test_paddleocrs_client_is_told_of_a_wrong_key_and_of_an_encrypted_document(
    keyed: RunningService, contract_scan: Path, tmp_path: Path
) -> None:
    wrong = run_client("paddleocr_client_read.py", keyed.url, "wrong", contract_scan)
    assert wrong["error"].startswith("AuthError")
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    locked = run_client("paddleocr_client_read.py", keyed.url, KEY, path)
    assert "encrypted_pdf" in locked["error"]


@pytest.mark.parametrize("script", ["paddleocr_haystack_read.py", "paddleocr_langchain_read.py"])
def test_what_is_built_on_it_reads_a_scan_and_a_book_and_says_why_it_reads_no_other(
    keyed: RunningService, contract_scan: Path, tmp_path: Path, script: str
) -> None:
    book, secret = tmp_path / "book.pdf", tmp_path / "secret.pdf"
    book.write_bytes(document("Number", 30))
    secret.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    scanned, read, locked, refused = run_client(script, keyed.url, KEY, contract_scan, book, secret)
    assert isinstance(scanned, list), scanned
    texts = "\n".join(scanned)
    for page in pages(keyed, contract_scan):
        parts = [part.strip() for part in _LINK.split(page)]
        assert any(parts) and all(part in texts for part in parts)
    assert isinstance(read, list), read
    assert all(f"Number {number}" in "\n".join(read) for number in range(1, 31))
    assert "encrypted_pdf" in locked
    assert "A valid API key is needed" in refused or "Authentication failed" in refused
