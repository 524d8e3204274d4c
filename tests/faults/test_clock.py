"""A wall clock that is set forward and back under a running service: nothing expires that has not, nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import WallClock
from tests.fakes.vllm import FakeVllm
from tests.fakes.web_server import Answer, WebServer
from tests.support.aftermath import VLM, check_nothing_left, check_whole, states, submit, wait_ended
from tests.support.jobs import document, held
from tests.support.running import RunningService, wait_until

PAGES, HOUR = 3, 3600


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Open, the backend answers."""
    gate = threading.Event()
    yield gate
    gate.set()


def job(service: RunningService, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get(f"/jobs/{job_id}").json()
    return found


def seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def test_an_hour_forward_and_back_expires_nothing_and_delays_nothing(
    tmp_path: Path, clock: WallClock, gate: threading.Event
) -> None:
    backend = FakeVllm(answer=held(gate))
    settings = VLM | {"MAX_RUNNING_JOBS": "1", "QUEUE_LIMIT": "3", "URL_TRUSTED_HOSTS": "127.0.0.1"}
    with (
        WebServer(lambda request: Answer(204)) as receiver,
        backend.running(),
        RunningService(tmp_path, **settings, VLLM_URL=backend.url, ALLOW_WEBHOOKS="true", **clock.settings) as service,
    ):
        hook = {"webhook_url": receiver.url, "deadline_s": str(HOUR // 2)}
        running = submit(service, "running", PAGES, **hook)
        wait_until(lambda: states(service, [running]) == ["running"])
        before = submit(service, "before", PAGES, **hook)
        clock.set(HOUR)
        ahead = submit(service, "ahead", PAGES, **hook)
        assert seconds(job(service, ahead)["created_at"]) > seconds(job(service, before)["created_at"]) + HOUR - 60
        assert states(service, [running, before, ahead]) == ["running", "queued", "queued"]
        clock.set(0)
        after = submit(service, "after", PAGES, **hook)
        jobs = [running, before, ahead, after]
        assert seconds(job(service, after)["created_at"]) < seconds(job(service, ahead)["created_at"]) - HOUR + 60
        assert states(service, jobs) == ["running", "queued", "queued", "queued"]
        refused = service.client.post("/jobs", files={"file": ("a.pdf", document("one too many", 1))})
        assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 600
        gate.set()
        assert wait_ended(service, jobs) == ["completed"] * 4
        wait_until(lambda: len(receiver.requests) == 4, what="a webhook of each job")
        for job_id in jobs:
            found = job(service, job_id)
            assert found["runs"] == 1
            times = [seconds(found[name]) for name in ("created_at", "started_at", "finished_at")]
            assert times == sorted(times)
            check_whole(service, job_id, PAGES)
        assert service.log.read_text().count("the clock jumped by +3600 s") == 1
        assert service.log.read_text().count("the clock jumped by -3600 s") == 1
        check_nothing_left(service)


def test_a_deadline_still_passes_when_its_time_has_come(
    tmp_path: Path, clock: WallClock, gate: threading.Event
) -> None:
    backend = FakeVllm(answer=held(gate))
    settings = VLM | {"MAX_RUNNING_JOBS": "1"} | clock.settings
    with backend.running(), RunningService(tmp_path, **settings, VLLM_URL=backend.url) as service:
        running = submit(service, "running", PAGES)
        wait_until(lambda: states(service, [running]) == ["running"])
        late = submit(service, "late", PAGES, deadline_s="3")
        clock.set(-HOUR)
        assert wait_ended(service, [late]) == ["failed"]
        found = job(service, late)
        assert found["error"]["code"] == "deadline_exceeded"
        assert seconds(found["finished_at"]) >= seconds(found["created_at"])
        gate.set()


def test_a_week_forward_removes_what_is_finished_and_never_what_is_not(
    tmp_path: Path, clock: WallClock, gate: threading.Event
) -> None:
    """What has ended is old by then, as JOB_TTL_H says; the clock may be right now, and have been wrong before."""
    backend = FakeVllm(answer=held(gate, after=PAGES))
    settings = VLM | clock.settings | {"SHUTDOWN_GRACE_S": "4"}
    with backend.running(), RunningService(tmp_path, **settings, VLLM_URL=backend.url) as service:
        done = submit(service, "done", PAGES)
        assert wait_ended(service, [done]) == ["completed"]
        unfinished = submit(service, "unfinished", PAGES)
        wait_until(lambda: states(service, [unfinished]) == ["running"])
        clock.set(8 * 24 * HOUR)
        service.stop()
        service.start()  # old jobs are removed at the start, then every ten minutes
        wait_until(lambda: service.client.get(f"/jobs/{done}").status_code == 404)
        gate.set()
        assert wait_ended(service, [unfinished]) == ["completed"]
        check_whole(service, unfinished, PAGES)
        with closing(sqlite3.connect(service.output / ".jobs" / "jobs.sqlite3")) as database:
            assert database.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
        wait_until(lambda: not (service.output / done).exists())
        check_nothing_left(service)
