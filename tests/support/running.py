"""The service as a user runs it: a process of its own, on a free port, with folders of its own."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType

import httpx

from tests.support.warm_start import Process, WarmProcess

ROOT = Path(__file__).parents[2]
# Guards against hanging: how long a test waits for what must come, many times what that takes on a busy machine.
PATIENCE_S = 120.0
# The tests' own environment must not reach the service.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
_COMMAND = ["-m", "ocr_service", "serve"]


class RunningService:
    """``with RunningService(folder, SETTING="value") as service: service.client.get("/health")``

    ``folder`` holds output/, temp/ and service.log; starting again with the same folder is a restart.
    """

    warm = False  # whether a process that has the modules loaded already becomes the service

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.temp = folder / "temp"
        self.log = folder / "service.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_S)
        self.process: Process | None = None
        self.python = sys.executable
        self.command = _COMMAND
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment |= {
            "APP_HOST": "127.0.0.1",
            "APP_PORT": str(self.port),
            "OUTPUT_DIR": str(self.output),
            "TEMP_DIR": str(self.temp),
            "RENDER_WORKERS": "1",  # each takes a second of a core to start
            **settings,
        }

    def __enter__(self) -> RunningService:
        try:
            self.start()
        except BaseException:
            self.kill()
            self.client.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
        self.client.close()

    def start(self, *, until: str = "/health/ready") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            if self._can_start_warm():
                self.process = WarmProcess(self.command[2:], self.environment, ROOT, self.log)
            else:
                self.process = subprocess.Popen(
                    [self.python, *self.command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
                )
        try:
            wait_until(lambda: self._answers(until), what="the start", pause_s=0.1)  # each answer holds the start up
        except AssertionError as error:
            raise AssertionError(f"{error}; its log:\n{self.log.read_text()}") from None

    def _can_start_warm(self) -> bool:
        """Not where the command is another one, or its environment is one that the interpreter reads as it starts."""
        own = self.python == sys.executable and self.command == _COMMAND
        return self.warm and own and not any(name.startswith(("PYTHON", "LD_")) for name in self.environment)

    def _answers(self, path: str) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the service ended with {self.process.returncode}"
        try:
            return self.client.get(path).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, signal_number: int = signal.SIGTERM, timeout_s: float = PATIENCE_S) -> int:
        """Ends the process; gives its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def temp_files(self, prefix: str = "") -> list[Path]:
        """The files under TEMP_DIR. Its folders come and go with the page workers: one that is gone holds none."""
        found = os.walk(self.temp)  # unlike rglob it passes over what vanishes
        return [Path(folder) / name for folder, _, names in found for name in names if name.startswith(prefix)]

    def read(self, name: str, content: bytes, *, path: str = "/ocr/pdf", **fields: str) -> httpx.Response:
        return self.client.post(path, files={"file": (name, content)}, data=fields)


def wait_until(
    condition: Callable[[], object], timeout_s: float = PATIENCE_S, *, what: str = "it", pause_s: float = 0.02
) -> None:
    """Returns as soon as the condition holds; AssertionError when it does not in time.

    Mostly the condition asks the service, which costs both processes time: the longer it takes, the longer the pauses.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < timeout_s, f"{what} did not happen within {timeout_s:g} s"
        time.sleep(max(pause_s, min(waited / 10, 0.1)))


async def until(condition: Callable[[], object | Awaitable[object]], timeout_s: float = PATIENCE_S) -> None:
    """The same beside a running loop; the condition may be a coroutine function. TimeoutError when it never holds."""
    async with asyncio.timeout(timeout_s):
        while True:
            held = condition()
            if await held if inspect.isawaitable(held) else held:
                return
            await asyncio.sleep(0.005)


# Below the range that the kernel gives to outgoing connections, so that none takes a port before its server does; each
# process of the tests begins elsewhere in it and goes on from there, so that two seldom look at the same port.
_PORTS = range(10_000, 32_000)
_next_ports = itertools.count(random.SystemRandom().randrange(len(_PORTS)))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, another one at each call."""
    for number in _next_ports:
        port = _PORTS[number % len(_PORTS)]
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port")
