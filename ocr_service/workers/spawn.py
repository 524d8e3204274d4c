"""Worker processes that inherit nothing but what they are given.

The app's environment holds the S3 and API keys; what renders an untrusted PDF must not have them. Cleaning
``os.environ`` inside the worker would be too late: the kernel shows the environment of the start in
``/proc/<pid>/environ``. So a worker is started with an environment of its own.

The risk left over: a worker runs under the app's user, so that code inside it could still read the app's own ``/proc``.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping

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
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
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


def start_process(environment: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A worker process with ``environment`` and nothing else, and the app's end of the socket to it. Raises OSError.

    It leads a session of its own, so that a Ctrl-C at the terminal does not reach it, and so that one kill of the group
    also ends what it has started. The app's main module is not imported there: that would build the app again.
    """
    here, there = socket.socketpair()
    with there:
        arguments = [json.dumps(sys.path), str(there.fileno()), str(os.getpid())]
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _MAIN, *arguments],
                env=dict(environment),
                pass_fds=(there.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            here.close()
            raise
    here.setblocking(False)
    return process, here


# Modules must be found as in the app, wherever it was started from; PYTHONPATH would lack what the app added itself.
_MAIN = """import json, sys
sys.path[:] = json.loads(sys.argv[1])
from ocr_service.workers.sandbox import main
main(int(sys.argv[2]), int(sys.argv[3]))"""
