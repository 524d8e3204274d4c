"""The documents given to a command: files, folders, patterns."""

from __future__ import annotations

import argparse
import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from ocr_service.client.values import SUFFIXES

HELP = "PDF, PNG, JPEG, TIFF, WebP or BMP; a folder (all such files in it); a pattern such as 'scans/**/*.pdf'"
FORMATS = ("folder", "md", "json", "chunks.json", "html", "txt", "docx", "pdf", "zip")
"""What ``--formats`` may list, by suffix; ``folder`` is Markdown, JSON and the figures."""


def documents(given: Iterable[Path], output: Path) -> list[Path]:
    """The files in the order in which they were given, each once; in a folder by name, without those in ``output``.

    A path that does not exist stays in the list: the command reports it when it cannot open it.
    """
    return list(dict.fromkeys(file for path in given for file in _files(path, output.absolute())))


def _files(path: Path, output: Path) -> Iterator[Path]:
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        yield from sorted(
            file for file in found if not _is_hidden(file, path) and output not in file.absolute().parents
        )
    elif not path.exists() and glob.has_magic(str(path)):
        # Path.glob takes no absolute pattern.
        for match in sorted(glob.glob(str(path), recursive=True)):  # noqa: PTH207
            yield from _files(Path(match), output)
    else:
        yield path


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def formats(text: str) -> tuple[str, ...]:
    """An argument such as ``md,docx``. Raises ArgumentTypeError."""
    listed = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not listed or not set(listed) <= set(FORMATS):
        raise argparse.ArgumentTypeError(f"{text!r}: must be a list of {', '.join(FORMATS)}, separated by commas")
    return listed
