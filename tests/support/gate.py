"""A gate that tasks in other processes wait at (``worker_tasks.wait_for``): a file, locked while the gate is closed."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO


class Gate:
    """Closed until ``open()``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: TextIO
        self.close()

    def close(self) -> None:
        self._lock = self.path.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def open(self) -> None:
        self._lock.close()
