"""Disk space: checked before work is taken in, and a full disk told as StorageFull with the folder's setting.

A disk that is full to the last byte would also keep running jobs from storing their end.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocr_service.errors import StorageFull

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storage_errors(folder: str) -> Iterator[None]:
    """A full disk or quota becomes StorageFull. ``folder`` names what is written to, by its setting: OUTPUT_DIR."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull.no_space(folder) from error
        raise


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """``folders`` may lie on several file systems; each keeps ``min_free`` bytes (MIN_FREE_MB), at most a quarter.

    ``scratch`` keeps nothing free: no running work writes its end there, and in a container it may be a small tmpfs,
    all of it less than MIN_FREE_MB.
    """

    folders: tuple[Path, ...]
    min_free: int
    scratch: tuple[Path, ...] = ()

    def check(self, more: int = 0) -> None:
        """AdmissionControl for ``more`` bytes of a new document above what is kept free. Raises StorageFull."""
        _require(self.folders, self.min_free, more)
        _require(self.scratch, 0, more)

    def check_running(self) -> None:
        """For work that goes on: it may use half of what new work must leave. Raises StorageFull."""
        _require(self.folders, self.min_free, share=2)


def _require(folders: tuple[Path, ...], kept_free: int, more: int = 0, *, share: int = 1) -> None:
    for folder in folders:
        usage = shutil.disk_usage(folder)
        # A container without volumes may have a tmpfs smaller than MIN_FREE_MB, and must still take documents.
        needed = min(kept_free, usage.total // 4) // share + more
        if usage.free < needed:
            raise StorageFull(
                f"{usage.free >> 20} MiB are free for {folder}, fewer than the {needed >> 20} MiB that are needed "
                "(MIN_FREE_MB); remove old jobs or enlarge the volume"
            )
