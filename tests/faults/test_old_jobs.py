"""Finished jobs go after JOB_TTL_H, with all their files; one that is not finished stays, however old it is."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.fakes.vllm import FakeVllm
from tests.support.aftermath import VLM, check_nothing_left, states, submit
from tests.support.jobs import held
from tests.support.running import RunningService, wait_until

PAGES = 3
TTL_S = 2


def files_of(service: RunningService, job_id: str) -> list[Path]:
    return [path for folder in (service.output, service.output / ".jobs") for path in folder.glob(job_id)]


def test_old_jobs_go_with_their_files_and_running_and_waiting_ones_never(tmp_path: Path) -> None:
    gate = threading.Event()
    backend = FakeVllm(answer=held(gate, after=2 * PAGES))
    settings = VLM | {"JOB_TTL_H": str(TTL_S / 3600), "MAX_RUNNING_JOBS": "1"}
    with backend.running(), RunningService(tmp_path, **settings, VLLM_URL=backend.url) as service:
        done = [submit(service, f"done {number}", PAGES) for number in range(2)]
        cancelled = submit(service, "cancelled", PAGES)
        service.client.delete(f"/jobs/{cancelled}").raise_for_status()
        running = submit(service, "running", PAGES)
        waiting = submit(service, "waiting", PAGES)
        old = [*done, cancelled]
        wait_until(lambda: not any(files_of(service, job_id) for job_id in old), what="the removal of old jobs")
        assert [service.client.get(f"/jobs/{job_id}").status_code for job_id in old] == [404] * 3
        # A job that comes now and goes again by its age, shows that the two have grown older than that.
        later = submit(service, "later", PAGES)
        service.client.delete(f"/jobs/{later}").raise_for_status()
        wait_until(lambda: not files_of(service, later), what="the removal of the later job")
        assert states(service, [running, waiting]) == ["running", "queued"]
        assert all(files_of(service, job_id) for job_id in (running, waiting))
        gate.set()
        wait_until(lambda: not service.client.get("/jobs").json()["jobs"], what="the removal of all jobs")
        assert service.log.read_text().count("job completed: 3 pages read") == 4
        wait_until(lambda: not any(files_of(service, job_id) for job_id in (running, waiting)))
        assert sorted(path.name for path in service.output.iterdir()) == [".jobs"]
        assert not any(path.is_dir() for path in (service.output / ".jobs").iterdir())
        check_nothing_left(service)
