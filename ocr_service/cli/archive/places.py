"""Where an archive lies and where its results go: a bucket's prefix or a folder. Names are relative, with slashes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from ocr_service.client.values import SUFFIXES
from ocr_service.errors import BadOption, NotFound, StorageFull
from ocr_service.storage.s3 import S3Config, S3Store

_S3 = "s3://"
_UNFINISHED = ".unfinished"  # of a folder: files that are being written
_LEFT_S = 600.0  # nobody writes to a file any more that has not changed for so long
T = TypeVar("T")
R = TypeVar("R")


class Place(Protocol):
    """Every call raises S3Unavailable, S3Refused or FolderFailed where the place is away."""

    async def names(self, under: str = "") -> list[str]:
        """All files whose names begin so, in order."""

    async def get(self, name: str, target: Path) -> int:
        """Fetches a file; its size in bytes. Raises NotFound where it is not there or may not be read."""

    async def put(self, source: Path, name: str, content_type: str = "application/octet-stream") -> None:
        """Whole or not at all."""

    async def remove(self, name: str) -> None: ...

    async def tidy(self) -> None:
        """Removes what killed writers have left half written. A file that is written to stays."""

    def close(self) -> None: ...


async def read_text(place: Place, name: str) -> str | None:
    """A small file's text; None where it is not there."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            await place.get(name, Path(folder) / "file")
        except NotFound:
            return None
        return (Path(folder) / "file").read_text(encoding="utf-8")


async def write_text(place: Place, name: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, encoding="utf-8")
        await place.put(path, name, "application/json")


async def each(items: Sequence[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    """Work for each item, all at once; the results in order. Raises the first error."""

    async def one(item: T) -> R:
        return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as several:
        raise several.exceptions[0] from several
    return [task.result() for task in tasks]


def is_document(name: str) -> bool:
    hidden = any(part.startswith(".") for part in name.split("/"))
    return Path(name).suffix.lower() in SUFFIXES and not hidden


@dataclass(frozen=True, slots=True)
class Address:
    """``s3://bucket/prefix/`` or a folder. ``s3``: the store's endpoint and keys; None where none are configured."""

    text: str
    s3: S3Config | None

    def open(self) -> Place:
        """Raises BadOption."""
        if not self.text.startswith(_S3):
            return FolderPlace(Path(self.text).expanduser().absolute())
        if self.s3 is None:
            raise BadOption(f"{self.text}: set CLOUDRU_S3_ENDPOINT, _BUCKET, _ACCESS_KEY and _SECRET_KEY")
        bucket, _, prefix = self.text.removeprefix(_S3).partition("/")
        return S3Place(
            replace(self.s3, bucket=bucket, prefix=""), prefix.rstrip("/") + "/" if prefix.strip("/") else ""
        )

    def inside(self, outer: Address) -> str | None:
        """This place's name within ``outer``; None where it lies elsewhere."""
        here, there = (one.text.rstrip("/") + "/" for one in (self, outer))
        return here.removeprefix(there) if here.startswith(there) and here != there else None


class FolderFailed(StorageFull):
    """A folder of the archive cannot be read or written: its disk is full or away, or rights are missing."""

    code = "folder_failed"


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FolderFailed(f"{self._root}: {error.strerror or error}") from error

    async def names(self, under: str = "") -> list[str]:
        return await asyncio.to_thread(self._names, under)

    def _names(self, under: str) -> list[str]:
        start = self._root / under.rpartition("/")[0]
        with self._errors():
            found = [path.relative_to(self._root).as_posix() for path in start.rglob("*") if path.is_file()]
        return sorted(name for name in found if name.startswith(under))

    async def get(self, name: str, target: Path) -> int:
        return await asyncio.to_thread(self._get, name, target)

    def _get(self, name: str, target: Path) -> int:
        with self._errors():
            try:
                shutil.copyfile(self._root / name, target)
            except (FileNotFoundError, NotADirectoryError):
                raise NotFound(f"There is no file {name!r}.") from None
            except PermissionError:
                raise NotFound(f"The file {name!r} may not be read.") from None
            return target.stat().st_size

    async def put(self, source: Path, name: str, content_type: str = "application/octet-stream") -> None:
        await asyncio.to_thread(self._put, source, self._root / name)

    def _put(self, source: Path, target: Path) -> None:
        with self._errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, unfinished = self._unfinished()
            os.close(handle)
            try:
                shutil.copyfile(source, unfinished)
                Path(unfinished).replace(target)
            finally:
                Path(unfinished).unlink(missing_ok=True)

    def _unfinished(self) -> tuple[int, str]:
        """A new file, open; its folder may be removed by another command at the same time, empty as it is."""
        while True:
            (self._root / _UNFINISHED).mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                return tempfile.mkstemp(dir=self._root / _UNFINISHED)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._remove, self._root / name)

    def _remove(self, path: Path) -> None:
        """And the folders that become empty."""
        with self._errors():
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self._root:
                break
            try:
                folder.rmdir()
            except FileNotFoundError:  # removed by another at the same time
                continue
            except OSError:  # it still has files
                break

    async def tidy(self) -> None:
        await asyncio.to_thread(self._tidy, self._root / _UNFINISHED)

    def _tidy(self, folder: Path) -> None:
        with self._errors(), suppress(FileNotFoundError):  # removed by another command at the same time
            for path in folder.iterdir():
                if path.stat().st_mtime < time.time() - _LEFT_S:
                    path.unlink(missing_ok=True)
            with suppress(OSError):  # others write
                folder.rmdir()

    def close(self) -> None: ...


class S3Place:
    def __init__(self, config: S3Config, prefix: str) -> None:
        self._store = S3Store(config)
        self._prefix = prefix

    async def names(self, under: str = "") -> list[str]:
        objects = await self._store.objects(self._prefix + under)
        return [item.key.removeprefix(self._prefix) for item in objects if not item.key.endswith("/")]

    async def get(self, name: str, target: Path) -> int:
        return await self._store.download(self._prefix + name, target)

    async def put(self, source: Path, name: str, content_type: str = "application/octet-stream") -> None:
        await self._store.upload(source, self._prefix + name, content_type)

    async def remove(self, name: str) -> None:
        await self._store.remove(self._prefix + name)

    async def tidy(self) -> None:
        """Nothing: an object appears whole; parts of a large one are the bucket's lifecycle rule's to remove."""

    def close(self) -> None:
        self._store.close()
