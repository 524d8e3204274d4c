"""Three hundred small documents at once: all are read, the list is paged through, and probes answer meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil

from tests.fakes.vllm import FakeVllm
from tests.support.jobs import document, quick_service
from tests.support.running import PATIENCE_S, wait_until

JOBS = 300


def test_300_jobs_at_once_all_finish_and_the_process_stays_small(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake, QUEUE_LIMIT=str(JOBS), RENDER_WORKERS="1") as service:
        assert service.process is not None
        process = psutil.Process(service.process.pid)
        threads, memory, over = [process.num_threads()], [process.memory_info().rss], threading.Event()

        def watch() -> None:
            with httpx.Client(base_url=service.url, timeout=PATIENCE_S) as client:
                while not over.wait(0.05):
                    assert client.get("/health/live").status_code == 200
                    threads.append(process.num_threads())
                    memory.append(process.memory_info().rss)

        def post(index: int) -> str:
            files = {"file": (f"d{index}.pdf", document(f"d{index}", 1))}
            answer = service.client.post("/jobs", files=files)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["id"])

        def some(state: str) -> bool:
            return bool(service.client.get("/jobs", params={"state": state, "limit": 1}).json()["jobs"])

        with ThreadPoolExecutor(17) as pool:
            watching = pool.submit(watch)
            try:
                posted = set(pool.map(post, range(JOBS)))
                wait_until(lambda: not some("queued") and not some("running"), what="the end of every job")
            finally:
                over.set()  # else the pool would wait for the watch for ever
            watching.result()
        completed = service.client.get("/jobs", params={"state": "completed", "limit": 500}).json()["jobs"]
        assert len(completed) == JOBS

        listed: list[str] = []
        after: str | None = None
        while True:
            part = service.client.get("/jobs", params={"limit": "50"} | ({"after": after} if after else {})).json()
            listed += [job["id"] for job in part["jobs"]]
            if (after := part["next"]) is None:
                break
        assert listed == sorted(posted, reverse=True)
        curve = [memory[len(memory) * part // 12] >> 20 for part in range(12)] + [memory[-1] >> 20]
        print(f"memory, MiB: {' '.join(map(str, curve))}")
        print(f"threads at most {max(threads)}")
        assert max(threads) < 60
        assert max(memory[len(memory) // 2 :]) < max(memory[: len(memory) // 2]) + (32 << 20)
