"""Processes that die at any moment: the app, its page workers; and an orderly end under load."""

from __future__ import annotations

import hashlib
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.aftermath import (
    VLM,
    Holdings,
    all_ended,
    app_process,
    check_holdings,
    check_nothing_left,
    check_whole,
    page_workers,
    submit,
    wait_ended,
)
from tests.support.processes import gone, kill_all
from tests.support.running import RunningService, free_port, wait_until

BOOKS, PAGES = 3, 12


@pytest.fixture
def backend() -> Iterator[FakeVllm]:
    """Every page's text is the digest of its picture, so that a kept page says which request it came from."""
    with FakeVllm(answer=lambda asked: Reply(digest(asked), after_s=0.1)).running() as fake:
        yield fake


def digest(asked: Asked) -> str:
    return hashlib.sha256(asked.jpeg).hexdigest()


def times_asked(backend: FakeVllm) -> Counter[str]:
    """How often each page was asked about; the warm-up asks about pictures of its own."""
    return Counter(digest(asked) for asked in list(backend.asked) if asked.body["max_completion_tokens"] == 4096)


def chats(backend: FakeVllm) -> int:
    return times_asked(backend).total()


def kept_pages(service: RunningService) -> set[str]:
    """The digests of all pages that were finished, read from the disk."""
    texts = [path.read_text() for path in service.output.glob(".jobs/*/pages/p*.json")]
    return {found for text in texts for found in re.findall(r"\b[0-9a-f]{64}\b", text)}


def check_only_unfinished_pages_were_read_again(backend: FakeVllm, kept: set[str], pages: int) -> None:
    times = times_asked(backend)
    assert len(times) == pages
    assert kept <= set(times)
    assert {page: times[page] for page in kept} == dict.fromkeys(kept, 1)
    assert max(times.values()) <= 2


@pytest.mark.parametrize("moment", range(3))
def test_kill_9_of_the_app_loses_no_job_and_reads_no_page_twice(tmp_path: Path, backend: FakeVllm, moment: int) -> None:
    dice = random.Random(moment)
    with RunningService(tmp_path, **VLM, VLLM_URL=backend.url) as service:
        jobs = [submit(service, f"kill {moment} book {number}", PAGES) for number in range(BOOKS)]
        target = dice.randrange(BOOKS * PAGES)
        before_reading = dice.choice([True, False])

        def reached() -> bool:
            return (chats(backend) if before_reading else len(kept_pages(service))) > target

        wait_until(reached, what=f"page {target}")
        children = app_process(service).children(recursive=True)
        service.kill()
        kept = kept_pages(service)
        wait_until(lambda: gone(children), what="the end of the workers with the app")
        for job_id in jobs:  # what a kill in the middle of a write leaves; the dice seldom hit that moment
            if not (service.output / job_id).exists():
                (service.output / ".jobs" / job_id / "pages" / ".writing-planted").write_bytes(b'{"number":')
        service.start()
        assert wait_ended(service, jobs) == ["completed"] * BOOKS
        for job_id in jobs:
            check_whole(service, job_id, PAGES)
        check_only_unfinished_pages_were_read_again(backend, kept, BOOKS * PAGES)
        check_nothing_left(service)


def test_killed_page_workers_cost_no_job(tmp_path: Path, backend: FakeVllm) -> None:
    dice = random.Random(7)
    with RunningService(tmp_path, **VLM, VLLM_URL=backend.url) as service:
        wait_ended(service, [submit(service, "first", 1)])
        before = Holdings.of(service)
        jobs = [submit(service, f"workers {number}", PAGES) for number in range(BOOKS)]
        for _ in range(6):
            target = chats(backend) + dice.randint(1, PAGES // 2)
            kill_all(page_workers(service))
            wait_until(lambda: chats(backend) >= target or all_ended(service, jobs), what=f"page {target}")  # noqa: B023
        ended = wait_ended(service, jobs)
        for job_id, state in zip(jobs, ended, strict=True):
            check_whole(service, job_id, PAGES)
            failed = [
                page["error"]["code"]
                for page in service.client.get(f"/jobs/{job_id}/result").json()["pages"]
                if page["status"] == "failed"
            ]
            assert state == ("partial" if failed else "completed")
            assert set(failed) <= {"worker_crashed"}
        assert service.client.get("/health/ready").status_code == 200
        assert wait_ended(service, [submit(service, "after", 4)]) == ["completed"]
        crashed = [line for line in service.client.get("/metrics").text.splitlines() if "restarts_total" in line]
        assert any('reason="crashed"' in line and not line.endswith(" 0.0") for line in crashed), crashed
        check_holdings(service, before, files=16)  # pooled connections
        check_nothing_left(service)


def test_sigterm_under_load_ends_in_time_and_the_rest_is_done_after_the_restart(
    tmp_path: Path, backend: FakeVllm
) -> None:
    with RunningService(tmp_path, **VLM, VLLM_URL=backend.url, SHUTDOWN_GRACE_S="3") as service:
        jobs = [submit(service, f"term {number}", 100) for number in range(BOOKS)]
        wait_until(lambda: chats(backend) > 20)
        children = app_process(service).children(recursive=True)
        assert service.stop(signal.SIGTERM) == 0
        wait_until(lambda: gone(children), what="the end of all processes")
        assert re.search(r"[1-3] handed back", service.log.read_text()), "all was done in time: the load is too small"
        assert "Traceback" not in service.log.read_text()
        kept = kept_pages(service)
        service.start()
        assert wait_ended(service, jobs) == ["completed"] * BOOKS
        for job_id in jobs:
            check_whole(service, job_id, 100)
        check_only_unfinished_pages_were_read_again(backend, kept, BOOKS * 100)
        check_nothing_left(service)


def test_a_second_process_on_the_same_output_dir_is_refused_and_harms_nothing(
    tmp_path: Path, backend: FakeVllm
) -> None:
    with RunningService(tmp_path, **VLM, VLLM_URL=backend.url) as service:
        job_id = submit(service, "shared", PAGES)
        run = subprocess.run(
            [sys.executable, "-m", "ocr_service", "serve"],
            env={**service.environment, "APP_PORT": str(free_port()), "TEMP_DIR": str(tmp_path / "other")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == 2
        assert f"pid {app_process(service).pid}" in run.stderr
        assert "Traceback" not in run.stderr
        assert wait_ended(service, [job_id]) == ["completed"]
        check_whole(service, job_id, PAGES)
