"""Results of several jobs in one zip."""

from __future__ import annotations

import io
import zipfile

from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import pdf


def test_each_document_has_a_folder_of_its_own(service: RunningService) -> None:
    jobs = [
        submit(service.client, name, pdf(f"{name} {number}")) for number, name in enumerate(["Brief", "Brief", "счёт"])
    ]
    wait_finished(service.client, jobs)
    answer = service.client.get("/jobs/results.zip", params={"id": [*jobs, jobs[0]]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert {name for name in archive.namelist() if name.endswith(".md")} == {
        "Brief/Brief.md",
        "Brief-2/Brief.md",
        "счёт/счёт.md",
    }
    assert archive.read("Brief-2/Brief.md").decode().strip() == "Brief 1"


def test_what_has_no_result_is_named(service: RunningService) -> None:
    broken = submit(service.client, "broken", pdf("x").replace(b"/Contents", b"/Kontents"), deadline_s="0.000001")
    wait_finished(service.client, [broken])
    answer = service.client.get("/jobs/results.zip", params={"id": broken})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")
    assert "broken.pdf has no result" in answer.json()["detail"]
    assert service.client.get("/jobs/results.zip", params={"id": "0" * 32}).status_code == 404
    assert service.client.get("/jobs/results.zip").status_code == 422
    assert service.client.get("/jobs/results.zip", params={"id": ["0" * 32] * 201}).status_code == 422
