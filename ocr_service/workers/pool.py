"""The pool of page workers: processes for untrusted documents, which may hang, crash or be killed.

Tasks of all documents wait in one fair queue; a free worker takes the next. When a worker dies, its task loses one of
two tries and the worker is replaced. A task that exceeds its time limit or is cancelled ends its worker, since native
code cannot be stopped otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple

from ocr_service.errors import EngineUnavailable, NotReady, PageTimeout, ServiceError, WorkerCrashed
from ocr_service.net.retry import RetryPolicy
from ocr_service.workers.fair_queue import FairQueue
from ocr_service.workers.messages import (
    Bug,
    Done,
    MalformedAnswer,
    OutOfMemory,
    Refused,
    declared_type,
    pickled_task,
)
from ocr_service.workers.sandbox import Limits
from ocr_service.workers.spawn import allowed_environment
from ocr_service.workers.worker_process import WorkerDied, WorkerDiedInTask, WorkerProcess

logger = logging.getLogger(__name__)

Ts = TypeVarTuple("Ts")
R = TypeVar("R")

RESTART_REASONS = ("crashed", "out_of_memory", "timeout", "cancelled", "recycled", "not_started")
_TRIES = 2
_MOST_LOSSES = 5  # workers lost by a task, including those that died before it began: every task ends
# A second try after a timeout finds out whether the process hung by chance; a page that is slow by nature would take
# all of its time again and give nothing.
_SHARE_AFTER_TIMEOUT = 0.25
_WARM_UP_S = 120.0  # loading models from a cold disk
_FAILED_STARTS_BEFORE_GIVING_UP = 3
_ENVIRONMENT = {
    # There are as many workers as cores; threads of Tesseract's and NumPy's in each would wait for one another. (Those
    # of NumPy's burn time while they wait: a page of formulas read by eye took 2.3 s with two, 1.1 s with one.)
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Memory of a page's pictures that is given back to the kernel and taken again costs a tenth of the time of a page
    # with a good text layer. What glibc comes to by itself after a block of 32 MiB is so from the start: a worker
    # keeps up to 64 MiB for its next page (of A4 at 200 dpi 45), and its peak is the same.
    "MALLOC_MMAP_THRESHOLD_": f"{32 << 20}",
    "MALLOC_TRIM_THRESHOLD_": f"{64 << 20}",
}
_START_RETRIES = RetryPolicy(first_pause_s=1.0, longest_pause_s=30.0)


@dataclass(slots=True, eq=False)
class _Task:
    pickled: bytes
    timeout_s: float
    returns: Any
    result: asyncio.Future[Any]
    tries: int = 0
    losses: int = 0
    timed_out: bool = False


class PagePool:
    """``workers`` processes, started in the background by ``async with`` and ended with it.

    ``memory_mb``: MiB of writable memory a worker may take. ``tasks_per_worker``: a worker is replaced after so many
    tasks, against memory that native libraries lose; the first ones at different counts, so that not all are replaced
    together. ``nice`` lowers the workers' priority. ``warm_up`` runs once in each new worker (it loads models); it must
    be importable, as every task's function, whose declared return type is what its value is checked against.

    For metrics: ``waiting`` and ``running`` tasks, ``warm`` workers, and ``restarts`` by reason (``crashed``,
    ``out_of_memory``, ``timeout``, ``cancelled``, ``recycled``, ``not_started``).
    """

    def __init__(
        self,
        workers: int,
        *,
        memory_mb: int = 2048,
        tasks_per_worker: int = 200,
        nice: int = 0,
        warm_up: Callable[[], object] | None = None,
    ) -> None:
        self.workers = workers
        self.running = 0
        self.warm = 0
        self.restarts: Counter[str] = Counter()
        self.start_error: str | None = None
        self._limits = Limits(memory_mb, nice)
        self._tasks_per_worker = tasks_per_worker
        self._warm_up = warm_up
        self._environment = _ENVIRONMENT | allowed_environment(os.environ)
        self._queue: FairQueue[_Task] = FairQueue()
        self._arrived = asyncio.Event()
        self._started = asyncio.Event()
        self._slots: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def ready(self) -> bool:
        """A task given now would be run now or after those before it: at least one worker is warm."""
        return self.warm > 0 and not self._closed

    async def wait_ready(self) -> None:
        """Until the first worker is warm. Raises EngineUnavailable where the workers cannot start, with the reason."""
        await self._started.wait()
        if not self.ready:
            raise EngineUnavailable(f"page workers cannot start: {self.start_error}")

    async def __aenter__(self) -> Self:
        self._slots = [
            asyncio.create_task(self._serve(index), name=f"page-worker-{index}") for index in range(self.workers)
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the workers at once; what still waits or runs raises NotReady."""
        self._closed = True
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        self._refuse_waiting(NotReady.stopping())

    async def run(self, function: Callable[[*Ts], R], *args: *Ts, document: str, order: int, timeout_s: float) -> R:
        """``function(*args)`` in a worker. Cancelling the call takes the task out of the queue or ends its worker.

        ``document`` and ``order`` (the page's number) decide its place in the queue; ``timeout_s`` counts from its
        start in a worker; the second try after a timeout gets a quarter of it. Raises the ServiceError that the
        function raised; WorkerCrashed and PageTimeout after the second try; ServiceError (``internal_error``) where the
        function raised anything else.
        """
        if self._closed:
            raise NotReady.stopping()
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        task = _Task(pickled_task(function, args), timeout_s, declared_type(function), future)
        ticket = self._queue.put(document, order, task)
        self._arrived.set()
        try:
            return await future
        finally:
            self._queue.remove(ticket)  # where it was cancelled before its turn

    async def _serve(self, index: int) -> None:
        """One worker after another, one task after another, until cancelled."""
        # A worker dies with the thread that started it, so that each slot keeps one for itself.
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"page-worker-{index}")
        recycle_after = max(1, self._tasks_per_worker * (index + 1) // self.workers)
        held = _HeldTask()
        try:
            while True:
                async with self._warm_worker(thread, held) as worker:
                    await self._work(worker, recycle_after, held)
                recycle_after = self._tasks_per_worker
        finally:
            held.refuse(NotReady.stopping())
            thread.shutdown(wait=False)

    async def _work(self, worker: WorkerProcess, recycle_after: int, held: _HeldTask) -> None:
        """Carry out tasks until the worker has to be replaced."""
        while worker.tasks < recycle_after:
            task = held.task = held.task or await self._next()
            if task.result.done():  # cancelled while it waited for this worker
                held.task = None
                continue
            if not worker.alive():
                self.restarts["crashed"] += 1
                return
            self.running += 1
            try:
                usable = await self._try(task, worker)
            finally:
                self.running -= 1
            if task.result.done():
                held.task = None
            if not usable:
                return
        self.restarts["recycled"] += 1

    async def _next(self) -> _Task:
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        return self._queue.pop()

    async def _try(self, task: _Task, worker: WorkerProcess) -> bool:
        """One try: the task has its result after it, or one more try. False where the worker is lost."""
        limit_s = task.timeout_s * _SHARE_AFTER_TIMEOUT if task.timed_out else task.timeout_s
        attempt = asyncio.ensure_future(worker.run(task.pickled, limit_s))
        try:
            both: tuple[asyncio.Future[Any], ...] = (attempt, task.result)
            await asyncio.wait(both, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not attempt.done():
                worker.kill()
                attempt.cancel()
        if task.result.done():  # nobody waits for it any more
            if attempt.done() and attempt.exception() is None:
                return True
            self.restarts["cancelled"] += 1
            return False
        if not attempt.done():
            task.timed_out = True
            return self._lost(task, "timeout", PageTimeout.after(task.timeout_s))
        try:
            outcome = attempt.result()
        except WorkerDiedInTask as exc:
            hint = f"a damaged file can do that, or one that needs more than {self._limits.memory_mb} MB of memory"
            return self._lost(task, "crashed", WorkerCrashed(f"reading the page crashed twice ({exc}): {hint}"))
        except WorkerDied as exc:  # before it had begun, which is no try of this task
            return self._lost(task, "crashed", WorkerCrashed(f"the page's worker processes die: {exc}"), tried=False)
        match outcome:
            case OutOfMemory():
                return self._lost(task, "out_of_memory", WorkerCrashed.out_of_memory(self._limits.memory_mb))
            case Done():
                try:
                    task.result.set_result(outcome.value(task.returns))
                except MalformedAnswer as exc:  # the process no longer runs our code
                    return self._lost(task, "crashed", WorkerCrashed(str(exc)))
            case Refused():
                task.result.set_exception(outcome.error)
            case Bug(summary, traceback):
                logger.error("a page task failed: %s\n%s", summary, traceback)
                task.result.set_exception(ServiceError(f"internal error while handling the page: {summary}"))
        return True

    def _lost(self, task: _Task, reason: str, error: ServiceError, *, tried: bool = True) -> bool:
        self.restarts[reason] += 1
        task.losses += 1
        task.tries += tried
        last = task.tries >= _TRIES or task.losses >= _MOST_LOSSES
        logger.warning("page worker lost (%s): %s", reason, error if last else "retrying the page once")
        if last:
            task.result.set_exception(error)
        return False

    @asynccontextmanager
    async def _warm_worker(self, thread: ThreadPoolExecutor, held: _HeldTask) -> AsyncIterator[WorkerProcess]:
        """A worker that has warmed up; starts that fail are repeated, with pauses. It is ended on the way out."""
        failures = 0
        while True:
            try:
                worker = await self._start(thread)
            except WorkerDied as exc:
                problem: str | None = str(exc)
            else:
                try:
                    problem = await self._problem_of_warming(worker)
                    if problem is None:
                        self.warm += 1
                        self._started.set()
                        try:
                            yield worker
                        finally:
                            self.warm -= 1
                        return
                finally:
                    await _end(worker, thread)
            failures += 1
            self.restarts["not_started"] += 1
            self.start_error = problem
            logger.error("page worker did not start: %s", problem)
            if failures >= _FAILED_STARTS_BEFORE_GIVING_UP and not self.warm:
                self._started.set()
                error = EngineUnavailable(f"the page workers cannot start: {problem}")
                held.refuse(error)
                self._refuse_waiting(error)
            await asyncio.sleep(_START_RETRIES.pause_s(failures))

    async def _start(self, thread: ThreadPoolExecutor) -> WorkerProcess:
        start = partial(WorkerProcess, self._limits, self._environment, self._warm_up)
        starting = asyncio.get_running_loop().run_in_executor(thread, start)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(WorkerDied):  # the thread goes on: what it starts must not be left behind
                await _end(await starting, thread)
            raise

    async def _problem_of_warming(self, worker: WorkerProcess) -> str | None:
        try:
            async with asyncio.timeout(_WARM_UP_S):
                outcome = await worker.warm()
        except WorkerDied as exc:
            return f"the process died: {exc}"
        except TimeoutError:
            return f"the warm-up took longer than {_WARM_UP_S:g} s"
        match outcome:
            case Done():
                return None
            case Refused():
                return outcome.message
            case OutOfMemory():
                return f"the warm-up needs more than {self._limits.memory_mb} MB of memory"
            case Bug(summary, traceback):
                logger.error("the warm-up of a page worker failed\n%s", traceback)
                return summary

    def _refuse_waiting(self, error: ServiceError) -> None:
        while self._queue:
            _refuse(self._queue.pop(), error)


@dataclass(slots=True)
class _HeldTask:
    """The task of a slot, kept from its first try to its last while workers are replaced."""

    task: _Task | None = None

    def refuse(self, error: ServiceError) -> None:
        if self.task is not None:
            _refuse(self.task, error)
            self.task = None


def _refuse(task: _Task, error: ServiceError) -> None:
    if not task.result.done():
        task.result.set_exception(error)


async def _end(worker: WorkerProcess, thread: ThreadPoolExecutor) -> None:
    worker.kill()
    # Shielded: a cancel, as of a pool that closes, would take a close that has not begun out of the thread's queue.
    await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, worker.close))
