"""What must hold after any fault: no job lost, no half-written file, nothing left over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from tests.support.jobs import document
from tests.support.processes import WORKER, children_running
from tests.support.running import RunningService, wait_until

END_STATES = ("completed", "partial", "failed", "cancelled")
# One crop a page: what the backend was asked says which pages were read, and how often.
VLM = {
    "USE_VLM_API": "true",
    "LAYOUT_MODEL": "stub:1",
    "RENDER_DPI": "72",
    "VLM_CONCURRENCY": "8",
    "RENDER_WORKERS": "1",
}


def submit(service: RunningService, title: str, pages: int, **fields: str) -> str:
    answer = service.client.post("/jobs", files={"file": (f"{title}.pdf", document(title, pages))}, data=fields)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def states(service: RunningService, job_ids: Sequence[str]) -> list[str]:
    return [service.client.get(f"/jobs/{job_id}").json()["state"] for job_id in job_ids]


def all_ended(service: RunningService, job_ids: Sequence[str]) -> bool:
    return all(state in END_STATES for state in states(service, job_ids))


def wait_ended(service: RunningService, job_ids: Sequence[str]) -> list[str]:
    wait_until(lambda: all_ended(service, job_ids), what="the end of every job")
    return states(service, job_ids)


def pages_done(service: RunningService, job_id: str) -> int:
    done: int = service.client.get(f"/jobs/{job_id}").json()["pages"]["done"]
    return done


def result(service: RunningService, job_id: str) -> dict[str, Any]:
    answer = service.client.get(f"/jobs/{job_id}/result")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def check_whole(service: RunningService, job_id: str, pages: int) -> None:
    """The job's result is on disk as it is answered, every page of it, nothing half-written beside it."""
    document = result(service, job_id)
    assert [page["number"] for page in document["pages"]] == list(range(1, pages + 1))
    folder = service.output / job_id
    [written] = folder.glob("*.json")
    assert json.loads(written.read_text()) == document
    [markdown] = folder.glob("*.md")
    assert markdown.read_text() == document["markdown"]


def check_nothing_left(service: RunningService) -> None:
    """While idle: no scratch file, no file under a temporary name, no staging folder."""
    wait_until(lambda: not leftovers(service), what=f"an end of {leftovers(service)}")


def leftovers(service: RunningService) -> list[str]:
    names = (".writing-*", "staging", "previous")
    try:
        scratch = [str(path) for path in service.temp_files()]
        return scratch + [str(path) for name in names for path in service.output.rglob(name)]
    except FileNotFoundError:
        return ["a folder that was just removed"]  # an old job, while it was looked at: look again


@dataclass(frozen=True)
class Holdings:
    """What a service's process holds: child processes, open files, threads, MiB of its own memory."""

    children: int
    files: int
    threads: int
    memory_mb: float

    @classmethod
    def of(cls, service: RunningService) -> Holdings:
        process = app_process(service)
        with process.oneshot():
            return cls(
                children=len(process.children(recursive=True)),
                files=process.num_fds(),
                threads=process.num_threads(),
                memory_mb=process.memory_info().rss / (1 << 20),
            )


def app_process(service: RunningService) -> psutil.Process:
    assert service.process is not None
    return psutil.Process(service.process.pid)


def page_workers(service: RunningService) -> list[psutil.Process]:
    """The processes that pages are read in."""
    return children_running(app_process(service), WORKER)


def check_holdings(service: RunningService, before: Holdings, *, files: int = 4, threads: int = 6) -> None:
    """The process holds again what it held before the fault, give or take a pooled connection and a pool's thread."""

    def settled() -> bool:
        now = Holdings.of(service)
        return (
            now.children <= before.children  # an idle worker that died is replaced with the next page
            and now.files <= before.files + files
            and now.threads <= before.threads + threads
        )

    try:
        wait_until(settled)
    except AssertionError:
        raise AssertionError(f"before the fault {before}, after it {Holdings.of(service)}") from None
