"""Processes whose parent has died: adopted, reaped while this process runs, killed at its end.

The app's page workers and vLLM's engine lead sessions of their own, so that a kill of their parent's group misses them.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
_REAP_EVERY_S = 2.0


def adopt_orphans() -> None:
    """From now on every descendant that loses its parent becomes our child, as it would be PID 1's."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


async def reap_orphans(own: Callable[[], Collection[int]]) -> None:
    """Reaps adopted children that have ended, for ever. ``own()`` are those that somebody waits for."""
    before: set[int] = set()
    while True:
        # Twice seen: a child of ours that has just been started may not be among ``own`` yet.
        foreign = _children() - set(own())
        _reap(foreign & before)
        before = foreign
        await asyncio.sleep(_REAP_EVERY_S)


def _reap(ended_or_not: set[int]) -> None:
    for pid in ended_or_not:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def end_orphans() -> int:
    """Kills and reaps every child that is left, and what comes to us by that; how many there were."""
    ended = 0
    while left := _children():
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
            ended += 1
    return ended


def _children() -> set[int]:
    me = os.getpid()
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and _parent(entry) == me}


def _parent(entry: Path) -> int:
    try:
        status = (entry / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended meanwhile
        return 0
    return int(status.rpartition(")")[2].split()[1])  # after the name: the state, then the parent
