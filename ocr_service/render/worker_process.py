"""One worker process, as the app sees it: started, given one task at a time, killed.

Each is a pebble pool of size one. In a larger pebble pool all workers share one pipe and its lock: a worker that is
killed while it holds them (a page that is cancelled in the moment its result is sent) leaves the others waiting for a
minute, and the pool broken after that. So a worker whose process has died is thrown away with its pipe, and nothing
else is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection

from pebble import ProcessExpired, ProcessPool

from ocr_service.render.sandbox import Limits, Outcome, enter_sandbox, run_task
from ocr_service.render.spawn import CleanSpawnContext

# CPU seconds for each second of a task's time limit: native libraries may use some threads.
_CPU_PER_SECOND = 4


class WorkerDied(Exception):
    """The process has ended, cannot be started or cannot take a task; the message says what is known of the cause."""


class WorkerDiedInTask(WorkerDied):
    """It ended while it carried out the task: what it was given may be to blame."""


class WorkerProcess:
    """The constructor and ``close`` block (some 20 and 200 ms) and are called in a thread; the rest is for the loop.

    The constructor raises WorkerDied where no process can be had.
    The process dies with the thread that made it (see ``sandbox._die_with``): that thread must live as long.
    """

    def __init__(self, limits: Limits, environment: Mapping[str, str], warm_up: Callable[[], object] | None) -> None:
        context = CleanSpawnContext(environment)
        self._pool = ProcessPool(
            max_workers=1, initializer=enter_sandbox, initargs=(limits, os.getpid()), context=context
        )
        try:  # the first task starts the process
            self._warming: Future[Outcome] = self._pool.schedule(
                run_task, args=(pickle.dumps((warm_up or _nothing, ())), _WARM_UP_CPU_S)
            )
        except (BrokenProcessPool, OSError) as exc:
            raise WorkerDied(f"the system refuses a process: {exc.__cause__ or exc}") from exc
        started = context.last_started
        assert started is not None and started.pid is not None
        self._process = started
        self.pid: int = started.pid
        self.tasks = 0

    async def warm(self) -> Outcome:
        """How the warm-up ended. Raises WorkerDied."""
        return await _outcome(self._warming)

    def alive(self) -> bool:
        # Not is_alive(): it says yes while pebble's thread is about to collect the dead process.
        return not connection.wait([self._process.sentinel], timeout=0)

    async def run(self, pickled: bytes, timeout_s: float) -> Outcome:
        """The pickled ``(function, args)`` called in the process. Raises WorkerDied. The caller keeps the time."""
        self.tasks += 1
        try:
            answer = self._pool.schedule(run_task, args=(pickled, timeout_s * _CPU_PER_SECOND))
        except RuntimeError as exc:  # pebble's word for a pool that is broken
            raise WorkerDied("it had ended before") from exc
        return await _outcome(answer)

    def kill(self) -> None:
        """End the process and what it started, at once."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # first, so that pebble starts no other in its place
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Wait for the end of the process and of pebble's threads; after ``kill``."""
        self._pool.join()


_WARM_UP_CPU_S = 600.0


def _nothing() -> None:
    """The warm-up of a worker that needs none."""


async def _outcome(answer: Future[Outcome]) -> Outcome:
    try:
        return await asyncio.wrap_future(answer)
    except ProcessExpired as exc:
        raise WorkerDiedInTask(_cause(exc.exitcode)) from exc
    except Exception as exc:  # the process's boundary: whatever pebble met, the worker is of no more use
        raise WorkerDied(f"{type(exc).__name__}: {exc}") from exc


def _cause(exitcode: int) -> str:
    """Of an exit code as multiprocessing gives it: negative for a signal."""
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return signal.Signals(-exitcode).name
    except ValueError:
        return f"signal {-exitcode}"
