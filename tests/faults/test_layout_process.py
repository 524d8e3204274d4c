"""The process of an official layout model is killed: it is started again, and its pages are looked at once more."""

from __future__ import annotations

import fcntl
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests import fakes
from tests.fakes.vllm import FakeVllm
from tests.support.aftermath import (
    VLM,
    Holdings,
    app_process,
    check_holdings,
    check_nothing_left,
    check_whole,
    submit,
    wait_ended,
)
from tests.support.processes import children_running, gone
from tests.support.running import RunningService, wait_until

BOOKS, PAGES, WORKERS = 2, 20, 2


def layout_process(service: RunningService) -> psutil.Process | None:
    return next(iter(children_running(app_process(service), "ocr_service.layout.process")), None)


class Looks:
    """What the layout model was asked, in all its lives."""

    def __init__(self, folder: Path) -> None:
        self._asked, self._held, self._holds = folder / "asked", folder / "held", folder / "holds"

    @contextmanager
    def held_from(self, number: int) -> Iterator[None]:
        """While it lasts, no look from this one on, of all that were ever asked for, comes to its end."""
        with self._held.open("w") as held:
            held.write(str(number))
            held.flush()
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def wait_held(self) -> None:
        wait_until(self._holds.exists, what="a look at a page")

    @property
    def by_process(self) -> list[str]:
        return self._asked.read_text().splitlines() if self._asked.exists() else []


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    # PADDLE_ variables are what the layout process gets of the environment, with PYTHONPATH.
    fake = {"PYTHONPATH": str(Path(fakes.__file__).parent), "PADDLE_FAKE": str(tmp_path)}
    return VLM | fake | {"LAYOUT_MODEL": "PP-DocLayoutV3", "RENDER_WORKERS": str(WORKERS)}


def test_a_layout_process_killed_in_mid_page_costs_no_page(tmp_path: Path, settings: dict[str, str]) -> None:
    looks = Looks(tmp_path)
    with FakeVllm().running() as backend, RunningService(tmp_path, **settings, VLLM_URL=backend.url) as service:
        first = submit(service, "first", 1)
        assert wait_ended(service, [first]) == ["completed"]
        before, asked_before = Holdings.of(service), len(looks.by_process)
        with looks.held_from(asked_before + random.Random(3).randint(4, PAGES)):
            jobs = [submit(service, f"layout {number}", PAGES) for number in range(BOOKS)]
            looks.wait_held()
            process = layout_process(service)
            assert process is not None
            process.kill()
            wait_until(lambda: gone([process]))
        assert wait_ended(service, jobs) == ["completed"] * BOOKS
        for job_id in jobs:
            check_whole(service, job_id, PAGES)
        assert len({*looks.by_process[asked_before:]}) == 2, "both processes looked at pages"
        again = len(looks.by_process) - asked_before - BOOKS * PAGES
        assert 1 <= again <= WORKERS  # what was in the process when it died
        assert service.log.read_text().count("layout process ended") == 1
        assert service.client.get("/health").json()["paddleocr"] == "ready"
        check_holdings(service, before)
        check_nothing_left(service)


def test_a_service_that_is_killed_takes_its_layout_process_with_it(tmp_path: Path, settings: dict[str, str]) -> None:
    looks = Looks(tmp_path)
    with FakeVllm().running() as backend, RunningService(tmp_path, **settings, VLLM_URL=backend.url) as service:
        with looks.held_from(1):
            job_id = submit(service, "held", PAGES)
            looks.wait_held()
            process = layout_process(service)
            assert process is not None
            service.kill()
            wait_until(lambda: gone([process]), what="the end of the layout process")
        service.start()
        assert wait_ended(service, [job_id]) == ["completed"]
        check_whole(service, job_id, PAGES)
        check_nothing_left(service)
