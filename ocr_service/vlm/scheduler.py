"""Assigns the regions of all documents to backends.

At most ``concurrency`` requests are in flight at a backend. Documents share backends fairly; within a document, earlier
pages go first. A request goes to the backend that was given the fewest since it came up, of those with the fewest in
flight or one more: equal backends get equal shares, a slow one gets less. A backend that fails is down: it gets no
requests and is probed until it answers. While all are down, a document waits up to ``wait_s`` seconds (BACKEND_WAIT_S),
then its regions fail with EngineUnavailable. Backends can be added and drained while it runs.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from ocr_service.errors import BackendRefused, EngineUnavailable, ServiceError
from ocr_service.vlm.client import Backend, BackendTrouble, KeyRejected, Trouble
from ocr_service.workers.fair_queue import FairQueue

log = logging.getLogger(__name__)

Probe = Callable[[Backend], Awaitable[None]]

# A backend is down after so many in a row. Errors come back at once, so that a burst of them says little; a time-out
# has cost its time already. A false alarm costs one probe, a fraction of a second.
_ERRORS_IN_A_ROW = 16
_TIMEOUTS_IN_A_ROW = 3
_FIRST_PROBE_S, _LAST_PROBE_S = 0.25, 2.0
# A vLLM that is told to stop refuses connections after half a second, but neither answers nor closes open requests
# (111 s seen). So after this long without any answer its /health is asked.
_SILENCE_S = 3.0
_HEALTH_TIMEOUTS_IN_A_ROW = 3


@dataclass(slots=True)
class _State:
    """The state of one backend. ``down``: the reason why it is down; empty while it is up."""

    backend: Backend
    down: str
    in_flight: int = 0
    given: int = 0  # requests since it came up
    errors: int = 0
    timeouts: int = 0
    last_answer: float = 0.0  # by the event loop's clock; or when the first of the requests in flight was sent
    busy: asyncio.Event = field(default_factory=asyncio.Event)  # requests are in flight
    calls: set[asyncio.Timeout] = field(default_factory=set)  # of the requests in flight
    health_check: asyncio.Task[BackendTrouble | None] | None = None
    key_rejected: KeyRejected | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False  # gets no further requests, and is forgotten when the last one has ended
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def takes_work(self) -> bool:
        return not self.down and not self.draining


@dataclass(frozen=True, slots=True)
class _Waiter:
    slot: asyncio.Future[Backend]
    avoid: Backend | None


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """A backend as health checks and metrics show it."""

    url: str
    up: bool
    in_flight: int
    model: str | None
    reason: str


class Scheduler:
    """Use as an async context manager: it runs two tasks for each backend. One probes the backend while it is down; one
    asks its ``/health`` when it is silent, and where that fails, has its requests sent to other backends.

    ``probe`` must raise BackendTrouble or ServiceError when the backend is not ready for work. Backends start down and
    are probed at once.

    Counters for metrics: ``requests`` by backend and outcome; ``retries`` by cause and ``answer_problems`` by problem,
    which ``read_region`` counts.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        probe: Probe,
        *,
        concurrency: int,
        wait_s: float,
        silence_s: float = _SILENCE_S,
    ) -> None:
        self._states: dict[Backend, _State] = {}
        self._at_start = backends
        self._probe = probe
        self._concurrency = concurrency
        self._wait_s = wait_s
        self._silence_s = silence_s
        self._waiting: FairQueue[_Waiter] = FairQueue()
        self._slots_by_document: dict[str, set[asyncio.Future[Backend]]] = {}  # queued requests by document
        self._wanted = asyncio.Event()
        self._wanted.set()
        # While all backends are down: the waiting documents, each with the timer that ends its wait.
        self._outage: dict[str, asyncio.TimerHandle] = {}
        self._given_up: set[str] = set()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.retries: Counter[str] = Counter()
        self.answer_problems: Counter[str] = Counter()

    async def __aenter__(self) -> Scheduler:
        for backend in self._at_start:
            self.add(backend)
        return self

    async def __aexit__(self, *exc: object) -> None:
        for timer in self._outage.values():
            timer.cancel()
        checks = [state.health_check for state in self._states.values() if state.health_check is not None]
        tasks: list[asyncio.Task[Any]] = [*checks, *(task for state in self._states.values() for task in state.tasks)]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    # Backends come and go

    def add(self, backend: Backend) -> None:
        """Probes the backend at once, and gives it requests as soon as it is up. One that drains stays."""
        if backend in self._states:
            self._states[backend].draining = False
            self._join(self._states[backend])
            self._fill()
            return
        state = self._states[backend] = _State(backend, down="not probed yet")
        state.gone.set()
        state.tasks.append(asyncio.create_task(self._probe_while_down(state), name=f"probe {backend}"))
        state.tasks.append(asyncio.create_task(self._watch_silence(state), name=f"health of {backend}"))

    def _join(self, state: _State) -> None:
        """Its share begins now: one that comes is not given what the others have had before."""
        state.given = max((other.given for other in self._states.values() if other.takes_work), default=0)

    def drain(self, backend: Backend) -> None:
        """Gives the backend no further requests; those in flight end as they would."""
        state = self._states[backend]
        state.draining = True
        if not state.in_flight:
            self._forget(state)
        self._start_timers_if_all_are_down()

    def _forget(self, state: _State) -> None:
        del self._states[state.backend]
        for task in state.tasks:
            task.cancel()
        for url, outcome in [counted for counted in self.requests if counted[0] == state.backend.url]:
            del self.requests[url, outcome]

    # Read by the pipeline, health checks and metrics

    @property
    def queued(self) -> int:
        """Regions that wait for a backend."""
        return len(self._waiting)

    @property
    def up(self) -> bool:
        return any(state.takes_work for state in self._states.values())

    @property
    def wants_more(self) -> bool:
        """Whether the next page should be prepared: fewer regions wait than the backends can take at once."""
        backends = sum(state.takes_work for state in self._states.values())
        return self.queued < self._concurrency * max(1, backends)

    async def wait_until_wanted(self) -> None:
        """Returns when ``wants_more`` holds. Several waiters wake together; each checks again."""
        while not self.wants_more:
            self._wanted.clear()
            await self._wanted.wait()

    def status(self) -> list[BackendStatus]:
        return [
            BackendStatus(
                url=state.backend.url,
                up=state.takes_work,
                in_flight=state.in_flight,
                model=state.backend.model,
                reason=state.down or ("draining" if state.draining else ""),
            )
            for state in self._states.values()
        ]

    # Slots

    @asynccontextmanager
    async def slot(self, document: str, order: int, *, avoid: Backend | None = None) -> AsyncIterator[Backend]:
        """A slot at a backend for one request; ``avoid`` is used only when no other backend has a free slot.

        BackendTrouble that leaves the block is counted against the backend; its ``outage`` says that the backend is
        down. A backend that stops ends the block with such trouble. Raises EngineUnavailable when no backend comes up
        in time, KeyRejected when all reject VLLM_API_KEY.
        """
        backend = await self._assign(document, order, avoid)
        state = self._states[backend]
        call = asyncio.timeout(None)
        try:
            async with call:
                state.calls.add(call)
                try:
                    yield backend
                finally:
                    state.calls.discard(call)
        except TimeoutError:
            if not call.expired():
                raise
            trouble = BackendTrouble(f"{backend} {Trouble.STOPPED}: {state.down}", Trouble.STOPPED)
            trouble.outage = True
            self.requests[backend.url, trouble.trouble.name.lower()] += 1
            raise trouble from None
        except BackendTrouble as trouble:
            self.requests[backend.url, trouble.trouble.name.lower()] += 1
            await self._count(state, trouble)
            raise
        except KeyRejected:
            self.requests[backend.url, "refused"] += 1
            raise
        except BackendRefused:
            self.requests[backend.url, "refused"] += 1
            self._answered(state)
            raise
        else:
            self.requests[backend.url, "answered"] += 1
            self._answered(state)
        finally:
            self._release(state)

    async def _assign(self, document: str, order: int, avoid: Backend | None) -> Backend:
        if not self._waiting:
            state = self._least_loaded(avoid)
            if state is not None:
                self._occupy(state)
                return state.backend
        if document in self._given_up:
            raise self._unavailable()
        slot: asyncio.Future[Backend] = asyncio.get_running_loop().create_future()
        ticket = self._waiting.put(document, order, _Waiter(slot, avoid))
        queued = self._slots_by_document.setdefault(document, set())
        queued.add(slot)
        if not self.up:
            self._start_wait_timer(document)
        try:
            return await slot
        except asyncio.CancelledError:
            if slot.done() and not slot.cancelled() and slot.exception() is None:
                self._release(self._states[slot.result()])  # assigned at the moment of the cancel
            raise
        finally:
            self._waiting.remove(ticket)
            queued.discard(slot)
            if not queued:
                self._slots_by_document.pop(document, None)
            self._signal_wanted()

    def _least_loaded(self, avoid: Backend | None) -> _State | None:
        free = [state for state in self._states.values() if state.takes_work and state.in_flight < self._concurrency]
        free = [state for state in free if state.backend is not avoid] or free
        least = min((state.in_flight for state in free), default=0)
        # Answers come a little sooner or later by chance: by requests in flight alone, some would get more than others.
        alike = (state for state in free if state.in_flight <= least + 1)
        return min(alike, key=lambda state: (state.given, state.in_flight), default=None)

    def _occupy(self, state: _State) -> None:
        if not state.in_flight:
            state.last_answer = asyncio.get_running_loop().time()
            state.busy.set()
        state.in_flight += 1
        state.given += 1

    def _release(self, state: _State) -> None:
        state.in_flight -= 1
        if not state.in_flight:
            state.busy.clear()
            if state.draining:
                self._forget(state)
        self._fill()

    def _fill(self) -> None:
        while self._waiting and self._least_loaded(None) is not None:
            waiter = self._waiting.pop()
            state = self._least_loaded(waiter.avoid)
            if state is not None and not waiter.slot.done():
                self._occupy(state)
                waiter.slot.set_result(state.backend)
        self._signal_wanted()

    def _signal_wanted(self) -> None:
        if self.wants_more:
            self._wanted.set()

    # Health

    def _answered(self, state: _State) -> None:
        # A backend that is down stays so: one that drains still answers what it has, but takes nothing new.
        state.errors = state.timeouts = 0
        state.last_answer = asyncio.get_running_loop().time()

    async def _count(self, state: _State, trouble: BackendTrouble) -> None:
        """Counts a failed request, and finds out whether the backend is down: a stopping server drops requests or
        answers 503, which is no fault of the request."""
        if trouble.trouble is Trouble.ERROR and not state.down:
            reason = await self._failing_health(state)
            if reason is not None:
                self._set_down(state, str(reason))
        state.errors += trouble.trouble is Trouble.ERROR
        state.timeouts += trouble.trouble is Trouble.TIMEOUT
        if (
            trouble.trouble is Trouble.UNREACHABLE
            or state.errors >= _ERRORS_IN_A_ROW
            or state.timeouts >= _TIMEOUTS_IN_A_ROW
        ):
            self._set_down(state, str(trouble))
        trouble.outage = bool(state.down) and trouble.trouble in (Trouble.UNREACHABLE, Trouble.ERROR)

    async def _failing_health(self, state: _State) -> BackendTrouble | None:
        """Why ``/health`` fails; None while it answers, or answers too late. Requests that fail together ask once."""
        if state.health_check is None:
            state.health_check = asyncio.create_task(_health_of(state.backend), name=f"ask health of {state.backend}")
            state.health_check.add_done_callback(lambda _: setattr(state, "health_check", None))
        trouble = await asyncio.shield(state.health_check)
        return None if trouble is None or trouble.trouble is Trouble.TIMEOUT else trouble

    async def _watch_silence(self, state: _State) -> None:
        """Sends the requests of a backend elsewhere when it answers none and its ``/health`` fails."""
        loop = asyncio.get_running_loop()
        timeouts = 0
        while True:
            await state.busy.wait()
            silent_s = loop.time() - state.last_answer
            if silent_s < self._silence_s:
                timeouts = 0
                await asyncio.sleep(self._silence_s - silent_s)
                continue
            trouble = await _health_of(state.backend)
            timeouts = timeouts + 1 if trouble is not None and trouble.trouble is Trouble.TIMEOUT else 0
            if trouble is None or 0 < timeouts < _HEALTH_TIMEOUTS_IN_A_ROW:
                await asyncio.sleep(self._silence_s)
            elif loop.time() - state.last_answer >= self._silence_s:
                self._end_calls(state, str(trouble))
                await asyncio.sleep(self._silence_s)

    def _end_calls(self, state: _State, reason: str) -> None:
        log.warning(
            "VLM backend %s stopped with %d requests unanswered (%s); sending them again",
            state.backend, state.in_flight, reason,
        )  # fmt: skip
        self._set_down(state, reason)
        now = asyncio.get_running_loop().time()
        for call in state.calls:
            call.reschedule(now)

    def _set_down(self, state: _State, reason: str) -> None:
        if state.down:
            return
        log.warning("VLM backend %s is down: %s", state.backend, reason)
        state.down = reason
        state.gone.set()
        self._start_timers_if_all_are_down()

    def _set_up(self, state: _State) -> None:
        log.info("VLM backend %s is up", state.backend)
        self._join(state)
        state.down, state.key_rejected = "", None
        state.errors = state.timeouts = 0
        state.gone.clear()
        for timer in self._outage.values():
            timer.cancel()
        self._outage.clear()
        self._given_up.clear()
        self._fill()

    async def _probe_while_down(self, state: _State) -> None:
        """Probes the backend while it is down, at growing intervals."""
        while True:
            await state.gone.wait()
            pause = _FIRST_PROBE_S
            while state.down:
                try:
                    await self._probe(state.backend)
                except KeyRejected as error:
                    self._note_reason(state, str(error))
                    state.key_rejected = error
                    self._refuse_if_all_reject_the_key()
                except (BackendTrouble, ServiceError) as error:
                    self._note_reason(state, str(error))
                    state.key_rejected = None
                else:
                    self._set_up(state)
                    break
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LAST_PROBE_S)

    def _note_reason(self, state: _State, reason: str) -> None:
        if reason != state.down:  # logged once a reason, not once a probe
            log.warning("VLM backend %s is still down: %s", state.backend, reason)
        state.down = reason

    @property
    def _all_reject_the_key(self) -> bool:
        return bool(self._states) and all(state.key_rejected for state in self._states.values())

    def _refuse_if_all_reject_the_key(self) -> None:
        """Waiting does not help: VLLM_API_KEY has to be changed."""
        if self._all_reject_the_key:
            for document in self._slots_by_document:
                self._give_up(document)

    def _start_timers_if_all_are_down(self) -> None:
        if not self.up:
            for document in self._slots_by_document:
                self._start_wait_timer(document)

    def _start_wait_timer(self, document: str) -> None:
        if document not in self._outage:
            loop = asyncio.get_running_loop()
            self._outage[document] = loop.call_later(self._wait_s, self._give_up, document)
            if self._all_reject_the_key:
                loop.call_soon(self._give_up, document)

    def _give_up(self, document: str) -> None:
        """Fails the document's waiting regions, and its further ones until a backend is up."""
        self._given_up.add(document)
        for slot in self._slots_by_document.get(document, ()):
            if not slot.done():
                slot.set_exception(self._unavailable())

    def _unavailable(self) -> ServiceError:
        wanted = [state.key_rejected for state in self._states.values() if state.key_rejected]
        if wanted and len(wanted) == len(self._states):
            return KeyRejected(str(wanted[0]))
        reasons = "; ".join(f"{status.url}: {status.reason}" for status in self.status()) or "VLLM_URL gives no address"
        return EngineUnavailable(f"No VLM backend is up ({reasons})", retry_after_s=self._wait_s)


async def _health_of(backend: Backend) -> BackendTrouble | None:
    try:
        await backend.check_health()
    except BackendTrouble as trouble:
        return trouble
    return None
