"""A small file system that can be filled: a tmpfs, which takes root to mount."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def small_disk(folder: Path, mebibytes: int = 64) -> Iterator[Path]:
    """Fails where it cannot be mounted, so that a test which needs it never passes unseen."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    run = subprocess.run(mount, capture_output=True, text=True)
    assert run.returncode == 0, f"no small file system for the test (run as root): {run.stderr}"
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(disk: Path, leave: int) -> Iterator[None]:
    """Another program's file, so that ``leave`` bytes are free."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        while (room := shutil.disk_usage(disk).free - leave) > 0:
            with suppress(OSError):  # the service took some of it since it was counted
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, room)
    try:
        yield
    finally:
        filler.unlink()
