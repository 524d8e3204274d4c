"""The searchable PDF of a long document: how soon after its last page is it there, and what does making it cost others?

    python -m bench.exports [--pages 3000]

A scanned document of small pages is read by the tests' fake; ``result.pdf`` is asked for at the end of the job, as the
answer's Retry-After says. Memory is the largest resident set of the app, and of the worker that makes exports, looked
at every second. Page workers' CPU from the job's end on shows whether they were used for it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM, app_process, page_workers
from tests.support.jobs import document, submit
from tests.support.running import RunningService


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000)
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as folder, FakeVllm(then=Reply("read")).running() as backend:
        settings = {**VLM, "VLLM_URL": backend.url, "VLM_CONCURRENCY": "16", "RENDER_WORKERS": "1"}
        with RunningService(Path(folder), **settings) as service:
            job_id = submit(service.client, "book", document("page", pages), engine="vlm")
            started = time.monotonic()
            most = _watch(service, lambda: service.client.get(f"/jobs/{job_id}").json()["state"] == "completed")
            print(f"{pages} pages read in {time.monotonic() - started:.0f} s", flush=True)
            _ready(service, job_id, most)


def _ready(service: RunningService, job_id: str, most: dict[str, float]) -> None:
    niced = {worker.pid for worker in page_workers(service) if worker.nice() >= 10}
    readers = [worker for worker in page_workers(service) if worker.pid not in niced]
    before = sum(sum(worker.cpu_times()[:2]) for worker in readers)
    ended, asked = time.monotonic(), 0
    while (answer := service.client.get(f"/jobs/{job_id}/result.pdf")).status_code == 202:
        asked += 1
        print(f"  after {time.monotonic() - ended:4.0f} s: {answer.json()}", flush=True)
        until = time.monotonic() + min(5.0, float(answer.headers["Retry-After"]))
        later = _watch(service, partial(_is_past, until))
        most = {name: max(most[name], later[name]) for name in most}
    answer.raise_for_status()
    after = sum(sum(worker.cpu_times()[:2]) for worker in readers if worker.is_running())
    took_s, size = time.monotonic() - ended, len(answer.content) >> 20
    print(f"result.pdf, {size} MiB: {took_s:.0f} s after the job's end, {asked} times 202")
    memory = f"app {most['app']:.0f} MiB, exporter {most['exporter']:.0f} MiB"
    print(f"page workers' CPU meanwhile {after - before:.1f} s; most memory: {memory}")


def _is_past(at: float) -> bool:
    return time.monotonic() > at


def _watch(service: RunningService, over: Callable[[], bool]) -> dict[str, float]:
    """The largest resident sets, MiB, until ``over()``."""
    most = {"app": 0.0, "exporter": 0.0}
    while not over():
        most["app"] = max(most["app"], app_process(service).memory_info().rss / (1 << 20))
        for worker in page_workers(service):
            try:
                if worker.nice() >= 10:
                    most["exporter"] = max(most["exporter"], worker.memory_info().rss / (1 << 20))
            except psutil.NoSuchProcess:
                continue
        time.sleep(1)
    return most


if __name__ == "__main__":
    main()
