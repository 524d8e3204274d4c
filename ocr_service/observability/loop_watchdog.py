"""A watchdog of the event loop: how late it is, and what holds it, while it is held.

Everything that answers shares one loop: a call that keeps it for a second keeps every probe and every other request
waiting for a second. A thread looks from outside, so that it can tell also of a call that never returns.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType

log = logging.getLogger(__name__)

HELD_S = 0.25  # a loop that is as late is told of
_BEAT_S = 0.05
_FRAMES = 12  # of the stack, from the innermost
# Of the time that the loop seems held, the share that its thread must have run, where the watchdog was late itself:
# with less, the whole process was stopped, or the machine is overloaded.
_RAN = 0.5


@asynccontextmanager
async def watched_loop(observe: Callable[[float], None]) -> AsyncIterator[None]:
    """Watches the running loop. ``observe`` gets its lag in seconds, about twenty times a second."""
    watchdog = _Watchdog(asyncio.get_running_loop(), observe)
    thread = threading.Thread(target=watchdog.watch, name="loop-watchdog", daemon=True)
    watchdog.beat()
    thread.start()
    try:
        yield
    finally:
        watchdog.stop()


def name_request(method: str, path: str, request_id: str) -> None:
    """The task that runs now is this request's; the watchdog tells of it by this name."""
    if (task := asyncio.current_task()) is not None:
        task.set_name(f"{method} {path[:200]} (request {request_id})")


class _Watchdog:
    """``beat`` runs on the loop, ``watch`` in a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, observe: Callable[[float], None]) -> None:
        self._loop = loop
        self._observe = observe
        self._thread_id = threading.get_ident()
        self._cpu_clock = time.pthread_getcpuclockid(self._thread_id)
        self._stopped = threading.Event()
        self._next: asyncio.TimerHandle | None = None
        self._due = time.monotonic()

    def beat(self) -> None:
        now = time.monotonic()
        self._observe(max(0.0, now - self._due))
        self._due = now + _BEAT_S
        self._next = self._loop.call_later(_BEAT_S, self.beat)

    def stop(self) -> None:
        self._stopped.set()
        if self._next is not None:
            self._next.cancel()

    def watch(self) -> None:
        told = 0.0  # the beat whose lateness was told
        looked, ran = time.monotonic(), self._cpu_s()
        while not self._stopped.wait(_BEAT_S):
            now, cpu = time.monotonic(), self._cpu_s()
            late = now - self._due
            starved = now - looked > HELD_S and cpu - ran < _RAN * (now - looked)
            looked, ran, due = now, cpu, self._due
            if late > HELD_S and due != told and not starved:
                told = due
                self._tell(late)

    def _cpu_s(self) -> float:
        return time.clock_gettime(self._cpu_clock)

    def _tell(self, late_s: float) -> None:
        task = asyncio.current_task(self._loop)
        holder = task.get_name() if task is not None else "a callback"
        stack = _described(sys._current_frames().get(self._thread_id))
        log.warning("the event loop is held for %.2f s by %s: %s", late_s, holder, stack)


def _described(frame: FrameType | None) -> str:
    """``models.py:80 pages < routes.py:50 read``: the innermost call first."""
    calls: list[str] = []
    while frame is not None and len(calls) < _FRAMES:
        calls.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(calls)
