"""What ``/jobs`` answers to what makes no sense, and to what will never be there."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from tests.fakes.vllm import FakeVllm
from tests.support.jobs import document, held, job, quick_service, submit, wait_finished
from tests.support.running import RunningService, wait_until


@pytest.fixture(scope="module")
def first_page(service: RunningService) -> str:
    """A finished job that read page 1 of 2."""
    job_id = submit(service.client, "two", document("two", 2), pages="1")
    wait_finished(service.client, [job_id])
    return job_id


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("deadline", ["inf", "nan", "1e300", "1e12", "0", "-1"])
def test_a_deadline_that_no_clock_can_show_is_refused_and_leaves_no_job(service: RunningService, deadline: str) -> None:
    before = service.client.get("/jobs").json()["jobs"]
    answer = service.client.post("/jobs", files={"file": ("a.pdf", document("a", 1))}, data={"deadline_s": deadline})
    assert refused(answer) == (422, "bad_option")
    assert "deadline_s" in answer.json()["detail"]
    assert service.client.get("/jobs").json()["jobs"] == before


def test_the_list_begins_at_an_empty_cursor_and_refuses_one_it_did_not_give(
    service: RunningService, first_page: str
) -> None:
    listed = service.client.get("/jobs", params={"after": "", "limit": 1}).json()
    assert [job["id"] for job in listed["jobs"]] == [first_page]
    assert service.client.get("/jobs", params={"after": first_page}).status_code == 200
    for cursor in ("zzz", "\0", first_page.upper()):
        assert refused(service.client.get("/jobs", params={"after": cursor})) == (422, "bad_option")


@pytest.mark.parametrize(
    ("method", "path", "misspelt"),
    [("GET", "", "offset"), ("DELETE", "/{job}", "olny"), ("POST", "/{job}/retry", "page")],
)
def test_a_misspelt_parameter_is_named_and_nothing_is_done(
    service: RunningService, first_page: str, method: str, path: str, misspelt: str
) -> None:
    job = f"/jobs/{first_page}"
    before = service.client.get(job).json()
    answer = service.client.request(method, "/jobs" + path.format(job=first_page), params={misspelt: "1"})
    assert refused(answer) == (422, "bad_option")
    assert answer.json()["detail"] == f"{misspelt}: there is no such option"
    assert service.client.get(job).json() == before


def test_a_page_that_the_job_does_not_read_is_not_found(service: RunningService, first_page: str) -> None:
    for path in ("", "/image"):
        assert service.client.get(f"/jobs/{first_page}/pages/1{path}").status_code == 200
        assert refused(service.client.get(f"/jobs/{first_page}/pages/2{path}")) == (404, "not_found")


def test_a_failed_jobs_page_that_was_not_read_gives_the_jobs_error(service: RunningService) -> None:
    late = submit(service.client, "late", document("late", 1), deadline_s="0.001")
    wait_finished(service.client, [late])
    assert refused(service.client.get(f"/jobs/{late}/pages/1")) == refused(service.client.get(f"/jobs/{late}/result"))


@pytest.mark.slow
def test_partial_results_are_offered_where_they_are_given(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=1))
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", 2))
        wait_until(lambda: job(service.client, book)["pages"]["done"] == 1)
        for suffix in ("html", "zip"):
            answer = service.client.get(f"/jobs/{book}/result.{suffix}", params={"partial": True})
            assert refused(answer) == (409, "not_finished")
            assert "result.md?partial=true" in answer.json()["detail"]
        [read] = service.output.glob(f".jobs/{book}/pages/p*.json")
        unread = 3 - int(read.stem.removeprefix("p"))
        assert refused(service.client.get(f"/jobs/{book}/pages/{unread}")) == (409, "not_finished")
        ahead = service.client.get(f"/jobs/{book}/events", headers={"Last-Event-ID": "100000"})
        assert refused(ahead) == (422, "bad_option")
        service.client.delete(f"/jobs/{book}")
        assert refused(service.client.get(f"/jobs/{book}/pages/{unread}")) == (409, "cancelled")

        # As a cancel leaves it that comes between a page's file and its row: what is counted is what is given.
        read.with_name(f"p{unread:04d}.json").write_bytes(read.read_bytes())
        assert job(service.client, book)["pages"]["done"] == 1
        partial = service.client.get(f"/jobs/{book}/result", params={"partial": True}).json()
        assert len(partial["pages"]) == 1
        gate.set()
    assert f"job {book} cancelled by request" in service.log.read_text()


def test_control_characters_reach_neither_the_database_nor_a_terminal(service: RunningService) -> None:
    submission = (
        b'--X\r\nContent-Disposition: form-data; name="file"; filename="a\0b\x1b[31m.pdf"\r\n\r\n'
        + document("a", 1)
        + b"\r\n--X--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=X"}
    answer = service.client.post("/jobs", content=submission, headers=headers)
    assert answer.status_code == 202
    assert answer.json()["file"]["name"] == "a_b_[31m.pdf"
    for path in ("/jobs/%00", "/jobs/%00/events", "/jobs?batch_id=%00", "/batches/%00"):
        assert refused(service.client.get(path)) == (422, "bad_option")


def test_webhooks_are_off_unless_they_are_allowed(service: RunningService) -> None:
    files = {"file": ("a.pdf", document("a", 1))}
    answer = service.client.post("/jobs", files=files, data={"webhook_url": "https://example.com/hook"})
    assert refused(answer) == (422, "address_refused")
    assert "ALLOW_WEBHOOKS" in answer.json()["detail"]


@pytest.mark.slow
def test_a_delete_that_says_what_it_means_does_nothing_else(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))
    with fake.running(), quick_service(tmp_path, fake) as service:

        def delete(job_id: str, only: str) -> httpx.Response:
            return service.client.delete(f"/jobs/{job_id}", params={"only": only})

        book, letter = (submit(service.client, name, document(name, 1)) for name in ("book", "letter"))
        assert refused(delete(book, "everything")) == (422, "bad_option")
        assert refused(delete(book, "remove")) == (409, "not_finished")
        for _ in range(2):  # the answer to the first may have been lost
            assert delete(book, "cancel").status_code == 204
            assert job(service.client, book)["state"] == "cancelled"
        assert delete(book, "remove").status_code == 204
        assert refused(service.client.get(f"/jobs/{book}")) == (404, "not_found")

        gate.set()
        wait_finished(service.client, [letter])
        assert refused(delete(letter, "cancel")) == (409, "already_finished")
        assert service.client.get(f"/jobs/{letter}/result").is_success
