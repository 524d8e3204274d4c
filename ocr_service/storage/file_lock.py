"""Exclusive locks between processes (flock(2)). The kernel frees a lock when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class LockHeld(Exception):
    """Another process holds the lock. ``pid``: its number as text, or "unknown"."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(f"{path} is locked by another process (pid {pid})")
        self.pid = pid


@contextmanager
def file_lock(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Holds the lock of a file, which is made where it is missing and gets our pid; it stays afterwards.

    Raises LockHeld where another process holds it; with ``on_wait``, calls that once and waits instead.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _taken(handle):
            if on_wait is None:
                raise LockHeld(path, os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown")
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def brief_lock(path: Path) -> Iterator[None]:
    """Holds a lock whose file is there only meanwhile. Raises LockHeld, and FileNotFoundError without its folder."""
    handle = _own(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def folder_lock(path: Path) -> Iterator[None]:
    """Holds the lock of a folder. Raises LockHeld, and FileNotFoundError where it is gone."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _taken(handle):
            raise LockHeld(path, "unknown")
        yield
    finally:
        os.close(handle)


def _own(path: Path) -> int:
    """The locked file, open. Who held it before may have removed it after it was opened here: then another one."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _taken(handle):
            os.close(handle)
            raise LockHeld(path, "unknown")
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
