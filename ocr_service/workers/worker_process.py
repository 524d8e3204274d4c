"""One worker process, as the app sees it: started, given one task at a time, killed."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from ocr_service.workers.messages import (
    ANSWER_HEAD,
    MOST_BYTES,
    TASK_HEAD,
    Kind,
    MalformedAnswer,
    Outcome,
    outcome_told,
    pickled_task,
)
from ocr_service.workers.sandbox import Limits
from ocr_service.workers.spawn import start_process

# CPU seconds for each second of a task's time limit: native libraries may use some threads.
_CPU_PER_SECOND = 4
_WARM_UP_CPU_S = 600.0
_EXIT_CODE_S = 2.0  # from the end of its connection to its exit code


class WorkerDied(Exception):
    """The process has ended, cannot be started or cannot take a task; the message says what is known of the cause."""


class WorkerDiedInTask(WorkerDied):
    """It ended while it carried out the task: what it was given may be to blame."""


class WorkerProcess:
    """The constructor and ``close`` block (some 20 ms each) and are called in a thread; the rest is for the loop.

    The constructor raises WorkerDied where no process can be had.
    The process dies with the thread that made it (see ``sandbox._die_with``): that thread must live as long.
    """

    def __init__(self, limits: Limits, environment: Mapping[str, str], warm_up: Callable[[], object] | None) -> None:
        try:
            self._process, self._connection = start_process(environment)
        except OSError as exc:
            raise WorkerDied(f"the system refuses a process: {exc}") from exc
        self._limits = limits
        self._warm_up = warm_up or _nothing
        self.pid: int = self._process.pid
        self.tasks = 0

    async def warm(self) -> Outcome:
        """How the warm-up ended. Raises WorkerDied."""
        limits = pickle.dumps(self._limits)
        return await self._outcome(limits, pickled_task(self._warm_up, ()), cpu_s=_WARM_UP_CPU_S)

    def alive(self) -> bool:
        return self._process.poll() is None

    async def run(self, pickled: bytes, timeout_s: float) -> Outcome:
        """The pickled ``(function, args)`` called in the process. Raises WorkerDied. The caller keeps the time."""
        self.tasks += 1
        return await self._outcome(pickled, cpu_s=timeout_s * _CPU_PER_SECOND)

    def kill(self) -> None:
        """End the process and what it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Wait for the end of the process; after ``kill``."""
        self._process.wait()
        self._connection.close()

    async def _outcome(self, *messages: bytes, cpu_s: float) -> Outcome:
        """Of the last of the messages."""
        begun = False

        def has_begun() -> None:
            nonlocal begun
            begun = True

        try:
            for message in messages:
                await _send_task(self._connection, message, cpu_s)
            return await _receive_answer(self._connection, has_begun)
        except MalformedAnswer as exc:
            raise WorkerDiedInTask(str(exc)) from exc
        except (EOFError, OSError) as exc:
            cause = await self._cause_of_death()
            raise (WorkerDiedInTask if begun else WorkerDied)(cause) from exc

    async def _cause_of_death(self) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_CODE_S):
                while self.alive():  # noqa: ASYNC110 - nobody tells: the connection's end came before the process's
                    await asyncio.sleep(0.01)
        code = self._process.returncode
        if not code:
            return "it ended without an answer"
        if code > 0:
            return f"exit code {code}"
        with suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"


def _nothing() -> None:
    """The warm-up of a worker that needs none."""


async def _send_task(connection: socket.socket, pickled: bytes, cpu_s: float) -> None:
    """Raises OSError when the worker has gone."""
    await asyncio.get_running_loop().sock_sendall(connection, TASK_HEAD.pack(cpu_s, len(pickled)) + pickled)


async def _receive_answer(connection: socket.socket, begun: Callable[[], None]) -> Outcome:
    """The outcome of the task that was sent; calls ``begun`` when the worker has begun it.

    Raises MalformedAnswer, and EOFError or OSError when the worker has gone.
    """
    while True:
        kind, length = ANSWER_HEAD.unpack(await _arrived(connection, ANSWER_HEAD.size))
        if length > MOST_BYTES:
            raise MalformedAnswer(f"a worker announced an answer of {length} bytes")
        body = await _arrived(connection, length)
        if kind != Kind.BEGUN:
            return outcome_told(kind, body)
        begun()


async def _arrived(connection: socket.socket, length: int) -> bytearray:
    loop = asyncio.get_running_loop()
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = await loop.sock_recv_into(connection, view)
        if not count:
            raise EOFError("the worker closed the connection")
        view = view[count:]
    return content
