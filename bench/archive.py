"""``batch`` on a Ray cluster of two nodes on this machine: beside the running service, and what it survives.

    make test-ray    # installs .venv-ray
    .venv-ray/bin/python -m bench.archive compare --documents 1000 --pages 200 --times 2
    .venv-ray/bin/python -m bench.archive survive --documents 10000 --pages 1000

Documents of one page and one of ``--pages``, all pages different, read by two simulated VLMs in processes of their own.
CPU is that of all other processes, page workers and Ray's own included.

``compare`` reads the same documents with ``batch`` and with the service, in turns: pages/s and CPU a page, from the
first page on, which leaves out the start of both. ``survive`` kills a node after a third of the pages (another comes)
and the command after two thirds, runs the same command again, and looks for every page in the results.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from bench.processes import Watch
from bench.service import running_service
from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.jobs import document, is_page
from tests.support.running import wait_until

_ACTOR, _PAGE_WORKER, _LAYOUT = "ray::MapWorker", "ocr_service.workers", "ocr_service.layout.process"
_OBJECT_STORE = 100 << 20
_LONGEST_S = 3600
_AT_ONCE = 64  # documents that are read at the same time, by two actors or by the service
_BROKEN = {"broken.pdf": "damaged_pdf", "no document.png": "unsupported_type"}
_SETTINGS = {
    "USE_VLM_API": "true",
    "LAYOUT_MODEL": "stub:1",
    "RENDER_DPI": "72",
    "TEXT_LAYER": "ignore",
}


# --- simulated VLMs


class _Pages(list[Asked]):
    """Counts the pages that are asked for, instead of keeping them."""

    def __init__(self, count: Any) -> None:
        super().__init__()
        self._count = count
        self.times: Counter[bytes] = Counter()

    def append(self, asked: Asked) -> None:
        if is_page(asked):
            self.times[hashlib.sha256(asked.jpeg).digest()] += 1
            self._count.value += 1


def _serve_vlm(pipe: Connection, count: Any) -> None:
    pages = _Pages(count)
    with FakeVllm(asked=pages, then=Reply(delay_s=0.1)).running() as fake:
        pipe.send(fake.url)
        while pipe.recv():
            pipe.send(pages.times)
            pages.times = Counter()


class Vlms:
    """Two simulated VLMs."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._counts = [spawn.Value("q", 0) for _ in range(2)]
        pipes = [spawn.Pipe() for _ in self._counts]
        self._processes = [
            spawn.Process(target=_serve_vlm, args=(theirs, count), daemon=True)
            for (_, theirs), count in zip(pipes, self._counts, strict=True)
        ]
        self._pipes = [ours for ours, _ in pipes]
        for process in self._processes:
            process.start()
        self.urls = ",".join(pipe.recv() for pipe in self._pipes)
        self.pids = {process.pid for process in self._processes if process.pid is not None}

    @property
    def pages(self) -> int:
        """Asked for until now."""
        return sum(count.value for count in self._counts)

    def times(self) -> Counter[bytes]:
        """How often each page was asked for since the last call."""
        found: Counter[bytes] = Counter()
        for pipe in self._pipes:
            pipe.send(True)
            found += pipe.recv()
        return found

    def stop(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(False)
            process.join(10)


# --- the cluster and the command


@contextmanager
def two_nodes() -> Iterator[Any]:
    """A head and a second node, with a CPU each."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "object_store_memory": _OBJECT_STORE, "include_dashboard": False}
    cluster = _started(lambda: Cluster(initialize_head=True, head_node_args=head))
    try:
        cluster.second = add_node(cluster)
        yield cluster
    finally:
        cluster.shutdown()


def add_node(cluster: Any) -> Any:
    return _started(lambda: cluster.add_node(num_cpus=1, object_store_memory=_OBJECT_STORE))


def _started(start: Callable[[], Any]) -> Any:
    """Ray gives a node 30 seconds to start, which a busy machine may not keep."""
    for _ in range(3):
        with suppress(Exception):
            return start()
    return start()


def batch(folder: Path, cluster: Any, vlms: Vlms) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **_SETTINGS, "VLLM_URL": vlms.urls, "TEMP_DIR": str(folder / "temp")}
    command = [sys.executable, "-m", "ocr_service", "batch", str(folder / "in"), "--to", str(folder / "out")]
    return subprocess.Popen([*command, "--ray", cluster.address, "--actors", "2"], env=environment)


def make_documents(folder: Path, documents: int, pages: int, *, broken: bool) -> None:
    source = folder / "in"
    for number in range(documents):
        path = source / f"{number // 1000:03d}/d{number:06d}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document(f"{folder.name} d{number}", 1))
    if pages:
        (source / "large.pdf").write_bytes(document(f"{folder.name} large", pages))
    if broken:
        (source / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
        (source / "no document.png").write_bytes(b"MZ")


# --- compare


@dataclass(frozen=True)
class Cost:
    """From the first page on. ``start_s``: seconds before it."""

    pages: int
    seconds: float
    cpu_s: float
    start_s: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.pages / self.seconds:.1f} pages/s, {1000 * self.cpu_s / self.pages:.1f} ms of CPU a page"
            + (f" (and {self.start_s:.0f} s before the first page)" if self.start_s else "")
        )  # fmt: skip


def compare(documents: int, pages: int, times: int) -> None:
    vlms = Vlms()
    totals: dict[str, list[Cost]] = {"batch": [], "service": []}
    try:
        for _ in range(times):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                make_documents(folder, documents, pages, broken=False)
                for kind, run in (("batch", _by_batch), ("service", _by_service)):
                    cost = run(folder, vlms, documents + pages)
                    totals[kind].append(cost)
                    print(f"{kind}: {cost}", flush=True)
    finally:
        vlms.stop()
    seconds, cpu_s = ({kind: sum(getattr(one, what) for one in costs) for kind, costs in totals.items()}
                      for what in ("seconds", "cpu_s"))  # fmt: skip
    print(f"batch to service: pages/s {seconds['service'] / seconds['batch']:.2f}, "
          f"pages a CPU second {cpu_s['service'] / cpu_s['batch']:.2f}")  # fmt: skip


def _by_batch(folder: Path, vlms: Vlms, pages: int) -> Cost:
    with two_nodes() as cluster, Watch(vlms.pids) as watch:
        before, began = vlms.pages, time.monotonic()
        command = batch(folder, cluster, vlms)
        wait_until(lambda: vlms.pages > before or command.poll() is not None, _LONGEST_S, what="the first page")
        first, first_cpu_s = time.monotonic(), watch.cpu_s()
        if command.wait(_LONGEST_S):
            raise SystemExit("batch failed; its messages are above")
        return Cost(pages, time.monotonic() - first, watch.cpu_s() - first_cpu_s, first - began)


def _by_service(folder: Path, vlms: Vlms, pages: int) -> Cost:
    settings = {**_SETTINGS, "VLLM_URL": vlms.urls, "RENDER_WORKERS": "2", "MAX_RUNNING_JOBS": str(_AT_ONCE)}
    with running_service(**settings) as service, Watch(vlms.pids) as watch:
        began, began_cpu_s = time.monotonic(), watch.cpu_s()
        asyncio.run(_send_all(service.url, sorted((folder / "in").rglob("*.pdf"))))
        return Cost(pages, time.monotonic() - began, watch.cpu_s() - began_cpu_s)


async def _send_all(url: str, paths: list[Path]) -> None:
    """As jobs; at most twice as many are unfinished as are read at the same time."""
    slots = asyncio.Semaphore(2 * _AT_ONCE)
    async with aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(_LONGEST_S)) as client:

        async def send(path: Path) -> None:
            async with slots:
                form = aiohttp.FormData()
                form.add_field("file", await asyncio.to_thread(path.read_bytes), filename=path.name)
                async with client.post("/jobs", data=form) as answer:
                    answer.raise_for_status()
                    job = await answer.json()
                while job["state"] in ("queued", "running"):
                    async with client.get(f"/jobs/{job['id']}?wait=30") as answer:
                        answer.raise_for_status()
                        job = await answer.json()
                if job["state"] != "completed":
                    raise SystemExit(f"{path.name}: {job}")

        async with asyncio.TaskGroup() as group:
            for path in paths:
                group.create_task(send(path))


# --- survive


def survive(documents: int, pages: int, *, again: bool) -> None:
    vlms = Vlms()
    total = documents + pages
    with ExitStack() as stack:
        stack.callback(vlms.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make_documents(folder, documents, pages, broken=True)
        cluster = stack.enter_context(two_nodes())
        watch = stack.enter_context(Watch(vlms.pids, (_ACTOR, _PAGE_WORKER, _LAYOUT)))
        began = time.monotonic()
        clock = Clock(vlms, began, watch)
        stack.enter_context(clock.told())
        command = batch(folder, cluster, vlms)
        _until_pages(total // 3, vlms, command)
        clock.tell("a node is killed")
        cluster.remove_node(cluster.second, allow_graceful=False)
        if again:
            add_node(cluster)
            clock.tell("another node is there")
        _until_pages(2 * total // 3, vlms, command)
        clock.tell("the command is killed")
        command.send_signal(signal.SIGKILL)
        command.wait(60)
        command = batch(folder, cluster, vlms)
        code = command.wait(_LONGEST_S)
        clock.tell(f"the command has ended with {code}")
        seconds, cpu_s = time.monotonic() - began, watch.cpu_s()
        times = vlms.times()
        missing = check(folder / "out", documents, pages)
        print(f"{total} pages in {seconds:.0f} s, {total / seconds:.1f} pages/s, {1000 * cpu_s / total:.1f} ms of CPU "
              f"a page, starts included; asked for again: {times.total() - len(times)}")  # fmt: skip
        for pid, samples in watch.memory.items():
            if len(samples) > 20:
                at = [samples[len(samples) * quarter // 4] for quarter in (1, 2, 3)]
                print(f"{watch.command[pid][:60]}: MiB after a quarter, half, three quarters and at the end of its "
                      f"{len(samples)} s: {at} {samples[-1]}, most {max(samples)}")  # fmt: skip
        if code != 1 or missing:
            raise SystemExit("\n".join(missing) or f"exit code {code}")
        print("every page is there once; errors are named")


@dataclass
class Clock:
    """Says how far it is, on standard error: every 30 seconds, and where something is done."""

    vlms: Vlms
    began: float
    watch: Watch

    def tell(self, what: str = "") -> None:
        passed = time.monotonic() - self.began
        print(f"[{passed:6.0f} s] {self.vlms.pages} pages asked for, {self.watch.cpu_s():.0f} s of CPU; {what}",
              file=sys.stderr, flush=True)  # fmt: skip

    @contextmanager
    def told(self) -> Iterator[None]:
        over = threading.Event()

        def loop() -> None:
            while not over.wait(30):
                self.tell()

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _until_pages(count: int, vlms: Vlms, command: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: vlms.pages >= count or command.poll() is not None, _LONGEST_S, what=f"page {count}")
    if command.poll() is not None:
        raise SystemExit(f"batch ended with {command.poll()} before page {count}")


def check(out: Path, documents: int, pages: int) -> list[str]:
    """What is wrong with the results."""
    import pyarrow.parquet

    wrong = []
    rows = [row for path in sorted(out.glob("pages/*.parquet")) for row in pyarrow.parquet.read_table(path).to_pylist()]
    small = {f"{number // 1000:03d}/d{number:06d}.pdf" for number in range(documents)}
    expected = {(name, 1) for name in small} | {("large.pdf", number) for number in range(1, pages + 1)}
    found = Counter((row["document"], row["page"]) for row in rows if row["status"] == "completed")
    if lacking := expected - set(found):
        wrong.append(f"{len(lacking)} pages have no row, such as {sorted(lacking)[:3]}")
    if several := [page for page, rows_of_it in found.items() if rows_of_it > 1]:
        wrong.append(f"{len(several)} pages have several rows, such as {several[:3]}")
    if more := set(found) - expected:
        wrong.append(f"rows of pages that are not there: {sorted(more)[:3]}")
    failed = {row["document"]: row["error_code"] for row in rows if row["status"] != "completed"}
    if failed != _BROKEN:
        wrong.append(f"errors are {failed}")
    for name in sorted(small):
        folder, stem = out / name, Path(name).stem
        if {path.name for path in folder.iterdir()} < {f"{stem}.json", f"{stem}.md"}:
            wrong.append(f"{name} is not whole")
    large = json.loads((out / "large.pdf/large.json").read_bytes())
    if (large["status"], [page["number"] for page in large["pages"]]) != ("completed", list(range(1, pages + 1))):
        wrong.append(f"large.pdf is {large['status']} with {len(large['pages'])} pages")
    manifest = json.loads((out / "manifest.json").read_bytes())
    known = {
        "documents": documents + 1 + len(_BROKEN),
        "documents_done": documents + 1 + len(_BROKEN),
        "pages": documents + pages,
        "errors": dict.fromkeys(_BROKEN.values(), 1),
        "not_finished": [],
    }
    if (counted := {name: manifest[name] for name in known}) != known:
        wrong.append(f"the manifest says {counted}")
    if left := [path for pattern in (".parts/**", ".unfinished/**") for path in out.glob(pattern)]:
        wrong.append(f"left over: {len(left)} files, such as {left[0]}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("compare", "survive"))
    parser.add_argument("--documents", type=int, default=1000, help="of one page")
    parser.add_argument("--pages", type=int, default=200, help="of the one large document")
    parser.add_argument("--times", type=int, default=2, help="that each reads them (compare)")
    parser.add_argument("--one-left", action="store_true", help="no node comes for the one that is killed (survive)")
    options = parser.parse_args()
    if options.what == "compare":
        compare(options.documents, options.pages, options.times)
    else:
        survive(options.documents, options.pages, again=not options.one_left)


if __name__ == "__main__":
    main()
