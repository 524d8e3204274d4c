"""Jobs on one machine: killed, told to end, cancelled, followed; every accepted document comes to its end."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import signal
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.support.jobs import document, events, held, is_page, job, kept_pages, quick_service, submit, wait_finished
from tests.support.running import PATIENCE_S, wait_until

BOOK_PAGES = 117
KILLS = int(os.environ.get("KILLS", "4"))


def test_kill_9_at_random_moments_loses_nothing_and_reads_no_kept_page_again(tmp_path: Path) -> None:
    chance = random.Random(4)
    fake = FakeVllm(then=Reply(delay_s=0.25))
    sizes = {"book": BOOK_PAGES} | {f"letter{index}": 1 + index % 3 for index in range(9)}
    waiting = list(sizes)
    accepted: dict[str, str] = {}
    under_way_at_kills = 0
    small = {"VLM_CONCURRENCY": "4", "MAX_RUNNING_JOBS": "4", "RENDER_WORKERS": "1"}
    with fake.running(), quick_service(tmp_path, fake, **small) as service:
        for _ in range(KILLS):
            before = kept_pages(service)
            if waiting:
                name = waiting.pop(0)
                accepted[submit(service.client, name, document(name, sizes[name]))] = name
            asked = len(fake.asked) + chance.randrange(6)  # that many pages later, or while it starts
            wait_until(lambda: len(fake.asked) >= asked, what="a moment for the kill")  # noqa: B023 - waited for here
            service.kill()
            kept = kept_pages(service)
            under_way_at_kills += len(_asked(fake)) - len(kept)
            assert {page: kept[page] for page in before} == before
            service.start(until="/health/startup")
        for name in waiting:
            accepted[submit(service.client, name, document(name, sizes[name]))] = name
        before = kept_pages(service)
        ended = wait_finished(service.client, list(accepted))
        kept = kept_pages(service)
        assert {page: kept[page] for page in before} == before
        for job_id, found in ended.items():
            pages = sizes[accepted[job_id]]
            assert (found["state"], found["pages"]) == ("completed", {"total": pages, "done": pages, "failed": 0})
            result = service.client.get(f"/jobs/{job_id}/result").json()
            assert [page["number"] for page in result["pages"]] == list(range(1, pages + 1))
    times = _asked(fake)
    again = sum(times.values()) - len(times)
    print(f"{KILLS} kills: {again} of {sum(sizes.values())} pages asked again, {under_way_at_kills} were under way")
    assert len(times) == sum(sizes.values())
    assert again <= under_way_at_kills


def _asked(fake: FakeVllm) -> Counter[bytes]:
    """How often each page was asked for."""
    return Counter(hashlib.sha256(asked.jpeg).digest() for asked in list(fake.asked) if is_page(asked))


def test_a_document_that_kills_the_service_every_time_fails_in_the_end_and_may_be_tried_again(
    tmp_path: Path,
) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))  # whenever its page is asked about, the service is killed
    with fake.running(), quick_service(tmp_path, fake, RENDER_WORKERS="1", MAX_CRASHES="3") as service:
        deadly = submit(service.client, "deadly", document("deadly", 2))
        for run in range(1, 4):
            fake.wait_until(lambda fake: fake.in_flight == 2)
            assert job(service.client, deadly)["runs"] == run
            service.kill()
            fake.wait_until(lambda fake: fake.in_flight == 0)
            service.start(until="/health/startup")
        found = job(service.client, deadly)
        assert (found["state"], found["runs"], found["error"]["code"]) == ("failed", 3, "service_crashed")
        assert "service_crashed" in service.log.read_text()
        refused = service.client.get(f"/jobs/{deadly}/result")
        assert (refused.status_code, refused.json()["code"]) == (422, "service_crashed")
        gate.set()
        assert service.client.post(f"/jobs/{deadly}/retry").status_code == 202
        assert wait_finished(service.client, [deadly])[deadly]["state"] == "completed"


def test_a_job_whose_upload_was_removed_says_so(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        fake.then = failure(400)
        lost = submit(service.client, "lost", document("lost", 2))
        assert wait_finished(service.client, [lost])[lost]["error"]["code"] == "backend_refused"
        (service.output / ".jobs" / lost / "input").unlink()
        picture = service.client.get(f"/jobs/{lost}/pages/2/image")
        assert (picture.status_code, picture.json()["code"]) == (410, "upload_lost")
        service.client.post(f"/jobs/{lost}/retry").raise_for_status()
        error = wait_finished(service.client, [lost])[lost]["error"]
        assert (error["code"], error["page"]) == ("upload_lost", None)
        assert "send the document again" in error["message"]
        assert "Traceback" not in service.log.read_text()


def test_sigterm_ends_with_0_in_the_grace_and_the_next_start_completes(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))
    with (
        fake.running(),
        quick_service(tmp_path, fake, MAX_RUNNING_JOBS="10", SHUTDOWN_GRACE_S="6", SYNC_WAIT_S="86400") as service,
    ):
        jobs = [submit(service.client, f"d{index}", document(f"d{index}", 3)) for index in range(9)]
        answers: list[int] = []
        waiting = threading.Thread(
            target=lambda: answers.append(service.read("waited.pdf", document("waited", 1)).status_code)
        )
        waiting.start()
        fake.wait_until(lambda fake: fake.in_flight >= 10)
        assert service.stop(signal.SIGTERM) == 0  # though the pages are read only after `gate`
        waiting.join(PATIENCE_S)
        assert answers == [202]
        gate.set()
        service.start()
        listed = [item["id"] for item in service.client.get("/jobs").json()["jobs"]]
        assert len(listed) == 10 and set(jobs) <= set(listed)
        ended = wait_finished(service.client, listed)
        assert {found["state"] for found in ended.values()} == {"completed"}
        assert service.stop(signal.SIGTERM) == 0


def test_a_listener_at_sigterm_gets_a_whole_answer_at_once_and_goes_on_after_the_restart(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=2))
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", 4))
        told = events(service.client, book)
        seen = [next(told) for _ in range(4)]
        assert [event.kind for event in seen].count("page") == 2
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        # Without the last chunk httpx raises here; the job is still being read.
        assert list(told) == []
        assert service.process.poll() is None
        gate.set()
        assert service.stop() == 0
        assert "without completing response" not in service.log.read_text()
        service.start()
        seen += events(service.client, book, after=seen[-1].id)
        assert [event.id for event in seen] == list(range(1, len(seen) + 1))
        assert sorted(event.data["number"] for event in seen if event.kind == "page") == [1, 2, 3, 4]
        assert seen[-1].kind == "end"


def test_cancel_empties_the_backend_at_once_and_keeps_what_was_read(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=10))
    with fake.running(), quick_service(tmp_path, fake, VLM_CONCURRENCY="16") as service:
        book = submit(service.client, "book", document("book", 60))
        fake.wait_until(lambda fake: fake.in_flight == 16)
        wait_until(lambda: job(service.client, book)["pages"]["done"] == 10)
        assert service.client.get(f"/jobs/{book}/result").json()["code"] == "not_finished"
        assert service.client.delete(f"/jobs/{book}").status_code == 204
        fake.wait_until(lambda fake: fake.in_flight == 0)
        asked = len(fake.asked)
        found = job(service.client, book)
        assert found["state"] == "cancelled"
        done = found["pages"]["done"]
        assert done == len(kept_pages(service)) == 10
        assert service.client.get(f"/jobs/{book}/result").json()["code"] == "cancelled"
        partial = service.client.get(f"/jobs/{book}/result", params={"partial": True}).json()
        assert partial["status"] == "partial" and len(partial["pages"]) == done

        gate.set()
        assert service.client.post(f"/jobs/{book}/retry").status_code == 202
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        assert len(fake.asked) - asked == 60 - done

        again = service.client.post(f"/jobs/{book}/retry", params={"pages": "7,60-61"})
        assert again.json()["code"] == "bad_pages"
        assert service.client.post(f"/jobs/{book}/retry", params={"pages": "7,60"}).json()["state"] == "queued"
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        assert len(fake.asked) - asked == 60 - done + 2
        assert service.client.delete(f"/jobs/{book}").status_code == 204
        assert service.client.delete(f"/jobs/{book}").status_code == 404
        assert not list(service.output.glob(f"**/{book}"))


def test_a_client_that_goes_away_cancels_only_when_it_said_so(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))
    with fake.running(), quick_service(tmp_path, fake) as service:

        def gone_away(name: str, **options: str) -> dict[str, object]:
            """The client hangs up as soon as its document is being read."""
            upload = {"file": (f"{name}.pdf", document(name, 2))}
            request = service.client.build_request("POST", "/ocr/pdf", files=upload, data=options)
            head = "".join(f"{header}: {value}\r\n" for header, value in request.headers.items())
            already = fake.in_flight
            with socket.create_connection(("127.0.0.1", service.port)) as connection:
                connection.sendall(f"POST /ocr/pdf HTTP/1.1\r\n{head}\r\n".encode() + request.read())
                fake.wait_until(lambda fake: fake.in_flight == already + 2)
            newest: dict[str, object] = service.client.get("/jobs", params={"limit": 1}).json()["jobs"][0]
            return newest

        stays = gone_away("stays")
        assert stays["state"] == "running"
        fake.wait_until(lambda fake: fake.in_flight == 2)
        goes = gone_away("goes", cancel_on_disconnect="true")
        assert wait_finished(service.client, [str(goes["id"])])[str(goes["id"])]["state"] == "cancelled"
        fake.wait_until(lambda fake: fake.in_flight == 2)
        gate.set()
        assert wait_finished(service.client, [str(stays["id"])])[str(stays["id"])]["state"] == "completed"


def test_events_come_as_pages_are_read_and_resume_without_gap_or_repeat(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=40))
    with fake.running(), quick_service(tmp_path, fake, VLM_CONCURRENCY="8") as service:
        book = submit(service.client, "book", document("book", BOOK_PAGES))
        seen = []
        for event in events(service.client, book):
            seen.append(event)
            if len(seen) == 20:
                break
        pages = [event for event in seen if event.kind == "page"]
        assert 1 in [event.data["number"] for event in pages]
        assert {event.data["markdown"] for event in pages} == {"read"}
        assert "p0060" not in "".join(kept_pages(service))  # nothing waits for the whole book
        service.kill()
        gate.set()
        service.start()
        for event in events(service.client, book, after=seen[-1].id):
            seen.append(event)
        assert [event.id for event in seen] == sorted({event.id for event in seen})
        numbers = [event.data["number"] for event in seen if event.kind == "page"]
        assert sorted(numbers) == list(range(1, BOOK_PAGES + 1))
        assert seen[-1].kind == "end" and seen[-1].data == {"state": "completed"}
        again = service.client.get(f"/jobs/{book}/events", headers={"Last-Event-ID": str(seen[-1].id)})
        assert again.status_code == 204


def test_named_pages_of_a_result_that_was_taken_over_are_read_anew(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake, RENDER_WORKERS="1") as service:
        first = submit(service.client, "first", document("same", 3))
        wait_finished(service.client, [first])
        second = submit(service.client, "second", document("same", 3))
        assert wait_finished(service.client, [second])[second]["cached"] is True
        asked = _asked(fake).total()
        assert service.client.post(f"/jobs/{second}/retry", params={"pages": "2"}).status_code == 202
        assert wait_finished(service.client, [second])[second]["state"] == "completed"
        assert _asked(fake).total() == asked + 1


def test_corrections_that_were_answered_survive_a_kill(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", 20))
        wait_finished(service.client, [book])
        answered: dict[int, str] = {}

        def correct() -> None:
            for round_ in itertools.count():
                for number in range(1, 21):
                    content = f"by hand {round_}"
                    change = {"revision": round_, "content": content}
                    try:
                        answer = service.client.patch(f"/jobs/{book}/pages/{number}/regions/0", json=change)
                    except httpx.TransportError:
                        return
                    assert answer.status_code == 200, answer.text
                    answered[number] = content

        with ThreadPoolExecutor(1) as threads:
            correcting = threads.submit(correct)
            wait_until(lambda: len(answered) == 20)
            service.kill()
            correcting.result()
        service.start()
        result = service.client.get(f"/jobs/{book}/result").json()
        for page in result["pages"]:
            kept = int(page["regions"][0]["content"].removeprefix("by hand "))
            answered_last = int(answered[page["number"]].removeprefix("by hand "))
            assert kept - answered_last in (0, 1)  # the one that was under way may be there without its answer
        wait_until(lambda: result["markdown"] == (service.output / book / "book.md").read_text(), what="the files")
