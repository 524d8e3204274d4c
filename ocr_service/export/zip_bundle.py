"""A job's files as one zip: the Markdown with its images beside it, so that its links work when it is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

_SQUEEZED = {".md", ".json", ".html", ".txt"}  # pictures are compressed already


def write_bundle(folder: Path, target: Path) -> None:
    """Zips all files of ``folder`` under their relative names, in a fixed order and with fixed times."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    write_files(((path.relative_to(folder).as_posix(), path) for path in files), target)


def write_files(files: Iterable[tuple[str, Path]], target: Path) -> None:
    """Zips files under the names that are given with them."""
    with zipfile.ZipFile(target, "w") as bundle:
        for name, path in files:
            entry = zipfile.ZipInfo(name)  # dated 1980: the same job, the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED if path.suffix in _SQUEEZED else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, bundle.open(entry, "w", force_zip64=True) as packed:
                while chunk := source.read(1 << 20):
                    packed.write(chunk)
