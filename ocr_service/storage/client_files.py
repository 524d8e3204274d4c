"""Files that clients uploaded for later, each in a folder of its own, until they are removed or too old.

    OUTPUT_DIR/.files/<id>/content
    OUTPUT_DIR/.files/<id>/about.json

Replicas that share OUTPUT_DIR share them. With ARTIFACTS=s3 they lie in the bucket under ``<prefix>/.files/<id>/``, and
the folders are copies: whether a file is there, the bucket says.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import shutil
import time
import uuid
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ocr_service.errors import NotFound, ServiceError
from ocr_service.storage.artifacts import SUBMISSION_S
from ocr_service.storage.atomic_write import UNFINISHED, atomic_file, atomic_write, temporary_file
from ocr_service.storage.s3 import S3Store
from ocr_service.storage.space import storage_errors

log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABOUT, _CONTENT = "about.json", "content"
_SWEEP_EVERY_S = 600.0


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
    """``root`` is OUTPUT_DIR; a file is removed ``ttl_s`` seconds after it came, when ``sweep`` is called next or when
    somebody looks for it. ``bucket``: None where the folder is shared; with one every call raises S3Unavailable and
    S3Refused."""

    def __init__(self, root: Path, ttl_s: float, bucket: S3Store | None = None) -> None:
        self._folder = root / ".files"
        self._ttl_s = ttl_s
        self._bucket = bucket

    async def keep(self, upload: Path, *, owner: str, name: str, sha256: str, size: int, purpose: str) -> ClientFile:
        """Takes the upload in. Raises StorageFull."""
        file = ClientFile(str(uuid.uuid4()), owner, name, sha256, size, purpose, time.time())
        about = json.dumps(asdict(file)).encode()
        if self._bucket is not None:
            await self._upload(self._bucket, file.id, upload, about)
        else:
            await to_thread(self._keep, file.id, upload, about)
        return file

    async def get(self, file_id: str, owner: str | None) -> ClientFile:
        """``owner`` None sees everything. Raises NotFound, also for another owner's file."""
        found = await self._find(file_id) if _ID.fullmatch(file_id) else None  # never a path
        if found is None or (owner is not None and found.owner != owner):
            raise self._not_found(file_id)
        return found

    async def content(self, file: ClientFile) -> Path:
        """The file's bytes in this machine's folder. Raises NotFound, StorageFull."""
        path = self._folder / file.id / _CONTENT
        if self._bucket is not None and not await to_thread(path.exists):
            with storage_errors("OUTPUT_DIR"):
                await to_thread(path.parent.mkdir, parents=True, exist_ok=True)
                with atomic_file(path) as unfinished:
                    await self._bucket.download(self._key(file.id, _CONTENT), unfinished)
        return path

    async def newest(self, owner: str | None) -> list[ClientFile]:
        """Newest first."""
        found: list[ClientFile] = []

        async def look(file_id: str) -> None:
            file = await self._find(file_id, listed=True)
            if file is not None and (owner is None or file.owner == owner):
                found.append(file)

        if self._bucket is not None:
            await self._bucket.each(sorted(await self._in_bucket(self._bucket)), look)
        else:
            for path in await to_thread(self._paths):
                await look(path.name)
        return sorted(found, key=lambda file: file.created_at, reverse=True)

    async def remove(self, file_id: str) -> None:
        if self._bucket is not None:
            for name in (_ABOUT, _CONTENT):
                await self._bucket.remove(self._key(file_id, name))
        await to_thread(shutil.rmtree, self._folder / file_id, ignore_errors=True)

    async def sweep(self) -> None:
        """Removes what is too old, and copies of what another replica has removed."""
        before = time.time() - self._ttl_s
        if self._bucket is None:
            await to_thread(self._sweep, before)
            return
        copies = await to_thread(self._paths)
        modified = await self._in_bucket(self._bucket)
        for file_id in [file_id for file_id, at in modified.items() if at < before]:
            await self.remove(file_id)
        for path in copies:
            if path.name not in modified:
                await to_thread(shutil.rmtree, path, ignore_errors=True)
        await to_thread(self._sweep, before)

    @asynccontextmanager
    async def swept(self) -> AsyncIterator[None]:
        """Old files are removed while the context lasts."""
        sweeping = asyncio.create_task(self._sweep_often(), name="removal of old uploaded files")
        try:
            yield
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping

    async def _sweep_often(self) -> None:
        while True:
            try:
                await self.sweep()
            except ServiceError as error:
                log.warning("cannot remove old uploaded files; retrying in %.0f s: %s", _SWEEP_EVERY_S, error)
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def _find(self, file_id: str, *, listed: bool = False) -> ClientFile | None:
        """``listed``: the bucket has it, so that a copy of what it says of it will do."""
        try:
            file = ClientFile(**json.loads(await self._about(file_id, listed=listed)))
        except (FileNotFoundError, NotFound):
            return None
        if file.created_at < time.time() - self._ttl_s:
            await self.remove(file_id)
            return None
        return file

    async def _about(self, file_id: str, *, listed: bool) -> bytes:
        path = self._folder / file_id / _ABOUT
        if self._bucket is None or (listed and await to_thread(path.exists)):
            return await to_thread(path.read_bytes)
        with storage_errors("OUTPUT_DIR"):
            await to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            with temporary_file(self._folder) as copy:
                await self._bucket.download(self._key(file_id, _ABOUT), copy)
                about = await to_thread(copy.read_bytes)
                await to_thread(path.parent.mkdir, exist_ok=True)
                await to_thread(copy.replace, path)
        return about

    async def _upload(self, bucket: S3Store, file_id: str, upload: Path, about: bytes) -> None:
        """``about`` comes last: with it the file is there."""
        await bucket.upload(upload, self._key(file_id, _CONTENT), "application/octet-stream", silent_s=SUBMISSION_S)
        with storage_errors("OUTPUT_DIR"):
            await to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            with temporary_file(self._folder) as path:
                await to_thread(path.write_bytes, about)
                await bucket.upload(path, self._key(file_id, _ABOUT), "application/json", silent_s=SUBMISSION_S)

    async def _in_bucket(self, bucket: S3Store) -> dict[str, float]:
        """When each file there was last changed."""
        prefix = self._key("", "")[:-1]
        found: dict[str, float] = {}
        for one in await bucket.objects(prefix):
            file_id = one.key.removeprefix(prefix).partition("/")[0]
            if _ID.fullmatch(file_id):
                found[file_id] = max(one.modified, found.get(file_id, 0.0))
        return found

    def _key(self, file_id: str, name: str) -> str:
        assert self._bucket is not None
        return f"{self._bucket.config.prefix.strip('/')}/.files/{file_id}/{name}".lstrip("/")

    def _keep(self, file_id: str, upload: Path, about: bytes) -> None:
        folder = self._folder / file_id
        with storage_errors("OUTPUT_DIR"):
            folder.mkdir(parents=True)
            try:
                shutil.move(upload, folder / _CONTENT)
                atomic_write(folder / _ABOUT, about)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    def _sweep(self, before: float) -> None:
        for path in self._paths():
            with suppress(FileNotFoundError):  # another replica was faster
                if path.stat().st_mtime < before:
                    shutil.rmtree(path, ignore_errors=True)
        for path in self._folder.glob(f"{UNFINISHED}*"):  # of a process that died
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _paths(self) -> list[Path]:
        """The folders of files."""
        found: Iterable[Path] = self._folder.iterdir() if self._folder.is_dir() else ()
        return [path for path in found if _ID.fullmatch(path.name)]

    def _not_found(self, file_id: str) -> NotFound:
        return NotFound(f"There is no file {file_id!r}; files are kept for {self._ttl_s / 3600:g} h (JOB_TTL_H)")
