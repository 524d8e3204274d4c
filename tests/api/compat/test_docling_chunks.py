"""docling-serve's chunks, request by request; its own client is driven in ``tests/clients``."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ocr_service.api.compat.docling_chunks.models import ChunkAnswer, ChunkForm, ChunkTask
from tests.support.encrypted import encrypted
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf


def chunked(service: RunningService, chunker: str, path: Path, **fields: str) -> dict[str, Any]:
    files = {"files": (path.name, path.read_bytes(), "application/pdf")}
    answer = service.client.post(f"/v1/chunk/{chunker}/file", files=files, data=fields).raise_for_status()
    assert answer.headers["content-type"] == "application/json"
    ChunkAnswer.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def items_of(document: dict[str, Any]) -> set[str]:
    return {item["self_ref"] for kind in ("texts", "tables", "pictures") for item in document[kind]}


def test_hybrid_chunks_are_those_of_the_jobs_own_result(service: RunningService, contract_scan: Path) -> None:
    found = chunked(
        service, "hybrid", contract_scan, chunking_max_tokens="128", chunking_include_raw_text="true",
        include_converted_doc="true",
    )  # fmt: skip
    job_id = submit(service.client, contract_scan.name, contract_scan.read_bytes())
    wait_finished(service.client, [job_id])
    own = service.client.get(f"/jobs/{job_id}/result.chunks.json", params={"max_tokens": 128, "wait": 60}).json()
    assert [chunk["text"] for chunk in found["chunks"]] == [chunk["text"] for chunk in own["chunks"]]
    assert [chunk["page_numbers"] for chunk in found["chunks"]] == [chunk["pages"] for chunk in own["chunks"]]
    assert all(chunk["text"].endswith(chunk["raw_text"]) and chunk["num_tokens"] for chunk in found["chunks"])
    [document] = found["documents"]
    assert (document["kind"], document["status"], document["errors"]) == ("ExportResult", "success", [])
    known = items_of(document["content"]["json_content"])
    assert all(chunk["doc_items"] and set(chunk["doc_items"]) <= known for chunk in found["chunks"])


def test_hierarchical_chunks_are_blocks_and_the_document_is_left_out(
    service: RunningService, contract_scan: Path
) -> None:
    found = chunked(service, "hierarchical", contract_scan)
    hybrid = chunked(service, "hybrid", contract_scan)
    assert len(found["chunks"]) > len(hybrid["chunks"])
    assert {chunk["num_tokens"] for chunk in found["chunks"]} == {None}
    assert {chunk["raw_text"] for chunk in found["chunks"]} == {None}
    assert "json_content" not in found["documents"][0]["content"]


def test_a_source_is_submitted_polled_and_fetched(service: RunningService, contract_scan: Path) -> None:
    source = {
        "kind": "file",
        "base64_string": base64.b64encode(contract_scan.read_bytes()).decode(),
        "filename": "a.pdf",
    }
    body = {"sources": [source], "chunking_options": {"chunker": "hybrid", "max_tokens": 64}}
    task = service.client.post("/v1/chunk/hybrid/source/async", json=body).raise_for_status().json()
    assert task["task_type"] == "chunk"

    def status() -> str:
        poll = service.client.get(f"/v1/status/poll/{task['task_id']}", params={"wait": 5}).raise_for_status()
        assert poll.json()["task_type"] == "chunk"
        return str(poll.json()["task_status"])

    wait_until(lambda: status() == "success")
    polled = service.client.get(f"/v1/result/{task['task_id']}").raise_for_status().json()
    at_once = service.client.post("/v1/chunk/hybrid/source", json=body).raise_for_status().json()
    assert polled["chunks"] == at_once["chunks"]
    assert {chunk["filename"] for chunk in polled["chunks"]} == {"a.pdf"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"chunking_max_tokens": "4"}, "bad_option"),
        ({"target_type": "zip"}, "bad_option"),
        ({"convert_page_range": "0"}, "bad_option"),
    ],
)
def test_what_cannot_be_done_is_refused(service: RunningService, fields: dict[str, str], code: str) -> None:
    files = {"files": ("a.pdf", pdf("Text"))}
    answer = service.client.post("/v1/chunk/hybrid/file", files=files, data=fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_encrypted_document_is_refused(service: RunningService) -> None:
    files = {"files": ("a.pdf", encrypted(pdf("Hidden"), "geheim"))}
    for path in ("/v1/chunk/hybrid/file", "/v1/chunk/hierarchical/file/async"):
        answer = service.client.post(path, files=files)
        assert (answer.status_code, answer.json()["code"]) == (422, "encrypted_pdf")


def test_there_are_two_chunkers(service: RunningService) -> None:
    assert service.client.post("/v1/chunk/semantic/file", files={"files": ("a.pdf", pdf("x"))}).status_code == 422


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_tokens": 512, "merge_peers": False},
        {"include_raw_text": True},
    ],
)
@pytest.mark.parametrize("chunker", ["hybrid", "hierarchical"])
@pytest.mark.parametrize("document", [True, False])
def test_a_tasks_id_holds_what_was_asked_for(chunker: Any, options: dict[str, Any], document: bool) -> None:
    asked = ChunkForm.model_validate({"chunking_options": options, "include_converted_doc": document})
    task = ChunkTask.of_chunker("a" * 32, chunker, asked)
    assert ChunkTask.is_one(task.id) and ChunkTask.parsed(task.id) == task


def test_the_fields_of_a_form_go_where_they_belong() -> None:
    fields = {"convert_do_ocr": "false", "chunking_max_tokens": "64", "include_converted_doc": "true", "other": "x"}
    assert ChunkForm.of_fields(fields) == {
        "convert_options": {"do_ocr": "false"},
        "chunking_options": {"max_tokens": "64"},
        "include_converted_doc": "true",
    }
