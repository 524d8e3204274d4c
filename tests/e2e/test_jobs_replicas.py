"""Two replicas on one PostgreSQL and one OUTPUT_DIR: any answers for any job, one goes on when the other is gone."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.jobs import (
    Event,
    document,
    events,
    held,
    is_page,
    job,
    kept_pages,
    quick_service,
    submit,
    wait_finished,
)
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.replicas import Replicas
from tests.support.running import PATIENCE_S, RunningService, wait_until


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def results(service: RunningService) -> dict[str, int]:
    """When each published result was made: the folder's inode changes when it is published again."""
    return {path.name: path.stat().st_ino for path in service.output.iterdir() if not path.name.startswith(".")}


def digest(asked: Asked) -> str:
    return hashlib.sha256(asked.jpeg).hexdigest()


def times_asked(fake: FakeVllm) -> Counter[str]:
    """How often each page was asked about."""
    return Counter(digest(asked) for asked in list(fake.asked) if is_page(asked))


def test_a_killed_replicas_jobs_are_taken_over_and_no_kept_page_is_read_again(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    # Every page's text is the digest of its picture, so that a kept page says which request it came from.
    fake = FakeVllm(answer=lambda asked: Reply(digest(asked), delay_s=0.1))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("killed"), VLM_CONCURRENCY="4") as pair:
        sizes = {
            submit((pair.a, pair.b)[index % 2].client, f"d{index}", document(f"d{index}", 1 + index % 5)): 1 + index % 5
            for index in range(40)
        }
        fake.wait_until(lambda fake: sum(map(is_page, fake.asked)) > 20)
        pair.a.kill()
        asked_before = times_asked(fake)
        kept = kept_pages(pair.b)
        ended = wait_finished(pair.b.client, list(sizes))
        assert {found["state"] for found in ended.values()} == {"completed"}
        assert {page: kept_pages(pair.b)[page] for page in kept} == kept
        for job_id, pages in sizes.items():
            assert len(pair.b.client.get(f"/jobs/{job_id}/result").json()["pages"]) == pages
            told = list(events(pair.b.client, job_id))
            assert sorted(event.data["number"] for event in told if event.kind == "page") == list(range(1, pages + 1))
        times = times_asked(fake)
        again = {page for page in times if times[page] > 1}
        already_kept = {found for content in kept.values() for found in re.findall(rb"\b[0-9a-f]{64}\b", content)}
        assert len(times) == sum(sizes.values())
        assert max(times.values()) <= 2
        assert again <= set(asked_before)
        assert not {page.encode() for page in again} & already_kept


def test_a_frozen_replica_that_wakes_up_changes_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=5))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("frozen"), VLM_CONCURRENCY="4") as pair:
        pair.b.stop()
        jobs = [submit(pair.a.client, f"d{index}", document(f"d{index}", 6)) for index in range(4)]
        fake.wait_until(lambda fake: fake.in_flight == 4)
        pair.b.start()
        kept = kept_pages(pair.b)
        assert pair.a.process is not None
        os.kill(pair.a.process.pid, signal.SIGSTOP)
        gate.set()
        ended = wait_finished(pair.b.client, jobs)
        assert {(found["state"], found["runs"]) for found in ended.values()} == {("completed", 2)}
        assert {page: kept_pages(pair.b)[page] for page in kept} == kept
        before = results(pair.b)
        pair.b.stop()
        os.kill(pair.a.process.pid, signal.SIGCONT)
        # It is awake, and has seen what became of its jobs, when it has run a new one to its end.
        new = submit(pair.a.client, "new", document("new", 2))
        assert wait_finished(pair.a.client, [new])[new]["state"] == "completed"
        assert {job_id: job(pair.a.client, job_id) for job_id in jobs} == ended
        assert {name: made for name, made in results(pair.a).items() if name != new} == before


def test_a_cancel_at_one_replica_stops_the_run_at_the_other(tmp_path: Path, postgres: PostgresServer) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=3))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("cancel"), VLM_CONCURRENCY="4") as pair:
        pair.b.stop()
        book = submit(pair.a.client, "book", document("book", 30))
        fake.wait_until(lambda fake: fake.in_flight == 4)
        pair.b.start()
        assert job(pair.b.client, book)["state"] == "running"
        fake.wait_until(lambda fake: fake.in_flight == 4)  # the warm-up of the one that has just begun is over
        assert pair.b.client.delete(f"/jobs/{book}").status_code == 204
        fake.wait_until(lambda fake: fake.in_flight == 0)
        assert job(pair.a.client, book)["state"] == job(pair.b.client, book)["state"] == "cancelled"
        partial = pair.b.client.get(f"/jobs/{book}/result", params={"partial": True})
        assert len(partial.json()["pages"]) == 3
        gate.set()


# Longer than the patience of a request (5 s), of the pool of connections (10 s) and of the take-over; OUTAGE_S=60 for
# the minute that is promised.
OUTAGE_S = float(os.environ.get("OUTAGE_S", "12"))


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_a_database_that_is_away_loses_nothing_and_doubles_nothing(
    tmp_path: Path, postgres: PostgresServer, how: str
) -> None:
    fake = FakeVllm(then=Reply(delay_s=0.2))
    told: list[Event] = []
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database(f"away-{how}"), VLM_CONCURRENCY="4") as pair:
        jobs = [submit(pair.a.client, f"d{index}", document(f"d{index}", 12)) for index in range(8)]
        follower = threading.Thread(target=lambda: told.extend(events(pair.b.client, jobs[0])))
        follower.start()
        fake.wait_until(lambda fake: sum(map(is_page, fake.asked)) > 10)
        wait_until(lambda: told, what="the first event")
        (postgres.stop if how == "stopped" else postgres.freeze)()
        over = time.monotonic() + OUTAGE_S
        with httpx.Client(base_url=pair.a.url, timeout=PATIENCE_S) as client:
            wait_until(lambda: client.get("/health/ready").status_code == 503)
            assert "database" in str(client.get("/health/ready").json()["waiting_for"])
            while time.monotonic() < over:
                assert client.get("/health/live").status_code == 200
                upload = {"file": ("late.pdf", document("late", 1))}
                for answer in (
                    client.get(f"/jobs/{jobs[0]}"),
                    client.get(f"/jobs/{jobs[0]}/events"),
                    client.post("/jobs", files=upload),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
                    assert answer.headers["retry-after"] == "5"
                assert client.get("/health/ready").status_code == 503
        (postgres.start if how == "stopped" else postgres.thaw)()
        ended = wait_finished(pair.a.client, jobs)
        assert {(found["state"], found["runs"]) for found in ended.values()} == {("completed", 1)}
        assert pair.b.client.get("/health/ready").status_code == 200
        times = times_asked(fake)
        assert set(times[page] for page in times) == {1} and len(times) >= 8 * 12
        # What was begun before the outage goes on, and misses nothing.
        follower.join(PATIENCE_S)
        assert [event.id for event in told] == list(range(1, len(told) + 1))
        assert sorted(event.data["number"] for event in told if event.kind == "page") == list(range(1, 13))
        assert told[-1].kind == "end"


def test_pages_that_are_read_again_while_the_database_goes_away_are_read_once_and_none_vanishes(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    fake = FakeVllm(then=Reply("first"))
    outages = (
        (range(1, 7), "second", postgres.stop, postgres.start),
        (range(7, 13), "third", postgres.freeze, postgres.thaw),
    )
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("again"), VLM_CONCURRENCY="2") as pair:
        book = submit(pair.a.client, "book", document("book", 12))
        wait_finished(pair.a.client, [book])
        for run, (numbers, text, go_away, come_back) in enumerate(outages, 2):
            gate, asked_before = threading.Event(), len(fake.asked)
            last_seq = list(events(pair.b.client, book))[-1].id
            fake.answer = saying(text, held(gate, after=2))
            named = {"pages": f"{numbers[0]}-{numbers[-1]}"}
            pair.a.client.post(f"/jobs/{book}/retry", params=named).raise_for_status()
            fake.wait_until(lambda fake: fake.in_flight == 2)
            go_away()
            try:
                wait_until(lambda: readiness(pair) == [503, 503])
                gate.set()
                new = text.encode()
                wait_until(lambda: sum(new in page for page in kept_pages(pair.a).values()) > 2)  # noqa: B023
            finally:
                come_back()
            wait_until(lambda: readiness(pair) == [200, 200])
            for service in (pair.a, pair.b):
                pages = [service.client.get(f"/jobs/{book}/pages/{number}") for number in range(1, 13)]
                assert {page.raise_for_status().json()["markdown"] for page in pages} <= {"first", "second", "third"}
            ended = wait_finished(pair.b.client, [book])[book]
            assert (ended["state"], ended["runs"]) == ("completed", run)
            asked = [digest(asked) for asked in fake.asked[asked_before:] if is_page(asked)]
            assert len(asked) == len(set(asked)) == len(numbers)
            told = [event for event in events(pair.b.client, book, after=last_seq) if event.kind == "page"]
            assert sorted(event.data["number"] for event in told) == list(numbers)
        for service in (pair.a, pair.b):
            result = service.client.get(f"/jobs/{book}/result").json()
            assert [page["markdown"] for page in result["pages"]] == ["second"] * 6 + ["third"] * 6


def saying(text: str, answer: Callable[[Asked], Reply | None]) -> Callable[[Asked], Reply]:
    """The same answers with another text."""
    return lambda asked: replace(answer(asked) or Reply(), text=text)


def readiness(pair: Replicas) -> list[int]:
    return [service.client.get("/health/ready").status_code for service in (pair.a, pair.b)]


def test_without_a_database_the_start_says_so_in_one_line(tmp_path: Path) -> None:
    service = quick_service(tmp_path, FakeVllm(), DATABASE_URL="postgresql://ocr:secret@127.0.0.1:1/none")
    with pytest.raises(AssertionError, match="ended with 2"):
        service.start()
    service.client.close()
    log = service.log.read_text()
    assert log.splitlines()[-1].startswith("DATABASE_URL (postgresql://ocr:***@127.0.0.1:1/none): ")
    assert "Traceback" not in log and "secret" not in log
