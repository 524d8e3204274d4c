"""One child process in a process group of its own; it and its descendants end with this process."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_libc = ctypes.CDLL(None)


class Child:
    """``name`` is for the log. Made by ``start``."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(cls, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Raises OSError when the program cannot be started."""
        parent = os.getpid()

        def bind_to_parent() -> None:
            # SIGTERM, not SIGKILL: should we be killed, the child can still end what it has started itself.
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # we died before the line above
                os.kill(os.getpid(), signal.SIGTERM)

        process = await asyncio.create_subprocess_exec(
            *argv, env=dict(environment), stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True, preexec_fn=bind_to_parent,
        )  # fmt: skip
        return cls(name, process)

    async def wait(self) -> int:
        """Its exit code as a shell gives it (128 + the signal), once it has ended; then kills the rest of its group."""
        code = await self._process.wait()
        self._kill_group()
        return code if code >= 0 else 128 - code

    async def stop(self, grace_s: float, at_once: asyncio.Event) -> int:
        """SIGTERM, then SIGKILL for the whole group after ``grace_s`` seconds or as soon as ``at_once`` is set."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        ended = asyncio.create_task(self.wait(), name=f"{self.name} ends")
        killed = asyncio.create_task(at_once.wait(), name=f"{self.name} is killed")
        await asyncio.wait({ended, killed}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        killed.cancel()
        if not ended.done():
            self._kill_group()
        return await ended

    def _kill_group(self) -> None:
        # The group's number is not given away while a member lives; without members there is nothing to kill.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
