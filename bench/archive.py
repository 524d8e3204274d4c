"""CPU of ``batch`` on a Ray of this machine, all of Ray's processes included, and the memory of its actors.

    make test-ray    # installs .venv-ray
    .venv-ray/bin/python -m bench.archive 500 2500

Documents of one page, read by a simulated VLM in this process. Page workers are left out: they cost the same in the
service, and each page's ``usage`` has their CPU. Two runs of different sizes tell a page's cost from the start's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from pathlib import Path

import psutil

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.jobs import document

_MARK = "BENCH_ARCHIVE"  # in the environment of the command and of the Ray that it starts; page workers lack it
_ACTOR = "ray::MapWorker"


class Watch:
    """CPU seconds of each marked process, and the resident memory of each actor in MiB, over time."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.cpu_s: dict[int, float] = {}
        self.memory: defaultdict[int, list[int]] = defaultdict(list)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            for process in psutil.process_iter():
                try:
                    if process.environ().get(_MARK) == self._mark:
                        times = process.cpu_times()
                        self.cpu_s[process.pid] = times.user + times.system
                        if _ACTOR in " ".join(process.cmdline()):
                            self.memory[process.pid].append(process.memory_info().rss >> 20)
                except (psutil.Error, OSError):
                    continue


def measured(count: int, folder: Path, url: str) -> Watch:
    source = folder / "in"
    source.mkdir()
    for number in range(count):
        (source / f"d{number:06d}.pdf").write_bytes(document(f"d{number}", 1))
    settings = {
        "USE_VLM_API": "true",
        "VLLM_URL": url,
        "LAYOUT_MODEL": "stub:1",
        "RENDER_DPI": "72",
        "TEXT_LAYER": "ignore",
        "TEMP_DIR": str(folder / "temp"),
        _MARK: str(count),
    }
    command = [sys.executable, "-m", "ocr_service", "batch", str(source), "--to", str(folder / "out"), "--actors", "2"]
    with Watch(str(count)) as watch:
        subprocess.run(command, env={**os.environ, **settings}, check=True)
    return watch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fewer", type=int, help="documents of the first run")
    parser.add_argument("more", type=int, help="documents of the second run")
    options = parser.parse_args()
    total_s = []
    for count in (options.fewer, options.more):
        with tempfile.TemporaryDirectory() as folder, FakeVllm(then=Reply(delay_s=0.02)).running() as fake:
            watch = measured(count, Path(folder), fake.url)
        total_s.append(sum(watch.cpu_s.values()))
        memory = "; ".join(
            f"{samples[len(samples) // 4]} MiB after a quarter, {samples[-1]} at the end"
            for samples in watch.memory.values()
        )
        print(f"{count} documents: {total_s[-1]:.1f} s of CPU; actors: {memory}")
    a_page_s = (total_s[1] - total_s[0]) / (options.more - options.fewer)
    print(f"{1000 * a_page_s:.1f} ms a page, {total_s[0] - a_page_s * options.fewer:.1f} s a run")


if __name__ == "__main__":
    main()
