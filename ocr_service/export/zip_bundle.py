"""A job's files as one zip: the Markdown with its images beside it, so that its links work when it is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_SQUEEZED = {".md", ".json", ".html", ".txt"}  # pictures are compressed already


def write_bundle(folder: Path, target: Path) -> None:
    """Zips all files of ``folder`` under their relative names, in a fixed order and with fixed times."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    write_files(((path.relative_to(folder).as_posix(), path) for path in files), target)


def write_files(files: Iterable[tuple[str, Path]], target: Path) -> None:
    """Zips files under the names that are given with them."""
    with zipfile.ZipFile(target, "w") as bundle:
        for _ in _packed(files, bundle):
            pass


def zipped(files: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """The same zip in pieces, so that it lies neither in memory nor on the disk."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w") as bundle:
        for _ in _packed(files, bundle):
            yield from pieces.taken()
    yield from pieces.taken()


def _packed(files: Iterable[tuple[str, Path]], bundle: zipfile.ZipFile) -> Iterator[None]:
    """Packs the files, and stops after each piece."""
    for name, path in files:
        entry = zipfile.ZipInfo(name)  # dated 1980: the same job, the same bytes
        entry.compress_type = zipfile.ZIP_DEFLATED if path.suffix in _SQUEEZED else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        with path.open("rb") as source, bundle.open(entry, "w", force_zip64=True) as packed:
            while chunk := source.read(1 << 20):
                packed.write(chunk)
                yield


class _Pieces(io.RawIOBase):
    """Takes what is written and hands it on; cannot be sought, so that the zip has its sizes behind each file."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> list[bytes]:
        written, self._written = self._written, []
        return written
