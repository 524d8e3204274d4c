"""Starts the service for a bench, and samples what its processes take."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.support.running import free_port, wait_until

_START_TIMEOUT_S = 120
_SAMPLE_S = 0.1
_LOWEST_PRIORITY = 10  # the nice value of the worker that makes exports


@dataclass
class Usage:
    """Of the app and its workers together: CPU seconds, peak of the summed proportional set size in MiB.

    Parts of ``cpu_s`` are ``app_cpu_s``, ``layout_cpu_s`` (the layout process) and ``exporter_cpu_s`` (the worker of
    low priority that makes the text layers of long PDFs in advance).
    """

    cpu_s: float = 0.0
    app_cpu_s: float = 0.0
    layout_cpu_s: float = 0.0
    exporter_cpu_s: float = 0.0
    peak_mib: float = 0.0


class BenchedService:
    def __init__(self, process: psutil.Process, url: str, output: Path) -> None:
        self.process = process
        self.url = url
        self.output = output
        self.client = httpx.Client(base_url=url, timeout=3600)

    @contextmanager
    def measured(self) -> Iterator[Usage]:
        """What the service takes while the block runs."""
        usage, stop = Usage(), threading.Event()
        before, app_before, layout_before = self._cpu(), self._own_cpu(), self._cpu_of(_is_layout)
        exporter_before = self._cpu_of(_is_exporter)

        def sample() -> None:
            while not stop.wait(_SAMPLE_S):
                usage.peak_mib = max(usage.peak_mib, self.memory_mib())

        sampler = threading.Thread(target=sample)
        sampler.start()
        try:
            yield usage
        finally:
            stop.set()
            sampler.join()
            usage.cpu_s, usage.app_cpu_s = self._cpu() - before, self._own_cpu() - app_before
            usage.layout_cpu_s = self._cpu_of(_is_layout) - layout_before
            usage.exporter_cpu_s = self._cpu_of(_is_exporter) - exporter_before

    def memory_mib(self) -> float:
        """Proportional set size, so that what workers share counts once."""
        total = 0
        for process in self._processes():
            try:
                total += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return total / (1 << 20)

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def _own_cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def _cpu_of(self, chosen: Callable[[psutil.Process], bool]) -> float:
        total = 0.0
        for process in self._processes():
            try:
                if chosen(process):
                    times = process.cpu_times()
                    total += times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return total

    def _cpu(self) -> float:
        """Of all living processes and of the children that have ended."""
        total = 0.0
        for process in self._processes():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total


def _is_layout(process: psutil.Process) -> bool:
    return "ocr_service.layout.process" in process.cmdline()


def _is_exporter(process: psutil.Process) -> bool:
    return bool(process.nice() >= _LOWEST_PRIORITY)


@contextmanager
def running_service(**settings: str) -> Iterator[BenchedService]:
    """The service on a free port, with folders of its own that go with it."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {
            **os.environ,
            "APP_HOST": "127.0.0.1",
            "APP_PORT": str(port),
            "OUTPUT_DIR": f"{folder}/output",
            "TEMP_DIR": f"{folder}/temp",
            "LOG_LEVEL": "ERROR",
            "TEXT_LAYER": "ignore",  # documents of benches hold their text, which would not be read at all
            **settings,
        }
        process = subprocess.Popen([sys.executable, "-m", "ocr_service", "serve"], env=environment)
        try:
            service = BenchedService(psutil.Process(process.pid), f"http://127.0.0.1:{port}", Path(folder) / "output")
            wait_for(f"{service.url}/health/ready", process, what="the service")
            yield service
        finally:
            process.terminate()
            process.wait(60)


def wait_for(url: str, process: subprocess.Popen[bytes], *, what: str) -> None:
    """Until it answers 200; the program ends when the process does, or says nothing in time."""

    def answers() -> bool:
        try:
            return httpx.get(url).status_code == 200
        except httpx.TransportError:
            return False

    wait_until(lambda: process.poll() is not None or answers(), _START_TIMEOUT_S, what=f"the start of {what}")
    if process.poll() is not None:
        raise SystemExit(f"{what} did not start; its messages are above")
