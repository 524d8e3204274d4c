"""A wall clock that a test can set, for a process of its own. libfaketime also takes the sleeps, and breaks them."""

from __future__ import annotations

import mmap
import struct
import subprocess
from pathlib import Path


class WallClock:
    """``settings`` is the environment of a process whose clock follows; what it starts with another does not."""

    def __init__(self, folder: Path) -> None:
        file, library = folder / "ahead", folder / "clock.so"
        file.write_bytes(bytes(8))
        source = Path(__file__).with_name("clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
        self.settings = {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(file)}
        with file.open("r+b") as opened:
            self._ahead = mmap.mmap(opened.fileno(), 8)

    def set(self, ahead_s: int) -> None:
        """So many seconds ahead of the machine's clock."""
        self._ahead[:] = struct.pack("=q", ahead_s)
