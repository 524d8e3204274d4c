"""Threads for calls that cannot be cancelled, such as a request to a store that says nothing.

Python waits for the threads of a ThreadPoolExecutor before the process ends, so that the time-out of one call comes on
top of the grace of the shutdown. Nobody waits for these: what they do then ends as at a kill, which harms nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_Call = tuple[Future[Any], Callable[[], Any]]


class DaemonThreads:
    """``number`` threads, which run in its order what comes; to be used from one event loop."""

    def __init__(self, number: int, name: str) -> None:
        self._number = number
        self._closed = False
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        for index in range(number):
            threading.Thread(target=self._work, name=f"{name}_{index}", daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` gives or raises. A caller that is cancelled goes on at once; the thread when it comes back."""
        if self._closed:
            raise RuntimeError("the threads are closed")
        future: Future[T] = Future()
        self._calls.put((future, work))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Cancels what has not begun, and waits for nothing."""
        self._closed = True
        with contextlib.suppress(Empty):
            while call := self._calls.get_nowait():
                call[0].cancel()
        for _ in range(self._number):
            self._calls.put(None)

    def _work(self) -> None:
        while call := self._calls.get():
            _run(*call)
            del call  # or it would be held until the next one comes


def _run(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - raised in the caller
        future.set_exception(error)
    else:
        future.set_result(result)
