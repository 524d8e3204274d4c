"""Services that start from a process in which their modules are loaded: that takes most of a start's CPU time.

A start is a fork of that process, of which each process of the tests has one. What a service takes over from there is
what its modules do when they are imported, which must not depend on the environment.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.support.warm_modules"])


class Process(Protocol):
    """A service's process: what is used of ``subprocess.Popen``."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


class WarmProcess:
    """``python -m ocr_service ARGUMENTS`` in ``folder``, with its output in the file ``log``."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        call = (arguments, dict(environment), str(folder), str(log))
        self._process = _context.Process(target=_run, args=call, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative after a signal. Raises TimeoutError."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"the process {self.pid} did not end within {timeout} s")
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, sig)


def _run(arguments: list[str], environment: dict[str, str], folder: str, log: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None
    from ocr_service.__main__ import main

    sys.exit(main(arguments))
