"""Many listeners of one job: how long do probes wait meanwhile, and when does the last listener have the last page?

    python -m bench.listeners [--listeners 1 300 2000] [--pages 60]

Each listener follows the same job over a connection of its own, with the pages' text; the backend (the tests' fake)
takes two seconds a page, four at a time, and probing begins when all listen. The listeners share a process, and a probe
of ``/health/live`` on one kept connection has another. One listener shows how long a probe waits here anyway.
CPU is user and system time of the app's process.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.rush import _cpu, _probe, _process
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.rush import percentile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 300, 2000])
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("listeners  events each  /health/live p50, p99, longest, ms   first to last end, s  app's CPU, s")
    with tempfile.TemporaryDirectory() as folder, _process(_slow_backend) as backend:
        settings = {**VLM, "VLLM_URL": backend.recv(), "VLM_CONCURRENCY": "4"}
        with RunningService(Path(folder), **settings) as service:
            for count in options.listeners:
                _run(service, count, options.pages)


def _run(service: RunningService, count: int, pages: int) -> None:
    with _process(_listen, service.url, count, pages) as listeners, _process(_probe, service.url) as probe:
        assert listeners.recv() == "listening"
        cpu = _cpu(service)
        probe.send("go")
        listeners.send("go")
        events, late_s = listeners.recv()
        probe.send("enough")
        waits = probe.recv()
        spent = _cpu(service) - cpu
    p50, p99, longest = (1000 * percentile(waits, share) for share in (0.5, 0.99, 1.0))
    print(f"{count:9}  {events:11}  {p50:17.0f}  {p99:4.0f}  {longest:7.0f}  {late_s:20.1f}  {spent:12.1f}", flush=True)


def _slow_backend(connection: Connection) -> None:
    with FakeVllm(then=Reply("read " * 100, after_s=2.0)).running() as backend:
        connection.send(backend.url)
        connection.recv()


def _listen(connection: Connection, url: str, count: int, pages: int) -> None:
    connection.send(asyncio.run(_all(connection, url, count, pages)))
    connection.recv()


async def _all(ready: Connection, url: str, count: int, pages: int) -> tuple[int, float]:
    """Events that each listener got, and seconds from the first listener's end to the last one's."""
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(None)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as session:
        form = aiohttp.FormData({"engine": "vlm", "cache": "false"})
        form.add_field("file", document(f"listeners {count}", pages), filename="a.pdf")
        async with session.post("/jobs", data=form) as answer:
            job_id = (await answer.json())["id"]
        heard = asyncio.Semaphore(0)
        listening = [asyncio.create_task(_one(session, job_id, heard)) for _ in range(count)]
        for _ in range(count):
            await heard.acquire()
        ready.send("listening")
        await asyncio.to_thread(ready.recv)
        ended = await asyncio.gather(*listening)
        counts, ends = {events for events, _ in ended}, [at for _, at in ended]
        assert len(counts) == 1, counts
        return counts.pop(), max(ends) - min(ends)


async def _one(session: aiohttp.ClientSession, job_id: str, heard: asyncio.Semaphore) -> tuple[int, float]:
    async with session.get(f"/jobs/{job_id}/events") as stream:
        events = 0
        async for line in stream.content:
            if line.startswith(b"event:"):
                events += 1
                if events == 1:
                    heard.release()
        return events, time.monotonic()


if __name__ == "__main__":
    main()
