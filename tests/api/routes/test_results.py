"""Files of a result that are made when they are asked for: the waiting request, and the one that does not wait."""

from __future__ import annotations

import io

import pikepdf
import pytest

from tests.support.encrypted import encrypted
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import pdf


def finished(service: RunningService, name: str, content: bytes, **options: str) -> str:
    job_id = submit(service.client, name, content, cache="false", **options)
    assert wait_finished(service.client, [job_id])[job_id]["state"] == "completed"
    return f"/jobs/{job_id}"


@pytest.mark.parametrize("form", ["pdf", "docx", "html", "txt", "chunks.json", "zip"])
def test_a_file_that_was_not_ready_is_made_on_for_the_request_that_waits(service: RunningService, form: str) -> None:
    path = f"{finished(service, 'waiting', pdf('Waiting for the file'))}/result.{form}"
    early = service.client.get(path, params={"wait": 0})
    assert early.status_code == 202
    assert early.json()["status"] == "preparing"
    assert int(early.headers["retry-after"]) >= 1
    whole = service.client.get(path, params={"wait": 60})
    assert whole.status_code == 200
    assert len(whole.content) == int(whole.headers["content-length"])
    if form == "pdf":
        with pikepdf.open(io.BytesIO(whole.content)) as made:
            assert len(made.pages) == 1


def test_what_a_file_cannot_be_made_for_is_told_by_the_status_of_the_request_that_waits(
    service: RunningService,
) -> None:
    job = finished(service, "secret", encrypted(pdf("Hidden"), "geheim"), password="geheim")
    answer = service.client.get(f"{job}/result.pdf", params={"wait": 60})
    assert (answer.status_code, answer.json()["code"]) == (422, "encrypted_pdf")
    assert answer.headers["content-type"] == "application/problem+json"
