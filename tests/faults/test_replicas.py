"""Two replicas on PostgreSQL: one is killed and comes back while the backend comes and goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.flapping import comes_and_goes
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import app_process, check_nothing_left
from tests.support.jobs import document, events, is_page, kept_pages, submit, wait_finished
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.processes import gone
from tests.support.replicas import Replicas
from tests.support.running import free_port, wait_until

BOOKS, CONCURRENCY = 16, 4


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def test_a_killed_replica_and_a_flapping_backend_cost_no_page(tmp_path: Path, postgres: PostgresServer) -> None:
    backend, port = FakeVllm(then=Reply(after_s=0.1)), free_port()
    backend.port = port
    settings = {"VLM_CONCURRENCY": str(CONCURRENCY), "VLM_RETRIES": "20"}
    with (
        comes_and_goes(backend, port) as turns,
        Replicas(tmp_path, backend, postgres.create_database("faults"), **settings) as pair,
    ):
        wait_until(lambda: all(one.client.get("/health/ready").status_code == 200 for one in (pair.a, pair.b)))
        away_before = turns.away
        sizes = {
            submit((pair.a, pair.b)[index % 2].client, f"d{index}", document(f"d{index}", 1 + index % 8)): 1 + index % 8
            for index in range(BOOKS)
        }
        backend.wait_until(lambda fake: sum(map(is_page, fake.asked)) > 20)
        workers = app_process(pair.a).children(recursive=True)
        kept = kept_pages(pair.b)
        pair.a.kill()
        wait_until(lambda: gone(workers), what="the end of the workers with their replica")
        pair.a.start(until="/health/startup")
        ended = wait_finished(pair.b.client, list(sizes))
        assert {found["state"] for found in ended.values()} == {"completed"}
        assert turns.away > away_before
        assert {page: kept_pages(pair.b)[page] for page in kept} == kept
        for job_id, pages in sizes.items():
            for replica in (pair.a, pair.b):
                result = replica.client.get(f"/jobs/{job_id}/result").json()
                assert [page["number"] for page in result["pages"]] == list(range(1, pages + 1))
            told = [event.data["number"] for event in events(pair.b.client, job_id) if event.kind == "page"]
            assert sorted(told) == list(range(1, pages + 1))
        # Asked again: what was in flight at the kill, and whenever the backend went away.
        times = Counter(asked.jpeg for asked in backend.asked if is_page(asked))
        assert len(times) == sum(sizes.values())
        assert times.total() - len(times) <= CONCURRENCY * (1 + 2 * (turns.away - away_before + 1))
        for replica in (pair.a, pair.b):
            check_nothing_left(replica)
