"""Files that appear whole or not at all: written under another name in the same folder, then renamed.

What a process that died leaves behind has a name that begins with ``UNFINISHED``; its owner removes it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".writing-"


def atomic_write(path: Path, content: bytes) -> None:
    """Writes ``content`` to ``path``, synced: a reader or a crash sees all of it or the file that was there before."""
    unfinished = _unused(path.parent, UNFINISHED)
    try:
        # One handle from the first byte to the sync: pages are kept this way, atomic_file opens three.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_file(path: Path, *, sync: bool = False) -> Iterator[Path]:
    """An empty file to write to; it becomes ``path`` when the block ends well, and is removed when it does not.

    ``sync``: its content is on the disk before it gets its name.
    """
    with temporary_file(path.parent) as unfinished:
        yield unfinished
        if sync:
            sync_file(unfinished)
        unfinished.replace(path)


@contextmanager
def temporary_file(folder: Path) -> Iterator[Path]:
    """A new empty file in ``folder``, removed when the block ends, unless it was renamed."""
    unfinished = new_file(folder, UNFINISHED)
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def new_file(folder: Path, prefix: str) -> Path:
    """Makes an empty file of a name that nobody else has. Its mode follows the umask, unlike that of ``mkstemp``."""
    path = _unused(folder, prefix)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    return path


def _unused(folder: Path, prefix: str) -> Path:
    return folder / f"{prefix}{secrets.token_hex(8)}"


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Makes the renames in a folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def restrict(folder: Path) -> None:
    """Takes away the rights that the umask takes from new folders: it may be from a time with another umask."""
    probe = folder / f"{UNFINISHED}{secrets.token_hex(8)}"
    probe.mkdir()
    try:
        with suppress(PermissionError):  # a shared volume may have given it to another user
            folder.chmod(folder.stat().st_mode & probe.stat().st_mode & 0o777)
    finally:
        probe.rmdir()
