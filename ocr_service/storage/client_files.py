"""Files that clients uploaded for later, each in a folder of its own, until they are removed or too old.

    OUTPUT_DIR/.files/<id>/content
    OUTPUT_DIR/.files/<id>/about.json

Replicas that share OUTPUT_DIR share them. Everything here blocks.
"""

from __future__ import annotations

import json
import re
import shutil
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from ocr_service.errors import NotFound
from ocr_service.storage.atomic_write import atomic_write
from ocr_service.storage.space import storage_errors

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class ClientFile:
    """``bytes`` is its size; ``created_at`` in seconds since the epoch; ``owner`` the name of the key, "" for none."""

    id: str
    owner: str
    name: str
    sha256: str
    bytes: int
    purpose: str
    created_at: float


class ClientFiles:
    """``root`` is OUTPUT_DIR; a file is removed ``ttl_s`` seconds after it came, when the next one comes at the latest
    or when somebody looks for it."""

    def __init__(self, root: Path, ttl_s: float) -> None:
        self._folder = root / ".files"
        self._ttl_s = ttl_s

    def keep(self, upload: Path, *, owner: str, name: str, sha256: str, size: int, purpose: str) -> ClientFile:
        """Takes the upload in. Raises StorageFull."""
        self.sweep()
        file = ClientFile(str(uuid.uuid4()), owner, name, sha256, size, purpose, time.time())
        folder = self._folder / file.id
        with storage_errors("OUTPUT_DIR"):
            folder.mkdir(parents=True)
            try:
                shutil.move(upload, folder / "content")
                atomic_write(folder / "about.json", json.dumps(asdict(file)).encode())
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return file

    def get(self, file_id: str, owner: str | None) -> ClientFile:
        """``owner`` None sees everything. Raises NotFound, also for another owner's file."""
        found = self._read(file_id)
        if found is None or (owner is not None and found.owner != owner):
            raise NotFound(f"There is no file {file_id!r}; files are kept for {self._ttl_s / 3600:g} h (JOB_TTL_H)")
        return found

    def content(self, file: ClientFile) -> Path:
        return self._folder / file.id / "content"

    def newest(self, owner: str | None) -> list[ClientFile]:
        """Newest first."""
        found = [file for path in self._paths() if (file := self._read(path.name)) is not None]
        mine = (file for file in found if owner is None or file.owner == owner)
        return sorted(mine, key=lambda file: file.created_at, reverse=True)

    def remove(self, file: ClientFile) -> None:
        shutil.rmtree(self._folder / file.id, ignore_errors=True)

    def sweep(self) -> None:
        """Removes what is too old."""
        before = time.time() - self._ttl_s
        for path in self._paths():
            try:
                old = path.stat().st_mtime < before
            except FileNotFoundError:  # another replica was faster
                continue
            if old:
                shutil.rmtree(path, ignore_errors=True)

    def _paths(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    def _read(self, file_id: str) -> ClientFile | None:
        if not _ID.fullmatch(file_id):  # never a path
            return None
        try:
            file = ClientFile(**json.loads((self._folder / file_id / "about.json").read_bytes()))
        except FileNotFoundError:
            return None
        if file.created_at < time.time() - self._ttl_s:
            self.remove(file)
            return None
        return file
