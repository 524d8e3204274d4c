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

from ocr_service.storage.file_lock import LockHeld, brief_lock, file_lock, folder_lock

_HOLD = """
import pathlib, sys
from ocr_service.storage.file_lock import brief_lock, file_lock, folder_lock
lock = {"folder": folder_lock, "file": file_lock, "brief": brief_lock}[sys.argv[2]]
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


_COUNT = """
import pathlib, sys
from ocr_service.storage.file_lock import LockHeld, brief_lock
lock, number = map(pathlib.Path, sys.argv[1:])
done = 0
while done < 50:
    try:
        with brief_lock(lock):
            number.write_text(str(int(number.read_text()) + 1))
            done += 1
    except LockHeld:
        pass
"""


def test_a_brief_lock_is_held_by_one_at_a_time_though_its_file_comes_and_goes(tmp_path: Path) -> None:
    lock, number = tmp_path / "book.lock", tmp_path / "number"
    number.write_text("0")
    counting = [subprocess.Popen([sys.executable, "-c", _COUNT, str(lock), str(number)]) for _ in range(3)]
    assert [process.wait() for process in counting] == [0, 0, 0]
    assert number.read_text() == "150"
    assert not lock.exists()


def test_a_brief_lock_that_a_process_left_as_it_died_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "book.lock"
    with held_elsewhere(lock, "brief") as other:
        with pytest.raises(LockHeld), brief_lock(lock):
            raise AssertionError("it was taken")
        other.kill()
        other.wait()
        assert lock.exists()
        with brief_lock(lock):
            assert lock.exists()
    assert not lock.exists()
