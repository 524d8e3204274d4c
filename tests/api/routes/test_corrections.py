"""Corrections over HTTP: in every format and protocol, refused where they must be."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pikepdf
import pypdfium2 as pdfium
import pytest

from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import encoded, pdf, picture

WORD = "Zwetschgen"


@pytest.fixture(scope="module")
def scanned() -> bytes:
    """A page without a text of its own."""
    return encoded(picture("Four red plums"), "PDF", resolution=150)


@pytest.fixture(scope="module")
def job(service: RunningService, scanned: bytes) -> Iterator[str]:
    """A job whose only text has been corrected."""
    job_id = submit(service.client, "plums", scanned, cache="true")
    assert wait_finished(service.client, [job_id])[job_id]["state"] == "completed"
    page = service.client.get(f"/jobs/{job_id}/pages/1").json()
    [region] = [one for one in page["regions"] if "plums" in one["content"]]
    answer = correct(service, job_id, region["id"], revision=page["revision"], content=f"Four red {WORD}")
    assert answer.status_code == 200, answer.text
    yield job_id


def correct(service: RunningService, job_id: str, region: int, **change: Any) -> httpx.Response:
    return service.client.patch(f"/jobs/{job_id}/pages/1/regions/{region}", json=change)


def text_of(content: bytes, form: str) -> str:
    if form == "pdf":
        with pdfium.PdfDocument(content) as document:
            return str(document[0].get_textpage().get_text_range())
    if form == "docx":
        return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    if form == "zip":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".md"))
    return content.decode()


@pytest.mark.parametrize("form", ["md", "json", "html", "txt", "docx", "pdf", "zip"])
def test_a_correction_is_in_every_format(service: RunningService, job: str, form: str) -> None:
    answer = service.client.get(f"/jobs/{job}/result.{form}", params={"wait": 60} if form not in ("md", "json") else {})
    assert answer.status_code == 200, answer.text
    assert WORD in text_of(answer.content, form)


def test_a_file_that_was_made_before_is_made_anew(service: RunningService, scanned: bytes) -> None:
    job_id = submit(service.client, "plums", scanned, cache="false")
    wait_finished(service.client, [job_id])
    assert "plums" in service.client.get(f"/jobs/{job_id}/result.html", params={"wait": 60}).text
    assert correct(service, job_id, 0, revision=0, content=WORD).status_code == 200
    assert WORD in service.client.get(f"/jobs/{job_id}/result.html", params={"wait": 60}).text


def test_both_readings_are_in_the_json(service: RunningService, job: str) -> None:
    [page] = service.client.get(f"/jobs/{job}/result").json()["pages"]
    [entry] = page["corrections"]
    [region] = [one for one in page["regions"] if one["id"] == entry["region"]]
    assert (region["content"], region["edited"]) == (f"Four red {WORD}", ["content"])
    assert (entry["original"]["content"], entry["by"]) == ("Four red plums", "")
    assert service.client.get(f"/jobs/{job}").json()["corrections"] == 1


def test_other_protocols_give_the_corrected_document(service: RunningService, job: str, scanned: bytes) -> None:
    document = base64.b64encode(scanned).decode()
    asked = {"document": {"type": "document_url", "document_url": f"data:application/pdf;base64,{document}"}}
    answers = [
        service.client.post("/v1/ocr", json=asked),
        service.client.post("/layout-parsing", json={"file": document, "fileType": 0}),
        service.client.post("/v1/convert/file", files={"files": ("plums.pdf", scanned)}),
        paddleocr_result(service, scanned),
        service.client.put("/process", content=scanned, headers={"Content-Type": "application/pdf"}),
        service.client.post("/ocr/pdf", files={"file": ("plums.pdf", scanned)}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert WORD in answer.text, answer.request.url


def paddleocr_result(service: RunningService, content: bytes) -> httpx.Response:
    form = {"model": "PaddleOCR-VL-1.6"}
    asked = service.client.post("/api/v2/ocr/jobs", files={"file": ("plums.pdf", content)}, data=form).json()["data"]
    path = f"/api/v2/ocr/jobs/{asked['jobId']}"
    wait_until(lambda: service.client.get(path).json()["data"]["state"] == "done", what="the end of the job")
    return service.client.get(f"{path}/files/result.jsonl")


def test_the_words_of_a_pdfs_own_text_are_corrected_beneath_it(service: RunningService) -> None:
    job_id = submit(service.client, "own", pdf("A proven own text"), cache="false")
    wait_finished(service.client, [job_id])
    assert correct(service, job_id, 0, revision=0, content=f"A corrected {WORD}").status_code == 200
    answer = service.client.get(f"/jobs/{job_id}/result.pdf", params={"wait": 60})
    assert WORD in text_of(answer.content, "pdf")
    with pikepdf.open(io.BytesIO(answer.content)) as made:
        assert len(made.pages) == 1


def test_the_second_of_two_editors_is_told_who_was_first(service: RunningService, scanned: bytes) -> None:
    job_id = submit(service.client, "plums", scanned, cache="false")
    wait_finished(service.client, [job_id])
    assert correct(service, job_id, 0, revision=0, content="first").json()["revision"] == 1
    refused = correct(service, job_id, 0, revision=0, content="second")
    assert (refused.status_code, refused.json()["code"]) == (409, "correction_conflict")
    assert correct(service, job_id, 0, revision=1, undo=True).json()["markdown"] == "Four red plums"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": "x"}, "revision: Field required"),
        ({"revision": 0}, "what is to change"),
        ({"revision": 0, "undo": True, "content": "x"}, "what is to change"),
        ({"revision": 0, "text": "x"}, "text: there is no such option"),
        ({"revision": 1, "label": "headline"}, "none of"),
        ({"revision": 0, "level": 9}, "level"),
        ({"revision": 0, "content": "x" * 100_000}, "string of more than"),
        ({"revision": 10**9, "content": "x"}, "cannot have been seen"),
    ],
)
def test_what_is_no_correction_is_refused(service: RunningService, job: str, change: Any, words: str) -> None:
    answer = service.client.patch(f"/jobs/{job}/pages/1/regions/0", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_option")
    assert words in answer.json()["detail"]


def test_what_is_not_there_is_not_found(service: RunningService, job: str) -> None:
    for path in (f"{job}/pages/1/regions/99", f"{job}/pages/2/regions/0", f"{'0' * 32}/pages/1/regions/0"):
        answer = service.client.patch(f"/jobs/{path}", json={"revision": 1, "content": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


def test_html_of_a_correction_runs_nothing_in_the_exports(service: RunningService, scanned: bytes) -> None:
    job_id = submit(service.client, "plums", scanned, cache="false")
    wait_finished(service.client, [job_id])
    hostile = '<table><tr><td onclick="alert(1)">cell<script>alert(2)</script></td></tr></table>'
    answer = correct(service, job_id, 0, revision=0, content=hostile, format="html", label="table")
    assert answer.status_code == 200
    text = service.client.get(f"/jobs/{job_id}/result.html", params={"wait": 60}).text
    assert "cell" in text and "<script" not in text and "onclick" not in text
