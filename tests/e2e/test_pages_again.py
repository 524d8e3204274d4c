"""Pages that are read again: the earlier reading stays until the new one is there, and where that is worse."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from tests.fakes.vllm import Asked, FakeVllm, Reply, failure
from tests.support.jobs import document, events, held, is_page, job, quick_service, submit, wait_finished
from tests.support.running import RunningService, wait_until

PAGES = 6


def mended(asked: Asked) -> Reply | None:
    return Reply("mended") if is_page(asked) else None


def refused(asked: Asked) -> Reply | None:
    return failure(400) if is_page(asked) else None


def mended_until(gate: threading.Event, *, pages: int) -> Callable[[Asked], Reply | None]:
    """So many pages are answered at once, the others when the gate opens."""
    hold = held(gate, after=pages)
    return lambda asked: hold(asked) or mended(asked)


def texts(service: RunningService, job_id: str) -> list[str]:
    return [service.client.get(f"/jobs/{job_id}/pages/{number}").json()["markdown"] for number in range(1, PAGES + 1)]


def retry(service: RunningService, job_id: str, pages: str = "") -> None:
    answer = service.client.post(f"/jobs/{job_id}/retry", params={"pages": pages} if pages else {})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


def asked_for(fake: FakeVllm) -> int:
    return sum(is_page(asked) for asked in list(fake.asked))


def test_a_second_reading_that_fails_leaves_the_good_page_and_says_so(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", PAGES))
        last_seq = wait_and_last_event(service, book)

        fake.answer = refused
        retry(service, book, "2-3")
        ended = wait_finished(service.client, [book])[book]
        assert (ended["state"], ended["pages"]) == ("completed", {"total": PAGES, "done": PAGES, "failed": 0})
        assert texts(service, book) == ["read"] * PAGES
        told = [event.data for event in events(service.client, book, after=last_seq) if event.kind == "page"]
        assert sorted(page["number"] for page in told) == [2, 3]
        assert {page["status"] for page in told} == {"completed"}
        assert all(page["error"] for page in told)
        result = service.client.get(f"/jobs/{book}/result").json()
        warned = [page["number"] for page in result["pages"] if page["warnings"]]
        assert warned == [2, 3]
        retry(service, book, "2")
        wait_finished(service.client, [book])
        [warning] = service.client.get(f"/jobs/{book}/pages/2").json()["warnings"]
        assert "read again, it failed: " in warning

        fake.answer = mended
        retry(service, book, "2")
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        assert texts(service, book) == ["read", "mended", *["read"] * (PAGES - 2)]
        result = service.client.get(f"/jobs/{book}/result").json()
        assert [page["number"] for page in result["pages"] if page["warnings"]] == [3]
        assert result["pages"][1]["markdown"] == "mended"


def wait_and_last_event(service: RunningService, job_id: str) -> int:
    return list(events(service.client, job_id))[-1].id


def test_pages_that_wait_to_be_read_again_are_there_through_a_crash_and_a_cancel(tmp_path: Path) -> None:
    fake, gate = FakeVllm(), threading.Event()
    with fake.running(), quick_service(tmp_path, fake, RENDER_WORKERS="1", VLM_CONCURRENCY="2") as service:
        book = submit(service.client, "book", document("book", PAGES))
        wait_finished(service.client, [book])

        fake.answer = mended_until(gate, pages=2)
        retry(service, book, "1-4")
        wait_until(lambda: job(service.client, book)["pages"]["done"] == 4)  # two of them, and two that are not
        fake.wait_until(lambda fake: fake.in_flight == 2)
        assert sorted(texts(service, book)) == ["mended"] * 2 + ["read"] * 4
        so_far = service.client.get(f"/jobs/{book}/result", params={"partial": True}).json()
        assert len(so_far["pages"]) == PAGES
        service.kill()
        gate.set()
        fake.wait_until(lambda fake: fake.in_flight == 0)
        before = asked_for(fake)
        service.start()
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        assert texts(service, book) == ["mended"] * 4 + ["read"] * 2
        assert asked_for(fake) == before + 2

        gate.clear()
        fake.answer = mended_until(gate, pages=0)
        retry(service, book, "5-6")
        fake.wait_until(lambda fake: fake.in_flight == 2)
        service.client.delete(f"/jobs/{book}").raise_for_status()
        cancelled = job(service.client, book)
        assert (cancelled["state"], cancelled["pages"]["done"]) == ("cancelled", 4)
        assert texts(service, book) == ["mended"] * 4 + ["read"] * 2
        gate.set()
        retry(service, book)
        assert wait_finished(service.client, [book])[book]["pages"]["done"] == PAGES
        assert texts(service, book) == ["mended"] * PAGES


def test_a_page_that_is_read_again_keeps_what_people_corrected(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", PAGES))
        wait_finished(service.client, [book])
        path = f"/jobs/{book}/pages/2/regions/0"
        service.client.patch(path, json={"revision": 0, "content": "by hand"}).raise_for_status()
        fake.answer = mended
        retry(service, book, "1-2")
        refused = service.client.patch(path, json={"revision": 1, "content": "too early"})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_finished")
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        assert texts(service, book) == ["mended", "by hand", *["read"] * (PAGES - 2)]
        result = service.client.get(f"/jobs/{book}/result").json()
        [entry] = result["pages"][1]["corrections"]
        assert entry["original"]["content"] == "mended"
        assert "by hand" in result["markdown"]
        stale = service.client.patch(path, json={"revision": 1, "content": "of the earlier reading"})
        assert (stale.status_code, stale.json()["code"]) == (409, "correction_conflict")
        service.kill()
        service.start()
        assert "by hand" in service.client.get(f"/jobs/{book}/result.md").text
