"""Three kinds of client, one document: curl's form, PaddleX's JSON, Mistral's own client."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from mistralai.client import Mistral

from tests.support.running import RunningService

_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


@pytest.fixture(scope="module")
def by_curl(service: RunningService, contract_scan: Path) -> dict[str, Any]:
    result: dict[str, Any] = service.read("contract.pdf", contract_scan.read_bytes()).json()
    return result


def without_pictures(texts: list[str]) -> list[str]:
    """Each API names figures in its own way; the rest must be the same to the letter."""
    return [_PICTURE.sub("![]", text) for text in texts]


def test_paddlex_mistral_and_curl_get_the_same_text(
    service: RunningService, contract_scan: Path, by_curl: dict[str, Any]
) -> None:
    document = base64.b64encode(contract_scan.read_bytes()).decode()
    paddlex = service.client.post("/layout-parsing", json={"file": document, "fileType": 0}).json()
    with Mistral(api_key="any", server_url=service.url) as client:
        mistral = client.ocr.process(
            model="mistral-ocr-latest",
            document={"type": "document_url", "document_url": f"data:application/pdf;base64,{document}"},
        )
    texts = [page["markdown"] for page in by_curl["pages"]]
    assert "# Договор поставки № 41/2026" in texts[0]
    assert "![" in texts[1]
    assert [page["markdown"]["text"] for page in paddlex["result"]["layoutParsingResults"]] == texts
    assert without_pictures([page.markdown for page in mistral.pages]) == without_pictures(texts)


def test_the_same_document_is_read_once_for_all_of_them(
    service: RunningService, contract_scan: Path, by_curl: dict[str, Any]
) -> None:
    document = base64.b64encode(contract_scan.read_bytes()).decode()
    answer = service.client.post("/layout-parsing", json={"file": document, "visualize": False})
    job = service.client.get(answer.headers["location"]).json()
    assert job["state"] == "completed"
    assert job["cached"] is True
    assert job["file"]["sha256"] == by_curl["file"]["sha256"]
