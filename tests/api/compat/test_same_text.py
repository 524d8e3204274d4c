"""Several kinds of client, one document: curl's form, PaddleX's JSON, Mistral's own client, and what they may ask."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mistralai.client import Mistral

from tests.support.jobs import wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

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
    paddlex = service.client.post(
        "/layout-parsing", json={"file": document, "fileType": 0, "prettifyMarkdown": False}
    ).json()
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


def by_form(client: httpx.Client, document: bytes, mode: str) -> str:
    answer = client.post("/jobs", files={"file": ("a.pdf", document)}, data={"text_layer": mode})
    return str(answer.raise_for_status().json()["id"])


def by_paddlex(client: httpx.Client, document: bytes, mode: str) -> str:
    body = {"file": base64.b64encode(document).decode(), "textLayer": mode, "visualize": False}
    return client.post("/layout-parsing", json=body).raise_for_status().headers["location"].rpartition("/")[2]


def by_paddleocr_jobs(client: httpx.Client, document: bytes, mode: str) -> str:
    fields = {"model": "PaddleOCR-VL", "optionalPayload": json.dumps({"textLayer": mode})}
    answer = client.post("/api/v2/ocr/jobs", files={"file": ("a.pdf", document)}, data=fields)
    return str(answer.raise_for_status().json()["data"]["jobId"])[:32]


def by_mistral(client: httpx.Client, document: bytes, mode: str) -> str:
    chunk = {
        "type": "document_url",
        "document_url": f"data:application/pdf;base64,{base64.b64encode(document).decode()}",
    }
    answer = client.post("/v1/ocr", json={"model": "any", "document": chunk, "text_layer": mode})
    return answer.raise_for_status().headers["location"].rpartition("/")[2]


def by_docling(client: httpx.Client, document: bytes, mode: str) -> str:
    fields = {"auto": {}, "ignore": {"force_ocr": "true"}, "only": {"do_ocr": "false"}}[mode]
    answer = client.post("/v1/convert/file/async", files={"files": ("a.pdf", document)}, data=fields)
    return str(answer.raise_for_status().json()["task_id"])[:32]


def by_mineru(client: httpx.Client, document: bytes, mode: str) -> str:
    fields = {"auto": {}, "ignore": {"parse_method": "ocr"}, "only": {"parse_method": "txt"}}[mode]
    answer = client.post("/tasks", files={"files": ("a.pdf", document)}, data=fields)
    return str(answer.raise_for_status().json()["task_id"])[:32]


@pytest.mark.parametrize("submit", [by_form, by_paddlex, by_paddleocr_jobs, by_mistral, by_docling, by_mineru])
def test_text_layer_means_the_same_in_every_protocol(
    service: RunningService, submit: Callable[[httpx.Client, bytes, str], str]
) -> None:
    document = pdf("Prices quoted above exclude delivery")
    found = {}
    for mode in ("auto", "ignore", "only"):
        job_id = submit(service.client, document, mode)
        wait_finished(service.client, [job_id])
        page = service.client.get(f"/jobs/{job_id}/pages/1").raise_for_status().json()
        found[mode] = {region["source"] for region in page["regions"]}, page["text_layer"] is not None
    assert found == {"auto": ({"text_layer"}, True), "ignore": ({"tesseract"}, False), "only": ({"text_layer"}, True)}
