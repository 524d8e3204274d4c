"""Many clients in one moment: how soon are those refused that find the queue full, and do probes answer meanwhile?

    python -m bench.rush [--clients 500] [--queue-limit 100] [--runs 5]

Every client posts a document of one page of its own to ``POST /jobs`` on a connection of its own. The clients, a probe
of ``/health/live`` on one kept connection, and the backend (the tests' fake) are a process each on the service's cores;
the clients' process probes too, which shows how much of the waiting is its own. CPU is user and system time, of the
app's one process (not its page workers) until the last answer, and from then on until the last job.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM, app_process
from tests.support.jobs import document
from tests.support.running import RunningService, wait_until
from tests.support.rush import PROBE_EVERY_S, Answer, percentile, rush

_HEAD = (
    "      queued, s        refused, s           /health/live p99, ms     CPU, s\n"
    "run   count    last    count   p50   p99    alone  among clients     app  jobs  clients"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What each client got, seconds of each probe among them, CPU seconds of the clients."""

    posts: list[Answer]
    probes: list[float]
    cpu_s: float

    def seconds(self, status: int) -> list[float]:
        return sorted(answer.seconds for answer in self.posts if answer.status == status) or [0.0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--queue-limit", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _process(_backend) as backend:
        settings = {**VLM, "QUEUE_LIMIT": str(options.queue_limit), "VLLM_URL": backend.recv()}
        with RunningService(Path(folder), **settings) as service:
            print(_HEAD)
            for run in range(1, options.runs + 1):
                _run(service, options.clients, run)


def _run(service: RunningService, count: int, run: int) -> None:
    with _process(_clients, service.url, count, run) as clients, _process(_probe, service.url) as probe:
        clients.recv()  # its documents are made
        cpu = _cpu(service)
        for each in (probe, clients):
            each.send("go")
        answers: Answers = clients.recv()
        app_cpu = _cpu(service) - cpu
        probe.send("enough")
        alone: list[float] = probe.recv()
        wait_until(
            lambda: not _unfinished(service), 300, what="the end of all jobs"
        )  # what asking costs is counted too
        jobs_cpu = _cpu(service) - cpu - app_cpu
    queued, refused = answers.seconds(202), answers.seconds(429)
    alone_s, among_s = percentile(alone, 0.99), percentile(answers.probes, 0.99)
    print(
        f"{run:3}   {len(queued):5}  {queued[-1]:6.2f}    {len(refused):5}  {percentile(refused, 0.5):4.2f}  "
        f"{percentile(refused, 0.99):4.2f}    {alone_s * 1000:5.0f}  {among_s * 1000:13.0f}  "
        f"  {app_cpu:4.2f}  {jobs_cpu:4.2f}     {answers.cpu_s:4.2f}",
        flush=True,
    )


def _cpu(service: RunningService) -> float:
    times = app_process(service).cpu_times()
    return float(times.user + times.system)


def _unfinished(service: RunningService) -> bool:
    return any(
        service.client.get("/jobs", params={"state": state, "limit": 1}).json()["jobs"]
        for state in ("queued", "running")
    )


@contextmanager
def _process(work: Any, *arguments: Any) -> Iterator[Connection]:
    """``work`` with a connection to here and the arguments, in a process that shares nothing with this one."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=work, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.terminate()
        process.join()


def _backend(connection: Connection) -> None:
    with FakeVllm(then=Reply("read", after_s=0.02)).running() as backend:
        connection.send(backend.url)
        connection.recv()


def _probe(connection: Connection, url: str) -> None:
    """``/health/live`` every 20 ms, as a platform's probe would if it were in a great hurry."""
    server = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    seconds: list[float] = []
    connection.recv()
    while not connection.poll(PROBE_EVERY_S):
        started = time.monotonic()
        server.request("GET", "/health/live")
        answer = server.getresponse()
        answer.read()
        assert answer.status == 200
        seconds.append(time.monotonic() - started)
    connection.send(seconds)


def _clients(connection: Connection, url: str, count: int, run: int) -> None:
    documents = [document(f"rush {run} {number}", 1) for number in range(count)]
    connection.send("ready")
    connection.recv()
    started = time.process_time()
    posts, probes = asyncio.run(rush(url, documents))
    connection.send(Answers(posts, probes, time.process_time() - started))
    connection.recv()


if __name__ == "__main__":
    main()
