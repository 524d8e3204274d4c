"""Starts the layout process from the app, restarts it when it ends, and reports its state."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ocr_service.net.retry import RetryPolicy

_log = logging.getLogger(__name__)
_RETRIES = RetryPolicy(first_pause_s=1.0, longest_pause_s=60.0)
_FIRST_START_S = 300.0
_MOST_WAITING = 1024  # connections, with those of page workers that were killed meanwhile


class LayoutFailed(Exception):
    """The official model cannot be had; the message says why."""


class LayoutRunner:
    """Use as an async context manager: starts the process in the background, restarts it when it ends.

    The runner owns the listening socket at ``path``, which each process inherits: connections made before the model is
    loaded, or between two processes, wait in the kernel; none is refused.
    ``state`` is what ``/health`` shows: ``loading``, ``ready``, or ``failed: reason``.
    The process also ends when a page takes the model longer than ``page_limit_s`` seconds.
    ``command``: another program with the same arguments and protocol.
    """

    def __init__(
        self,
        path: Path,
        *,
        model: str,
        engine: str,
        device: str,
        page_limit_s: float,
        environment: Mapping[str, str],
        command: Sequence[str] = (sys.executable, "-m", "ocr_service.layout.process"),
    ) -> None:
        self.path = path
        self.state = "loading"
        self._listener = socket.socket(socket.AF_UNIX)
        self._command = [*command, str(self._listener.fileno()), model, engine, device, str(page_limit_s)]
        self._environment = dict(environment)
        self._keeping: asyncio.Task[None] | None = None
        self._known = asyncio.Event()  # the first process was ready, or has ended

    async def __aenter__(self) -> LayoutRunner:
        self._listener.bind(str(self.path))
        self.path.chmod(0o600)
        self._listener.listen(_MOST_WAITING)
        self._keeping = asyncio.create_task(self._keep(), name="layout process")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        self._listener.close()

    async def first_ready(self) -> None:
        """Returns when the first process is ready. Raises LayoutFailed when it ends before, or takes 5 minutes."""
        try:
            async with asyncio.timeout(_FIRST_START_S):
                await self._known.wait()
        except TimeoutError:
            raise LayoutFailed(f"its process did not come up within {_FIRST_START_S:g} s") from None
        if self.state != "ready":
            raise LayoutFailed(self.state.removeprefix("failed: "))

    async def _keep(self) -> None:
        failures = 0
        while True:
            failures = 1 if await self._run() else failures + 1
            pause = _RETRIES.pause_s(failures)
            _log.error("layout process ended (%s); restart in %.1f s", self.state, pause)
            await asyncio.sleep(pause)

    async def _run(self) -> bool:
        """Runs the process until it ends. True when it was ready in between."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            pass_fds=(self._listener.fileno(),),
        )
        assert process.stdout is not None
        was_ready = False
        try:
            # Libraries print there too: only these two lines are read.
            async for line in process.stdout:
                text = line.decode(errors="replace").strip()
                if text == "ready" or text.startswith("failed: "):
                    self.state, was_ready = text, was_ready or text == "ready"
                    self._known.set()
            code = await process.wait()
            if not self.state.startswith("failed"):
                self.state = f"failed: the process ended with exit code {code}"
            self._known.set()
            return was_ready
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
