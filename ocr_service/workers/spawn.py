"""Worker processes that inherit nothing but what they are given.

``multiprocessing`` starts a spawned process with the environment of its parent, which holds the S3 and API keys; what
renders an untrusted PDF must not have them. Cleaning ``os.environ`` inside the worker would be too late: the kernel
shows the environment of the start in ``/proc/<pid>/environ``. Cleaning it in the app would take it from boto3 and
others, and pebble starts workers from a thread of its own at any time. So the process is started by ``subprocess`` with
an environment of its own; everything else is done as ``multiprocessing`` does it.

The risk left over: a worker runs under the app's user, so that code inside it could still read the app's own ``/proc``.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Mapping
from multiprocessing import context, popen_spawn_posix, process, reduction, resource_tracker, spawn, util
from typing import Any

# What Python, Tesseract, poppler and the models need to find their files and to choose their threads.
_ALLOWED = frozenset(
    {
        "PATH",
        "HOME",
        "TMPDIR",
        "TZ",
        "LANG",
        "LANGUAGE",
        "LC_ALL",
        "LC_CTYPE",
        "LD_LIBRARY_PATH",
        "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
        "PYTHONWARNINGS",
        "OMP_THREAD_LIMIT",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MALLOC_ARENA_MAX",
        "TESSDATA_PREFIX",
        "PADDLE_PDX_CACHE_HOME",
        "FONTCONFIG_PATH",
        "FONTCONFIG_FILE",
    }
)


def allowed_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of ``environment`` that a worker may see. An allow-list: a secret that nobody thought of stays out."""
    return {name: value for name, value in environment.items() if name in _ALLOWED}


def gpu_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with what CUDA and PaddleX are told: for a process that runs a model, and sees pages only."""
    told = {name: value for name, value in environment.items() if name.startswith(("CUDA_", "NVIDIA_", "PADDLE_"))}
    return allowed_environment(environment) | told


class CleanSpawnContext(context.SpawnContext):
    """A ``spawn`` context whose processes get ``environment`` and nothing else.

    They lead a session of their own, so that a Ctrl-C at the terminal does not reach them, and so that one kill of the
    group also ends what they have started. The app's main module is not imported into them, as ``multiprocessing``
    does: it would build the app again. So a task's function must be importable.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__()
        self.environment = dict(environment)
        self.last_started: process.BaseProcess | None = None

    def Process(self, *args: Any, **kwargs: Any) -> process.BaseProcess:  # type: ignore[override]
        self.last_started = _CleanProcess(*args, **kwargs)
        self.last_started.environment = self.environment
        return self.last_started


class _CleanProcess(context.SpawnProcess):
    environment: dict[str, str]

    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> _CleanPopen:
        return _CleanPopen(process_obj)


class _CleanPopen(popen_spawn_posix.Popen):
    """``multiprocessing.popen_spawn_posix.Popen`` with ``subprocess`` in the place of a bare exec."""

    _fds: list[int]

    def _launch(self, process_obj: _CleanProcess) -> None:
        tracker_fd = resource_tracker.getfd()
        assert tracker_fd is not None  # it has just been started
        preparation = {
            key: value
            for key, value in spawn.get_preparation_data(process_obj.name).items()
            if not key.startswith("init_main_from_")
        }
        pickled = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(preparation, pickled)
            reduction.dump(process_obj, pickled)  # collects the pipes to pass on in self._fds
        finally:
            context.set_spawning_popen(None)
        sentinel, child_alive = os.pipe()  # the reading end becomes ready when the child is gone
        child_reads, parent_writes = os.pipe()
        self.finalizer = util.Finalize(self, _close, (sentinel, parent_writes))
        self.sentinel = sentinel
        try:
            self._process = subprocess.Popen(
                spawn.get_command_line(tracker_fd=tracker_fd, pipe_handle=child_reads),
                env=process_obj.environment,
                pass_fds=(*self._fds, tracker_fd, child_reads, child_alive),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(child_reads)
            os.close(child_alive)
        self.pid = self._process.pid
        with os.fdopen(parent_writes, "wb", closefd=False) as pipe:
            pipe.write(pickled.getbuffer())

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None:
            self.returncode = self._process.poll() if flag == os.WNOHANG else self._process.wait()
        return self.returncode


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
