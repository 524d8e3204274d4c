"""What clients of MinerU send, request by request: RAGFlow's parser, Dify's tool, and tasks.

Open WebUI's loader is driven in ``tests/clients``.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ocr_service.api.compat.mineru.models import TaskStatus
from tests.support.encrypted import encrypted
from tests.support.jobs import document
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

KEY = "anna-key-0001"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


def ours(service: RunningService, path: Path) -> dict[str, Any]:
    upload = {"file": (path.name, path.read_bytes())}
    answer = service.client.post("/ocr/pdf", files=upload, headers={"X-API-Key": KEY}).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def test_ragflows_parser_gets_a_zip_with_its_blocks(keyed: RunningService, contract_scan: Path) -> None:
    client, headers = keyed.client, {"X-API-Key": KEY, "Accept": "application/json"}
    assert client.head("/openapi.json", headers=headers).status_code == 200
    form = {
        "output_dir": "./output", "lang_list": "east_slavic", "backend": "pipeline", "parse_method": "auto",
        "formula_enable": "True", "table_enable": "True", "return_md": "True", "return_middle_json": "True",
        "return_model_output": "True", "return_content_list": "True", "return_images": "True",
        "response_format_zip": "True", "start_page_id": "0", "end_page_id": "99999",
    }  # fmt: skip
    files = {"files": ("a b.contract.pdf", contract_scan.read_bytes(), "application/pdf")}
    answer = client.post("/file_parse", data=form, files=files, headers=headers).raise_for_status()
    assert answer.headers["content-type"] == "application/zip"
    wait_until(lambda: not list(keyed.temp.glob("*/mineru-*")), what="the end of the zip's folder")
    own = ours(keyed, contract_scan)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        names = set(bundle.namelist())
        stem = "a_b.contract"
        blocks = json.loads(bundle.read(f"{stem}/{stem}_content_list.json"))
        middle = json.loads(bundle.read(f"{stem}/{stem}_middle.json"))
        assert bundle.read(f"{stem}/{stem}.md").decode() == own["markdown"]
        images = {name.rpartition("/")[2] for name in names if "/images/" in name}
    assert images == {name.rpartition("/")[2] for name in own["artifacts"]["images"]}
    by_type = {kind: [block for block in blocks if block["type"] == kind] for kind in ("text", "table", "image")}
    assert by_type["text"][0]["text"] == "Договор поставки № 41/2026" and by_type["text"][0]["text_level"] == 1
    [table] = by_type["table"]
    assert table["table_body"].startswith("<table>") and "НП-40" in table["table_body"]
    assert {block["img_path"] for block in by_type["image"]} == set(own["artifacts"]["images"])
    assert all(0 <= side <= 1000 for block in blocks for side in block["bbox"])
    assert {block["page_idx"] for block in blocks} == {0, 1}
    assert [page["page_idx"] for page in middle["pdf_info"]] == [0, 1]
    assert middle["pdf_info"][0]["para_blocks"][0]["lines"][0]["spans"][0]["content"] == "Договор поставки № 41/2026"


def test_difys_tool_gets_text_blocks_and_figures(keyed: RunningService, contract_scan: Path) -> None:
    client, headers = keyed.client, {"X-API-Key": KEY, "accept": "application/json"}
    assert client.get("/docs", headers=headers).status_code == 200
    form = {
        "parse_method": "auto", "return_md": "True", "return_model_output": "False", "return_content_list": "True",
        "lang_list": "ch", "return_images": "True", "backend": "pipeline", "formula_enable": "True",
        "table_enable": "True", "return_middle_json": "False",
    }  # fmt: skip
    files = [("files", (contract_scan.name, contract_scan.read_bytes()))]
    answer = client.post("/file_parse", data=form, files=files, headers=headers).raise_for_status()
    [(name, result)] = answer.json()["results"].items()
    assert name == contract_scan.stem
    assert any(block["type"] == "table" for block in json.loads(result["content_list"]))
    assert result["images"]
    for image, uri in result["images"].items():
        assert f"](images/{image})" in result["md_content"]
        assert base64.b64decode(uri.split(",")[1]).startswith(b"\xff\xd8")


def test_a_document_of_30_pages_is_followed_as_a_task(keyed: RunningService) -> None:
    client, headers = keyed.client, {"X-API-Key": KEY}
    files = {"files": ("book.pdf", document("Task page", 30))}
    answer = client.post("/tasks", files=files, data={"return_content_list": "true"}, headers=headers)
    assert answer.status_code == 202
    task = TaskStatus.model_validate_json(answer.content)
    assert task.file_names == ["book"] and task.status in ("pending", "processing")

    def result() -> httpx.Response:
        return client.get(task.result_url, headers=headers)

    assert result().status_code in (200, 202)
    wait_until(lambda: client.get(task.status_url, headers=headers).json()["status"] == "completed")
    done = result()
    assert done.status_code == 200 and done.json()["completed_at"]
    blocks = json.loads(done.json()["results"]["book"]["content_list"])
    assert [block["text"] for block in blocks] == [f"Task page {number}" for number in range(1, 31)]
    assert client.get(task.result_url).status_code == 401


def test_pages_are_chosen_from_zero(keyed: RunningService) -> None:
    files = {"files": ("a.pdf", pdf("One", "Two", "Three"))}
    form = {"start_page_id": "1", "end_page_id": "1"}
    answer = keyed.client.post("/file_parse", files=files, data=form, headers={"X-API-Key": KEY}).raise_for_status()
    assert answer.json()["results"]["a"]["md_content"].strip() == "Two"


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (encrypted(pdf("Hidden"), "geheim"), {}, "encrypted_pdf"),
        (b"text", {}, "unsupported_type"),
        (pdf("A"), {"parse_method": "guess"}, "bad_option"),
        (pdf("A"), {"start_page_id": "7"}, "bad_pages"),
    ],
)
@pytest.mark.parametrize("path", ["/file_parse", "/tasks"])
def test_what_cannot_be_read_is_told(
    keyed: RunningService, path: str, content: bytes, form: dict[str, str], code: str
) -> None:
    answer = keyed.client.post(path, files={"files": ("a.pdf", content)}, data=form, headers={"X-API-Key": KEY})
    assert answer.json()["code"] == code and answer.json()["detail"]
    assert keyed.temp_files("upload-") == []


def test_a_wrong_key_in_the_address_is_refused(keyed: RunningService) -> None:
    url = keyed.url.replace("://", "://ocr:wrong@")
    assert httpx.post(f"{url}/file_parse", files={"files": ("a.pdf", pdf("A"))}).status_code == 401


def test_a_failed_task_says_why(keyed: RunningService) -> None:
    client, headers = keyed.client, {"X-API-Key": KEY}
    task = client.post("/tasks", files={"files": ("b.pdf", document("Cancelled", 50))}, headers=headers).json()
    client.delete(f"/jobs/{task['task_id'][:32]}", headers=headers, params={"only": "cancel"})
    wait_until(lambda: client.get(task["status_url"], headers=headers).json()["status"] == "failed")
    result = client.get(task["result_url"], headers=headers)
    assert result.status_code == 409
    assert result.json()["error"].startswith("cancelled") and result.json()["message"] == "Task execution failed"
