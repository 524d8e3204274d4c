"""``PUT /process`` and ``GET /v1/models``; Open WebUI's own loaders are driven in ``tests/clients``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from mistralai.client import Mistral

from tests.support.encrypted import encrypted
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

KEY = "anna-key-0001"
BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


def test_the_external_loader_gets_the_text_of_the_document(keyed: RunningService, contract_scan: Path) -> None:
    content = contract_scan.read_bytes()
    headers = {**BEARER, "Content-Type": "application/pdf", "X-Filename": quote("Договор.pdf")}
    answer = keyed.client.put("/process", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    upload = {"file": ("Договор.pdf", content)}
    ours = keyed.client.post("/ocr/pdf", files=upload, headers=BEARER).json()
    loaded = answer.json()
    assert loaded["page_content"] == ours["markdown"]
    assert (loaded["metadata"]["source"], loaded["metadata"]["pages"]) == ("Договор.pdf", 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [(encrypted(pdf("Hidden"), "geheim"), "encrypted_pdf"), (b"", "empty_file"), (b"text", "unsupported_type")],
)
def test_the_external_loader_is_told_what_is_wrong(keyed: RunningService, content: bytes, code: str) -> None:
    answer = keyed.client.put("/process", content=content, headers=BEARER)
    assert answer.json()["code"] == code
    assert keyed.temp_files("upload-") == []


def test_the_external_loader_needs_the_key(keyed: RunningService) -> None:
    assert keyed.client.put("/process", content=pdf("A"), headers={"Authorization": "Bearer no"}).status_code == 401


def test_models_are_listed_for_those_who_try_a_connection_so(keyed: RunningService) -> None:
    with Mistral(api_key=KEY, server_url=keyed.url) as client:
        models = client.models.list().data or []
    assert [(model.id, model.capabilities.ocr) for model in models] == [("tesseract", True)]
