"""Where an archive lies and where its results go: a bucket's prefix or a folder. Names are relative, with slashes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from ocr_service.client.values import SUFFIXES
from ocr_service.errors import BadOption, NotFound
from ocr_service.storage.s3 import S3Config, S3Store

_S3 = "s3://"
T = TypeVar("T")
R = TypeVar("R")


class Place(Protocol):
    async def names(self, under: str = "") -> list[str]:
        """All files whose names begin so, in order."""

    async def get(self, name: str, target: Path) -> int:
        """Fetches a file; its size in bytes. Raises NotFound."""

    async def put(self, source: Path, name: str, content_type: str = "application/octet-stream") -> None:
        """Whole or not at all."""

    async def remove(self, name: str) -> None: ...

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


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self._root = root

    async def names(self, under: str = "") -> list[str]:
        return await asyncio.to_thread(self._names, under)

    def _names(self, under: str) -> list[str]:
        start = self._root / under.rpartition("/")[0]
        found = (path for path in start.rglob("*") if path.is_file())
        return sorted(name for path in found if (name := path.relative_to(self._root).as_posix()).startswith(under))

    async def get(self, name: str, target: Path) -> int:
        try:
            return await asyncio.to_thread(self._get, name, target)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"There is no file {name!r}.") from None

    def _get(self, name: str, target: Path) -> int:
        shutil.copyfile(self._root / name, target)
        return target.stat().st_size

    async def put(self, source: Path, name: str, content_type: str = "application/octet-stream") -> None:
        await asyncio.to_thread(self._put, source, self._root / name)

    def _put(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".unfinished-")
        os.close(handle)
        shutil.copyfile(source, unfinished)
        Path(unfinished).replace(target)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread((self._root / name).unlink, missing_ok=True)
        with suppress(OSError):  # the folder still has files, or is gone
            (self._root / name).parent.rmdir()

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

    def close(self) -> None:
        self._store.close()
