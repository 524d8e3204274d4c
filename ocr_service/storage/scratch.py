"""A process's own folder in TEMP_DIR, gone when the process ends, and the leftovers of processes that died.

The folder is locked while its process lives, so a folder that can be locked belongs to no process. Several processes
may share a TEMP_DIR.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ocr_service.storage.atomic_write import new_file
from ocr_service.storage.file_lock import LockHeld, folder_lock
from ocr_service.storage.space import storage_errors

log = logging.getLogger(__name__)

_PREFIX = "ocr-run-"


@contextmanager
def scratch_folder(temp_dir: Path) -> Iterator[Path]:
    """Removes what dead processes left in ``temp_dir``, then gives a new folder in it."""
    for leftover in temp_dir.glob(f"{_PREFIX}*"):
        _remove_if_dead(leftover)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=temp_dir))
    with folder_lock(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def scratch_file(folder: Path, prefix: str) -> AsyncIterator[Path]:
    """A new empty file in TEMP_DIR, removed when the block ends, unless it was moved. Raises StorageFull."""
    with storage_errors("TEMP_DIR"):
        path = await asyncio.to_thread(new_file, folder, prefix)
    try:
        yield path
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _remove_if_dead(folder: Path) -> None:
    try:
        with folder_lock(folder):
            log.info("removing %s, left by a process that died", folder)
            shutil.rmtree(folder, ignore_errors=True)
    except LockHeld:
        return
    except FileNotFoundError:
        return  # another process was quicker
