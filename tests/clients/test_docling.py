"""docling-serve's API, driven by docling's own client and by Haystack's converter."""

from __future__ import annotations

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


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    return path


def markdown(service: RunningService, path: Path) -> str:
    answer = service.client.post("/ocr/pdf", files={"file": (path.name, path.read_bytes())}, headers={"X-API-Key": KEY})
    return str(answer.json()["markdown"])


def test_doclings_client_reads_a_scan(keyed: RunningService, contract_scan: Path) -> None:
    read = run_client("docling_client_read.py", keyed.url, KEY, contract_scan)
    assert read["status"] == "success", read
    assert "Договор поставки № 41/2026" in read["markdown"]
    assert (read["pages"], read["boxed"]) == (2, True)
    assert read["several"] == ["success", "success"]
    assert read["tables"] and all(rows > 1 and columns > 1 for rows, columns in read["tables"])
    assert read["pictures"] == markdown(keyed, contract_scan).count("![")


def test_doclings_client_is_told_of_a_wrong_key_and_of_an_encrypted_document(
    keyed: RunningService, contract_scan: Path, secret: Path
) -> None:
    wrong = run_client("docling_client_read.py", keyed.url, "wrong", contract_scan)
    assert "A valid API key is needed" in str(wrong)
    locked = run_client("docling_client_read.py", keyed.url, KEY, secret)
    assert "password" in str(locked["detail"])


def test_doclings_client_reads_30_pages_and_sees_their_progress(keyed: RunningService, tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(document("Docling page", 30))
    read = run_client("docling_client_read.py", keyed.url, KEY, path)
    assert read.get("pages") == 30 and "Docling page 30" in read["markdown"], read
    assert read["states"][-1] == "success"


@pytest.mark.parametrize("chunker", ["hybrid", "hierarchical"])
def test_doclings_client_gets_chunks(keyed: RunningService, contract_scan: Path, secret: Path, chunker: str) -> None:
    read = run_client("docling_client_chunk.py", keyed.url, KEY, contract_scan, chunker)
    assert read.get("status") == ["success"], read
    assert {number for chunk in read["chunks"] for number in chunk["pages"]} == {1, 2}
    assert all(chunk["text"].startswith((chunk["headings"] or [""])[0]) for chunk in read["chunks"])
    assert any("Договор поставки № 41/2026" in (chunk["headings"] or []) for chunk in read["chunks"])
    assert all((chunk["tokens"] is None) == (chunker == "hierarchical") for chunk in read["chunks"])
    locked = run_client("docling_client_chunk.py", keyed.url, KEY, secret, chunker)
    assert "password" in str(locked)
    wrong = run_client("docling_client_chunk.py", keyed.url, "wrong", contract_scan, chunker)
    assert "A valid API key is needed" in str(wrong)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_haystack_gets_the_same_text(
    keyed: RunningService, contract_scan: Path, secret: Path, tmp_path: Path, mode: str
) -> None:
    read = run_client("docling_haystack_read.py", keyed.url, KEY, contract_scan, mode)
    [text] = read["texts"]
    book = tmp_path / "book.pdf"
    book.write_bytes(document("Number", 30))
    [numbers] = run_client("docling_haystack_read.py", keyed.url, KEY, book, mode)["texts"]
    assert all(f"Number {number}" in numbers for number in range(1, 31))
    assert "# Договор поставки № 41/2026" in text
    assert [line for line in text.splitlines() if not line.startswith("![")] == [
        line for line in markdown(keyed, contract_scan).splitlines() if not line.startswith("![")
    ]
    locked = run_client("docling_haystack_read.py", keyed.url, KEY, secret, mode)
    assert locked["texts"] == []
    assert "encrypted_pdf" in str(locked["said"])
    wrong = run_client("docling_haystack_read.py", keyed.url, "wrong", contract_scan, mode)
    assert "HTTP 401" in str(wrong["said"])
