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
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from multiprocessing import connection

from pebble import ProcessExpired, ProcessPool

from ocr_service.workers.sandbox import Limits, Outcome, enter_sandbox, run_task
from ocr_service.workers.spawn import CleanSpawnContext

# CPU seconds for each second of a task's time limit: native libraries may use some threads.
_CPU_PER_SECOND = 4
_PEBBLE_NOTICES_S = 2.0  # it looks ten times a second


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
        return await outcome_of(self._warming, self._process.sentinel)

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
        return await outcome_of(answer, self._process.sentinel)

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


async def outcome_of(answer: Future[Outcome], sentinel: int) -> Outcome:
    """What the process answers; ``sentinel``: a file descriptor that is readable once it has ended. Raises WorkerDied.

    Pebble knows best how a process ended and is given time to say so, but not always does: nothing is heard of a task
    that comes in the moment in which pebble finds its only process dead, nor of one that ends its process with code 0.
    """
    given = asyncio.wrap_future(answer)
    try:
        async with _readable(sentinel) as ended:
            await asyncio.wait((given, ended), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((given,), timeout=_PEBBLE_NOTICES_S)
        if given.done():
            return given.result()
    except ProcessExpired as exc:
        raise WorkerDiedInTask(_cause(exc.exitcode)) from exc
    except Exception as exc:  # the process's boundary: whatever pebble met, the worker is of no more use
        raise WorkerDied(f"{type(exc).__name__}: {exc}") from exc
    else:
        raise (WorkerDiedInTask if answer.running() else WorkerDied)("it ended without an answer")
    finally:
        given.cancel()


@asynccontextmanager
async def _readable(descriptor: int) -> AsyncIterator[asyncio.Future[None]]:
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()

    def found() -> None:
        loop.remove_reader(descriptor)
        readable.set_result(None)

    loop.add_reader(descriptor, found)
    try:
        yield readable
    finally:
        loop.remove_reader(descriptor)


def _cause(exitcode: int) -> str:
    """Of an exit code as multiprocessing gives it: negative for a signal."""
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return signal.Signals(-exitcode).name
    except ValueError:
        return f"signal {-exitcode}"
