"""One process holds a lock at a time; the lock of a process that died is free."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocr_service.storage.file_lock import LockHeld, file_lock, folder_lock

_HOLD = """
import pathlib, sys
from ocr_service.storage.file_lock import file_lock, folder_lock
lock = folder_lock if sys.argv[2] == "folder" else file_lock
with lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path, kind: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _HOLD, str(path), kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_file_that_another_process_holds_is_refused_with_its_pid_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "jobs.lock"
    with held_elsewhere(path, "file") as other:
        with pytest.raises(LockHeld) as refused, file_lock(path):
            raise AssertionError("it was taken")
        assert refused.value.pid == str(other.pid)
        other.kill()
        other.wait()
        with file_lock(path):
            assert path.read_text() == f"{os.getpid()}\n"


def test_whoever_waits_is_told_and_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "weights.lock"
    told = threading.Event()
    with held_elsewhere(path, "file") as other:

        def free_when_told() -> None:
            told.wait(60)
            other.kill()

        threading.Thread(target=free_when_told, daemon=True).start()
        with file_lock(path, on_wait=told.set):
            assert told.is_set()


def test_a_folder_that_another_process_holds_is_refused(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path, "folder"), pytest.raises(LockHeld), folder_lock(tmp_path):
        raise AssertionError("it was taken")


def test_a_folder_that_is_gone_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), folder_lock(tmp_path / "gone"):
        raise AssertionError("it was taken")
    assert not list(tmp_path.iterdir())
