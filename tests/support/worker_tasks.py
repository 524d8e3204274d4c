"""What the tests of the pool run inside workers."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import stat
import struct
import subprocess
from pathlib import Path

import numpy as np

from ocr_service.document import PageResult
from ocr_service.errors import RenderFailed


def pid() -> int:
    return os.getpid()


def echo(value: object) -> object:
    return value


def large(size: int) -> bytes:
    return bytes(size)


def refuse(message: str) -> None:
    raise RenderFailed(message, retry_after_s=3)


def fail() -> None:
    raise KeyError("a bug")


def no_data() -> object:
    return lambda: None


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def end_quietly() -> None:
    """As a native library does that calls exit()."""
    os._exit(0)


def crash_the_first_time(mark: Path) -> int:
    if not mark.exists():
        mark.write_text(str(os.getpid()))
        crash()
    return os.getpid()


def hang_in_native_code() -> None:
    """Holds the interpreter's lock, so that no signal handler and no other thread of Python's can run."""
    ctypes.PyDLL(None).sleep(600)


def hang_the_first_time(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        hang_in_native_code()
    return "done"


def allocate(megabytes: int) -> int:
    return int(np.ones(megabytes << 20, np.uint8)[-1])


def enlarge(megabytes: int) -> int:
    """As ``allocate``, by OpenCV, which says in its own words that there is no memory."""
    import cv2

    return int(cv2.resize(np.ones((1, 1024), np.uint8), (1 << 20, megabytes))[0, 0])


def wait_for(gate: Path, told: Path | None = None) -> int:
    """Say through ``told`` that the task runs (its process's number), then wait for the gate (``gate.py``) to open."""
    if told is not None:
        unfinished = told.with_suffix(".part")
        unfinished.write_text(str(os.getpid()))
        unfinished.rename(told)
    with gate.open() as closed:
        fcntl.flock(closed, fcntl.LOCK_SH)
    return os.getpid()


def start_a_child_and_hang(told: Path) -> None:
    child = subprocess.Popen(["sleep", "600"])
    unfinished = told.with_suffix(".part")
    unfinished.write_text(str(child.pid))
    unfinished.rename(told)
    hang_in_native_code()


def wait_for_the_gate_in_home() -> None:
    """A warm-up that waits; warm-ups take no arguments."""
    wait_for(Path(os.environ["HOME"]) / "gate")


def fail_to_warm_up() -> None:
    raise FileNotFoundError("no such model")


def lie() -> int:
    return "no number"  # type: ignore[return-value]


def page_without_regions() -> PageResult:
    """As ``PageResult``, but for a field of another type."""
    return {"number": "1", "status": "completed"}  # type: ignore[return-value]


def speak_for_the_worker(message: bytes) -> None:
    """Sends bytes of its own to the app, as code would that has taken the process over, and waits for what comes."""
    for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                socket.socket(fileno=os.dup(descriptor)).sendall(message)
        except OSError:
            continue
    signal.pause()


def announced(kind: int, length: int) -> bytes:
    """The head of an answer of the worker's protocol."""
    return struct.pack("!BI", kind, length)
