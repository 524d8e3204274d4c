"""Free space is refused before it is used up: a full disk would also stop what is running from writing its end."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ocr_service.errors import StorageFull


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """``folders`` may lie on several file systems; each keeps ``min_free`` bytes (MIN_FREE_MB)."""

    folders: tuple[Path, ...]
    min_free: int

    def check(self, more: int = 0) -> None:
        """Room for ``more`` bytes of a new document above what is kept free. Raises StorageFull."""
        self._require(self.min_free + more)

    def check_running(self) -> None:
        """For work that goes on: it may use half of what new work must leave. Raises StorageFull."""
        self._require(self.min_free // 2)

    def _require(self, needed: int) -> None:
        for folder in self.folders:
            free = shutil.disk_usage(folder).free
            if free < needed:
                raise StorageFull(
                    f"{free >> 20} MiB are free for {folder}, fewer than the {needed >> 20} MiB that are needed "
                    "(MIN_FREE_MB); remove old jobs or enlarge the volume"
                )
