"""A disk that fills up: refused before it is full, and when it is full, nothing is lost.

The disk is a small tmpfs, which takes root to mount. Without, these tests fail, so that they never pass unseen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.vllm import FakeVllm
from tests.support.aftermath import (
    VLM,
    check_nothing_left,
    check_whole,
    pages_done,
    result,
    states,
    submit,
    wait_ended,
)
from tests.support.jobs import document, held
from tests.support.running import RunningService, wait_until
from tests.support.small_disk import filled, small_disk

PAGES = 40
MEBIBYTE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def backend() -> Iterator[FakeVllm]:
    with FakeVllm().running() as fake:
        yield fake


def service_on(disk: Path, backend: FakeVllm, **settings: str) -> RunningService:
    service = RunningService(disk, **VLM | {"VLLM_URL": backend.url, "VLM_CONCURRENCY": "2"} | settings)
    service.log = disk.parent / "service.log"  # the full disk would not take the line that is waited for
    return service


def test_below_the_reserve_documents_are_refused_and_later_taken_again(disk: Path, backend: FakeVllm) -> None:
    with service_on(disk, backend, MIN_FREE_MB="16") as service:
        with filled(disk, leave=12 * MEBIBYTE):
            answer = service.client.post("/jobs", files={"file": ("a.pdf", document("refused", 1))})
            assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
            assert service.client.get("/health/live").status_code == 200
            check_nothing_left(service)
        assert wait_ended(service, [submit(service, "taken", 1)]) == ["completed"]


def test_an_upload_that_would_fill_the_disk_is_refused_before_it_does(disk: Path, backend: FakeVllm) -> None:
    with service_on(disk, backend, MIN_FREE_MB="16") as service:
        answer = service.client.post("/jobs", files={"file": ("a.pdf", bytes(56 * MEBIBYTE))})
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
        check_nothing_left(service)


def test_running_jobs_end_storage_full_and_keep_what_is_done(disk: Path, backend: FakeVllm) -> None:
    with service_on(disk, backend, MIN_FREE_MB="16") as service:
        backend.answer = held(gate := threading.Event(), after=4)
        job_id = submit(service, "running", PAGES)
        wait_until(lambda: pages_done(service, job_id) == 4)
        with filled(disk, leave=4 * MEBIBYTE):
            gate.set()
            assert wait_ended(service, [job_id]) == ["failed"]
            job = service.client.get(f"/jobs/{job_id}").json()
            assert job["error"]["code"] == "storage_full"
            kept = service.client.get(f"/jobs/{job_id}/result", params={"partial": "true"}).json()
            assert 4 <= len(kept["pages"]) < PAGES
            before = len(backend.asked)
        service.client.post(f"/jobs/{job_id}/retry").raise_for_status()
        assert wait_ended(service, [job_id]) == ["completed"]
        check_whole(service, job_id, PAGES)
        assert len(backend.asked) - before <= PAGES - len(kept["pages"]) + 2  # what was kept is not read again
        check_nothing_left(service)


def test_a_disk_that_is_full_to_the_last_byte_loses_no_job(disk: Path, backend: FakeVllm) -> None:
    """With no reserve not even the job's end can be written down; it is when there is room again."""
    with service_on(disk, backend, MIN_FREE_MB="0") as service:
        backend.answer = held(gate := threading.Event(), after=4)
        job_id = submit(service, "full", PAGES)
        wait_until(lambda: pages_done(service, job_id) == 4)
        with filled(disk, leave=0):
            gate.set()
            wait_until(lambda: "cannot store state" in service.log.read_text(), what="the line in the log")
            assert service.client.get("/health/live").status_code == 200
        wait_until(lambda: states(service, [job_id]) == ["failed"], what="the end of the job")
        assert service.client.get(f"/jobs/{job_id}").json()["error"]["code"] == "storage_full"
        service.client.post(f"/jobs/{job_id}/retry").raise_for_status()
        assert wait_ended(service, [job_id]) == ["completed"]
        assert len(result(service, job_id)["pages"]) == PAGES
        check_whole(service, job_id, PAGES)
        check_nothing_left(service)


def test_a_correction_that_does_not_fit_changes_nothing_and_can_be_made_later(disk: Path, backend: FakeVllm) -> None:
    with service_on(disk, backend, MIN_FREE_MB="0") as service:
        job_id = submit(service, "corrected", 1)
        assert wait_ended(service, [job_id]) == ["completed"]
        path, page = f"/jobs/{job_id}/pages/1/regions/0", f"/jobs/{job_id}/pages/1"
        before = service.client.get(page).json()
        change = {"revision": 0, "content": "by hand " * 4000}
        with filled(disk, leave=0):
            refused = service.client.patch(path, json=change)
            assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
            assert service.client.get(page).json() == before
            assert service.client.get(f"/jobs/{job_id}").json()["corrections"] == 0
        service.client.patch(path, json=change).raise_for_status()
        assert "by hand" in service.client.get(f"/jobs/{job_id}/result.md").text


@pytest.mark.parametrize("leave", [4 * MEBIBYTE, 0])
def test_bodies_whose_long_strings_do_not_fit_leave_nothing_and_are_taken_later(tmp_path: Path, leave: int) -> None:
    """``/restructure-pages`` and batches with inline documents write them to TEMP_DIR while they arrive."""
    figure = "A" * (6 * MEBIBYTE)
    page = {"prunedResult": {"width": 9, "height": 9, "parsing_res_list": []}, "markdownImages": {"a.jpg": figure}}
    line = {"body": {"document": {"type": "document_url", "document_url": figure}}}
    bodies: dict[str, dict[str, object]] = {
        "/restructure-pages": {"pages": [page]},
        "/v1/batch/jobs": {"endpoint": "/v1/ocr", "requests": [line]},
    }
    with (
        small_disk(tmp_path / "temp", 24) as temp,
        RunningService(tmp_path / "service", TEMP_DIR=str(temp), LAYOUT_MODEL="stub:1") as service,
    ):
        with filled(temp, leave):
            for path, body in bodies.items():
                answer = service.client.post(path, json=body)
                assert answer.status_code == 507 and "storage_full" in answer.text
            assert [file.name for file in temp.rglob("*") if file.is_file()] == ["filler"]
        for path, body in bodies.items():
            assert service.client.post(path, json=body).status_code == 200
