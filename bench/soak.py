"""A service at full load for long, with faults: does anything grow? Prints a table of what its process holds.

    python bench/soak.py --minutes 20 [--no-faults]

Clients keep the queue filled with documents of one to twelve pages, read by a VLM that is played by the tests' fake (a
quarter with Tesseract); now and then one goes away in the middle, asks for what is not there or sends what is broken.
Listeners follow jobs to their end and take their exports. With faults, a page worker is killed every ten seconds or so.
At the end the service is idle again, and the figures at a tenth of the time are compared with those at the end. Exit
code 1 when something grew, or a job did not end well.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM, Holdings, leftovers, page_workers
from tests.support.jobs import document
from tests.support.processes import kill_all
from tests.support.running import RunningService

CLIENTS = 6
SETTINGS = {"RENDER_WORKERS": "2", "VLM_CONCURRENCY": "16", "JOB_TTL_H": "0.02", "RENDER_DPI": "100"}
# Allocators and caches fill at first; from a tenth of the time on, growth beyond these is a leak.
GROWTH_MB, GROWTH_FILES, GROWTH_THREADS = 1.2, 10, 4


@dataclass
class Soak:
    service: RunningService
    ends_at: float
    outcomes: Counter[str] = field(default_factory=Counter)
    exports: Counter[int] = field(default_factory=Counter)
    events: int = 0
    kills: int = 0
    number: int = 0

    @property
    def over(self) -> bool:
        return time.monotonic() > self.ends_at


async def client(soak: Soak, session: aiohttp.ClientSession, dice: random.Random) -> None:
    while not soak.over:
        soak.number += 1
        content = document(f"soak {soak.number}", dice.randint(1, 12))
        kind = dice.random()
        if kind < 0.05:
            at = dice.randrange(len(content))
            content = content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
        form = aiohttp.FormData({"engine": "tesseract" if kind > 0.75 else "vlm", "cache": "false"})
        form.add_field("file", bytes(content), filename="soak.pdf")
        limit = dice.uniform(0.05, 0.5) if kind < 0.1 else 120.0  # some clients go away
        try:
            async with session.post("/ocr/pdf", data=form, timeout=aiohttp.ClientTimeout(limit)) as answer:
                body = await answer.json(content_type=None)
                soak.outcomes[body.get("code") or body.get("status") or body.get("state")] += 1
                if answer.status == 429:
                    await asyncio.sleep(float(answer.headers["Retry-After"]))
        except TimeoutError:
            soak.outcomes["client went away" if limit < 1 else "no answer"] += 1
        async with session.get(f"/jobs/{soak.number:032x}") as answer:
            assert answer.status == 404


async def listener(soak: Soak, session: aiohttp.ClientSession) -> None:
    """Follows the newest job to its end, and takes its exports."""
    while not soak.over:
        async with session.get("/jobs", params={"limit": "1"}) as answer:
            jobs = (await answer.json())["jobs"]
        if not jobs:
            await asyncio.sleep(0.1)
            continue
        job_id = jobs[0]["id"]
        async with session.get(f"/jobs/{job_id}/events") as stream:
            async for line in stream.content:
                soak.events += line.startswith(b"event:")
        for form in ("pdf", "html", "zip"):
            async with session.get(f"/jobs/{job_id}/result.{form}", params={"wait": "60"}) as answer:
                await answer.read()
                soak.exports[answer.status] += 1


async def killer(soak: Soak, dice: random.Random) -> None:
    while not soak.over:
        await asyncio.sleep(dice.uniform(5, 15))
        if workers := page_workers(soak.service):
            kill_all([dice.choice(workers)])
            soak.kills += 1


async def watcher(soak: Soak, every_s: float) -> list[tuple[float, Holdings]]:
    began = time.monotonic()
    rows = []
    print(f"{'minute':>7} {'app MiB':>8} {'workers MiB':>12} {'files':>6} {'threads':>8} {'processes':>10} {'jobs':>7}")
    while not soak.over:
        await asyncio.sleep(every_s)
        held = await asyncio.to_thread(Holdings.of, soak.service)
        workers = 0.0
        for worker in page_workers(soak.service):
            with contextlib.suppress(psutil.NoSuchProcess):
                workers += worker.memory_info().rss / (1 << 20)
        minute = (time.monotonic() - began) / 60
        rows.append((minute, held))
        print(
            f"{minute:7.1f} {held.memory_mb:8.0f} {workers:12.0f} {held.files:6} {held.threads:8} {held.children:10} "
            f"{soak.outcomes.total():7}",
            flush=True,
        )
    return rows


async def run(service: RunningService, minutes: float, faults: bool) -> int:
    soak = Soak(service, time.monotonic() + minutes * 60)
    dice = random.Random(1)
    async with aiohttp.ClientSession(service.url) as session, asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client(soak, session, dice))
            group.create_task(listener(soak, session))
        if faults:
            group.create_task(killer(soak, dice))
        watching = group.create_task(watcher(soak, minutes * 60 / 20))
    rows = watching.result()
    first, last = rows[len(rows) // 10][1], rows[-1][1]
    problems = []
    if last.memory_mb > first.memory_mb * GROWTH_MB:
        problems.append(f"memory grew from {first.memory_mb:.0f} to {last.memory_mb:.0f} MiB")
    if last.files > first.files + GROWTH_FILES:
        problems.append(f"open files grew from {first.files} to {last.files}")
    if last.threads > first.threads + GROWTH_THREADS:
        problems.append(f"threads grew from {first.threads} to {last.threads}")
    for bad in ("no answer", "internal_error", "failed"):
        if soak.outcomes[bad]:
            problems.append(f"{bad}: {soak.outcomes[bad]}")
    deadline = time.monotonic() + 60
    while left := leftovers(service):
        if time.monotonic() > deadline:
            problems.append(f"left over: {left[:5]}")
            break
        await asyncio.sleep(1)
    print(f"outcomes: {dict(soak.outcomes)}; page workers killed: {soak.kills}")
    print(f"events heard: {soak.events}; exports by status: {dict(soak.exports)}")
    if soak.exports[500]:
        problems.append(f"exports that failed: {soak.exports[500]}")
    print("\n".join(problems) or "nothing grew, nothing was lost")
    return 1 if problems else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Full load for long, with faults; does anything grow?")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--no-faults", action="store_true", help="kill no page workers")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        FakeVllm(then=Reply("read", after_s=0.1), asked=deque(maxlen=1000)).running() as backend,
        RunningService(Path(folder), **VLM | SETTINGS | {"VLLM_URL": backend.url}) as service,
    ):
        return asyncio.run(run(service, arguments.minutes, not arguments.no_faults))


if __name__ == "__main__":
    sys.exit(main())
