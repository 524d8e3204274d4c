"""What RAGFlow's and Dify's adapters of PaddleOCR send and read, request by request."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.encrypted import encrypted
from tests.support.running import PATIENCE_S, RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

KEY = "anna-key-0001"
# As RAGFlow fills them in, those without a value left out.
RAGFLOW = {
    "prettifyMarkdown": True, "showFormulaNumber": True, "visualize": False, "useDocOrientationClassify": False,
    "useDocUnwarping": False, "formatBlockContent": True, "mergeLayoutBlocks": False, "restructurePages": False,
}  # fmt: skip

DIFY = {"useLayoutDetection": True, "prettifyMarkdown": True}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


@pytest.fixture
def ragflow(keyed: RunningService) -> Iterator[httpx.Client]:
    """It sends no token over http: the key is in the address."""
    with httpx.Client(base_url=keyed.url.replace("://", f"://any:{KEY}@"), timeout=PATIENCE_S) as client:
        client.headers["Client-Platform"] = "ragflow"
        yield client


def test_ragflow_reads_blocks_with_their_places(
    keyed: RunningService, ragflow: httpx.Client, contract_scan: Path
) -> None:
    assert ragflow.get("/layout-parsing").status_code == 405  # any answer says that the service is there
    document = base64.b64encode(contract_scan.read_bytes()).decode()
    body = {"file": document, "fileType": 0, "returnMarkdownImages": False, **RAGFLOW}
    answer = ragflow.post("/layout-parsing", json=body)
    assert answer.status_code == 200 and not answer.json().get("errorCode"), answer.text
    pages = [page["prunedResult"]["parsing_res_list"] for page in answer.json()["result"]["layoutParsingResults"]]
    upload = {"file": (contract_scan.name, contract_scan.read_bytes())}
    own = keyed.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY}).json()["pages"]
    assert [[block["block_bbox"] for block in page] for page in pages] == [
        [region["bbox"] for region in page["regions"]] for page in own
    ]
    assert "Договор поставки № 41/2026" in pages[0][0]["block_content"]


def test_ragflow_is_told_what_is_wrong(ragflow: httpx.Client) -> None:
    document = base64.b64encode(encrypted(pdf("Hidden"), "geheim")).decode()
    answer = ragflow.post("/layout-parsing", json={"file": document, "fileType": 0, **RAGFLOW})
    assert answer.status_code == 422 and "encrypted_pdf" in answer.text
    ragflow.auth = ("any", "wrong")
    assert ragflow.post("/layout-parsing", json={"file": document, "fileType": 0, **RAGFLOW}).status_code == 401


@pytest.mark.parametrize(
    ("platform", "model", "options", "key"),
    [
        ("dify", "PaddleOCR-VL-1.6", DIFY, "layoutParsingResults"),
        ("dify", "PP-OCRv6", DIFY, "ocrResults"),
        ("ragflow", "PaddleOCR-VL", RAGFLOW, "layoutParsingResults"),  # until 06a86a0
    ],
)
def test_an_adapter_reads_a_document_as_a_job(
    keyed: RunningService, contract_scan: Path, platform: str, model: str, options: dict[str, bool], key: str
) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Client-Platform": platform}
    form = {"model": model, "optionalPayload": json.dumps(options)}
    files = {"file": (contract_scan.name, contract_scan.read_bytes())}
    jobs = "/api/v2/ocr/jobs"
    submitted = keyed.client.post(jobs, data=form, files=files, headers=headers).raise_for_status().json()
    assert submitted.get("code", 0) in (0, None)

    def status() -> dict[str, Any]:
        answer = keyed.client.get(f"{jobs}/{submitted['data']['jobId']}", headers=headers).raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        assert data["state"] in ("pending", "running", "done"), data
        return data

    wait_until(lambda: status()["state"] == "done")
    lines = httpx.get(status()["resultUrl"]["jsonUrl"]).raise_for_status().text.strip().split("\n")
    pages = [page for line in lines for page in json.loads(line)["result"][key]]
    assert len(pages) == 2
    if key == "ocrResults":
        assert "Договор поставки № 41/2026" in pages[0]["prunedResult"]["rec_texts"]
        return
    assert "# Договор поставки № 41/2026" in pages[0]["markdown"]["text"]
    assert pages[0]["prunedResult"]["parsing_res_list"][0]["block_content"] == "Договор поставки № 41/2026"
    for name, address in pages[1]["markdown"]["images"].items():
        assert f'<img src="{name}"' in pages[1]["markdown"]["text"]  # there it puts the address of its copy
        assert httpx.get(address).raise_for_status().content.startswith(b"\xff\xd8")


def test_dify_is_told_what_is_wrong(keyed: RunningService) -> None:
    files = {"file": ("a.pdf", encrypted(pdf("Hidden"), "geheim"))}
    form = {"model": "PaddleOCR-VL-1.6", "optionalPayload": "{}"}
    for key, status, message in ((KEY, 422, "encrypted_pdf"), ("wrong", 401, "")):
        headers = {"Authorization": f"Bearer {key}"}
        answer = keyed.client.post("/api/v2/ocr/jobs", data=form, files=files, headers=headers)
        assert answer.status_code == status and message in answer.json().get("msg", "")
