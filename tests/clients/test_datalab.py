"""Datalab's API, driven by Datalab's own client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.web_server import Answer, Request, WebServer
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


def test_datalabs_client_reads_a_scan_and_saves_its_figures(
    keyed: RunningService, contract_scan: Path, tmp_path: Path
) -> None:
    read = run_client("datalab_read.py", keyed.url, KEY, contract_scan, tmp_path)
    assert read.get("success"), read
    upload = {"file": (contract_scan.name, contract_scan.read_bytes())}
    ours = keyed.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY}).json()["markdown"]
    assert read["markdown"] == ours.replace("](images/", "](")
    assert read["pages"] == 2 and read["images"]
    assert {"result.md", *read["images"]} <= set(read["saved"])


def test_datalabs_client_names_a_documents_address(keyed: RunningService, tmp_path: Path) -> None:
    """It sends no multipart form then; ALLOW_URL_INPUT is off here."""
    read = run_client("datalab_read.py", keyed.url, KEY, "https://files.example/a.pdf", tmp_path)
    assert "address_refused" in read["error"]


def test_datalabs_client_reads_a_document_at_an_address_that_the_rules_allow(tmp_path: Path) -> None:
    served = {"/book.pdf": pdf("At an address"), "/secret.pdf": encrypted(pdf("Hidden"), "geheim")}

    def answer(request: Request) -> Answer:
        return Answer(body=served[request.path]) if request.path in served else Answer(404)

    with WebServer(answer) as files, WebServer(answer) as strangers:
        rules = {"ALLOW_URL_INPUT": "true", "URL_TRUSTED_HOSTS": f"127.0.0.1:{files.port}"}
        with RunningService(tmp_path / "service", API_KEYS=f"anna:{KEY}", **rules) as service:

            def read(address: str) -> dict[str, Any]:
                found: dict[str, Any] = run_client("datalab_read.py", service.url, KEY, address, tmp_path)
                return found

            assert read(f"{files.url}/book.pdf")["markdown"].strip() == "At an address"
            assert "encrypted_pdf" in read(f"{files.url}/secret.pdf")["error"]
            assert "fetch_failed" in read(f"{files.url}/missing.pdf")["error"]
            assert "address_refused" in read(f"{strangers.url}/book.pdf")["error"]
            assert strangers.requests == []


def test_datalabs_client_reads_30_pages(keyed: RunningService, tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(document("Datalab page", 30))
    read = run_client("datalab_read.py", keyed.url, KEY, tmp_path / "book.pdf", tmp_path)
    assert read["pages"] == 30 and "Datalab page 30" in read["markdown"]


def test_datalabs_client_is_told_of_a_wrong_key_and_of_an_encrypted_document(
    keyed: RunningService, contract_scan: Path, tmp_path: Path
) -> None:
    assert "401" in run_client("datalab_read.py", keyed.url, "no", contract_scan, tmp_path)["error"]
    (tmp_path / "secret.pdf").write_bytes(encrypted(pdf("Hidden"), "geheim"))
    locked = run_client("datalab_read.py", keyed.url, KEY, tmp_path / "secret.pdf", tmp_path)
    assert "encrypted_pdf: the PDF is encrypted" in locked["error"]
