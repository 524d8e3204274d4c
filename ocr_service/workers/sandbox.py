"""What happens inside a page worker: its limits, and one task after another.

Nothing here runs in the app's process. A worker handles hostile files with native code; the limits make sure that the
worst it can do is to die.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import pickle
import resource
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from ocr_service.errors import ServiceError
from ocr_service.workers.loading import without_collector
from ocr_service.workers.messages import (
    Bug,
    Done,
    Outcome,
    OutOfMemory,
    Refused,
    encode_value,
    receive_task,
    send_answer,
    send_begun,
)

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

# When the machine as a whole runs out of memory, the kernel shall end a worker, not the app (its scale ends at 1000).
_OOM_SCORE = "800"

# How OpenCV and ONNX Runtime say that there was none, in exceptions of their own.
_NO_MEMORY = ("Insufficient memory", "bad_alloc", "Failed to allocate memory")


@dataclass(frozen=True, slots=True)
class Limits:
    """``memory_mb``: MiB of writable memory. ``nice``: added to the process's niceness."""

    memory_mb: int
    nice: int = 0


def main(descriptor: int, parent_pid: int) -> None:
    """A worker's whole life: ``descriptor`` is its socket. The first task's pickle holds the limits instead."""
    connection = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)  # else a program that a task starts would hold it, and hide our end
    first = receive_task(connection)
    if first is None:
        return
    with without_collector():
        enter_sandbox(pickle.loads(first[1]), parent_pid)
        _serve_one(connection)  # the warm-up: it loads modules and models
    while _serve_one(connection):
        pass


def _serve_one(connection: socket.socket) -> bool:
    """Whether a task came: none comes any more when the app has closed its end."""
    task = receive_task(connection)
    if task is None:
        return False
    cpu_s, pickled = task
    send_begun(connection)
    send_answer(connection, run_task(pickled, cpu_s))
    return True


def enter_sandbox(limits: Limits, parent_pid: int) -> None:
    """Limit this process for good; called once, before anything else runs in it."""
    # What libraries write about a document's faults may hold its text, or be made to look like a line of the log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Python's handlers do not run while native code does; the default action ends the process at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(parent_pid)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # RLIMIT_DATA counts private writable memory, which is what a bomb takes. RLIMIT_AS would also count mapped
    # libraries and models, and the address space that malloc reserves for each thread and never touches.
    memory = _at_most_hard(resource.RLIMIT_DATA, limits.memory_mb * 1024 * 1024)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if limits.nice:
        os.nice(limits.nice)
    with contextlib.suppress(OSError):  # some container runtimes have it read-only; it is a preference, no protection
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)


def run_task(pickled: bytes, cpu_s: float) -> Outcome:
    """Call the pickled ``(function, args)``. ``cpu_s``: CPU seconds after which the kernel ends the process.

    The CPU limit is the second line: the app counts the time and kills; this works also when the app cannot.
    """
    soft = _at_most_hard(resource.RLIMIT_CPU, math.ceil(time.process_time() + cpu_s))
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        function, args = pickle.loads(pickled)
        return Done(encode_value(function(*args)))
    except ServiceError as error:
        return Refused(error.code, str(error), error.retry_after_s)
    except MemoryError:
        return OutOfMemory()
    except Exception as exc:  # noqa: BLE001  the process's boundary: the app gets it as a value
        if any(said in str(exc) for said in _NO_MEMORY):
            return OutOfMemory()
        return Bug(f"{type(exc).__name__}: {exc}", traceback.format_exc())


def _at_most_hard(kind: int, value: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def _die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies, however that dies, and whatever this process does then.

    The kernel means the parent's *thread*: workers are started from threads that live as long as they do.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:  # it died before the call
        sys.exit("the parent process is gone")
