"""What the processes that a bench has started take: CPU seconds, and the memory of chosen ones over time."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Collection

import psutil

_SAMPLE_S = 1.0


class Watch:
    """Of all descendants of this process but those with a pid in ``apart``, once a second.

    ``memory``: by pid, resident MiB of processes with one of ``names`` in their command line.
    """

    def __init__(self, apart: Collection[int] = (), names: Collection[str] = ()) -> None:
        self._apart = apart
        self._names = names
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._cpu_s: dict[int, float] = {}
        self._before_s = self.cpu_s()
        self.memory: defaultdict[int, list[int]] = defaultdict(list)
        self.command: dict[int, str] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def cpu_s(self) -> float:
        """CPU seconds until now, of those that have ended too, as they were last seen."""
        with self._lock:
            for process in psutil.Process(os.getpid()).children(recursive=True):
                try:
                    if process.pid not in self._apart:
                        times = process.cpu_times()
                        self._cpu_s[process.pid] = times.user + times.system
                except psutil.Error:
                    continue
            return sum(self._cpu_s.values()) - getattr(self, "_before_s", 0.0)

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            self.cpu_s()
            for pid in list(self._cpu_s):
                try:
                    process = psutil.Process(pid)
                    command = " ".join(process.cmdline())
                    if any(name in command for name in self._names):
                        self.memory[pid].append(process.memory_info().rss >> 20)
                        self.command[pid] = command
                except psutil.Error:
                    continue
