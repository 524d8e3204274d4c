"""Two replicas on one PostgreSQL and one OUTPUT_DIR: any answers for any job, one goes on when the other is gone."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.jobs import document, events, held, is_page, job, kept_pages, quick_service, submit, wait_finished
from tests.e2e.replicas import TAKEOVER_S, Replicas
from tests.fakes.vllm import FakeVllm, Reply
from tests.jobs.postgres_server import PostgresServer, postgres_server
from tests.running import RunningService


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def results(service: RunningService) -> dict[str, int]:
    """When each published result was made: the folder's inode changes when it is published again."""
    return {path.name: path.stat().st_ino for path in service.output.iterdir() if not path.name.startswith(".")}


def test_a_killed_replicas_jobs_are_taken_over_and_no_kept_page_is_read_again(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    fake = FakeVllm(then=Reply(delay_s=0.1))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("killed"), VLM_CONCURRENCY="4") as pair:
        sizes = {
            submit((pair.a, pair.b)[index % 2].client, f"d{index}", document(f"d{index}", 1 + index % 5)): 1 + index % 5
            for index in range(40)
        }
        fake.wait_until(lambda fake: sum(map(is_page, fake.asked)) > 20, timeout_s=30)
        in_flight = fake.in_flight
        pair.a.kill()
        kept = kept_pages(pair.b)
        ended = wait_finished(pair.b.client, list(sizes), timeout_s=60)
        assert {found["state"] for found in ended.values()} == {"completed"}
        assert {page: kept_pages(pair.b)[page] for page in kept} == kept
        for job_id, pages in sizes.items():
            assert len(pair.b.client.get(f"/jobs/{job_id}/result").json()["pages"]) == pages
            told = list(events(pair.b.client, job_id))
            assert sorted(event.data["number"] for event in told if event.kind == "page") == list(range(1, pages + 1))
        times = Counter(hashlib.sha256(asked.jpeg).digest() for asked in fake.asked if is_page(asked))
        assert sum(times.values()) - len(times) <= in_flight


def test_a_frozen_replica_that_wakes_up_changes_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=5))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("frozen"), VLM_CONCURRENCY="4") as pair:
        pair.b.stop()
        jobs = [submit(pair.a.client, f"d{index}", document(f"d{index}", 6)) for index in range(4)]
        fake.wait_until(lambda fake: fake.in_flight == 4, timeout_s=30)
        pair.b.start()
        kept = kept_pages(pair.b)
        assert pair.a.process is not None
        os.kill(pair.a.process.pid, signal.SIGSTOP)
        gate.set()
        frozen = time.monotonic()
        ended = wait_finished(pair.b.client, jobs, timeout_s=60)
        print(f"taken over and finished {time.monotonic() - frozen:.1f} s after the freeze, TAKEOVER_S {TAKEOVER_S}")
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


def test_a_database_that_is_away_loses_nothing_and_doubles_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    fake = FakeVllm(then=Reply(delay_s=0.1))
    with fake.running(), Replicas(tmp_path, fake, postgres.create_database("away"), VLM_CONCURRENCY="4") as pair:
        jobs = [submit(pair.a.client, f"d{index}", document(f"d{index}", 8)) for index in range(8)]
        fake.wait_until(lambda fake: sum(map(is_page, fake.asked)) > 10, timeout_s=30)
        postgres.stop()
        stopped = time.monotonic()
        while pair.a.client.get("/health/ready").status_code != 503:
            assert time.monotonic() - stopped < 5
        assert "database" in str(pair.a.client.get("/health/ready").json()["waiting_for"])
        assert pair.a.client.get("/health/live").status_code == 200
        refused = pair.a.client.get(f"/jobs/{jobs[0]}")
        assert (refused.status_code, refused.json()["code"]) == (503, "not_ready")
        time.sleep(max(0.0, TAKEOVER_S + 1 - (time.monotonic() - stopped)))
        postgres.start()
        ended = wait_finished(pair.a.client, jobs, timeout_s=60)
        assert {(found["state"], found["runs"]) for found in ended.values()} == {("completed", 1)}
        assert pair.b.client.get("/health/ready").status_code == 200
        times = Counter(hashlib.sha256(asked.jpeg).digest() for asked in fake.asked if is_page(asked))
        assert set(times.values()) == {1}


def test_without_a_database_the_start_says_so_in_one_line(tmp_path: Path) -> None:
    service = quick_service(tmp_path, FakeVllm(), DATABASE_URL="postgresql://ocr:secret@127.0.0.1:1/none")
    with pytest.raises(AssertionError, match="ended with 2"):
        service.start()
    service.client.close()
    log = service.log.read_text()
    assert log.splitlines()[-1].startswith("DATABASE_URL (postgresql://ocr:***@127.0.0.1:1/none): ")
    assert "Traceback" not in log and "secret" not in log
