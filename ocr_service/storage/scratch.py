"""A process's own folder in TEMP_DIR, gone when the process ends, and the leftovers of processes that died.

The folder is locked while its process lives (flock ends with the process, whatever ended it), so a folder that can be
locked belongs to nobody. Two processes may share a TEMP_DIR.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

_PREFIX = "ocr-run-"


@contextmanager
def scratch_folder(temp_dir: Path) -> Iterator[Path]:
    """Removes what dead processes left in ``temp_dir``, then gives a new folder in it."""
    for leftover in temp_dir.glob(f"{_PREFIX}*"):
        _remove_if_dead(leftover)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=temp_dir))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_if_dead(folder: Path) -> None:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # another process was quicker
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        log.info("removing %s, left by a process that died", folder)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
