"""Assigns the regions of all documents to backends.

At most ``concurrency`` requests are in flight at a backend. Documents share backends fairly; within a document, earlier
pages go first. A request goes to the backend that was given the fewest since it came up, of those with the fewest in
flight or one more: equal backends get equal shares, a slow one gets less. A backend that fails is down: it gets no
requests and is probed until it answers. While all are down, a document waits up to ``wait_s`` seconds (BACKEND_WAIT_S),
then its regions fail with EngineUnavailable. Backends can be added and drained while it runs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ocr_service.errors import BackendRefused, EngineUnavailable, ServiceError
from ocr_service.vlm.backend_health import BackendHealth, Probe
from ocr_service.vlm.client import Backend, BackendTrouble, KeyRejected
from ocr_service.workers.fair_queue import FairQueue

# A vLLM that is told to stop refuses connections after half a second, but neither answers nor closes open requests
# (111 s seen). So after this long without any answer its /health is asked.
_SILENCE_S = 3.0


@dataclass(slots=True)
class _State:
    """The share of one backend."""

    backend: Backend
    health: BackendHealth
    in_flight: int = 0
    given: int = 0  # requests since it came up
    draining: bool = False  # gets no further requests, and is forgotten when the last one has ended

    @property
    def takes_work(self) -> bool:
        return not self.health.down and not self.draining


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
    """Use as an async context manager. Backends start down and are probed at once (see BackendHealth for ``probe``).

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
        for state in self._states.values():
            state.health.stop()
        for state in self._states.values():
            await state.health.wait_stopped()

    # Backends come and go

    def add(self, backend: Backend) -> None:
        """Probes the backend at once, and gives it requests as soon as it is up. One that drains stays."""
        if backend in self._states:
            self._states[backend].draining = False
            self._join(self._states[backend])
            self._fill()
            return
        health = BackendHealth(
            backend, self._probe, silence_s=self._silence_s, changed=lambda: self._health_changed(backend)
        )
        self._states[backend] = _State(backend, health)

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

    def has(self, backend: Backend) -> bool:
        """Also one that drains."""
        return backend in self._states

    def _forget(self, state: _State) -> None:
        del self._states[state.backend]
        state.health.stop()
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
                reason=state.health.down or ("draining" if state.draining else ""),
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
        try:
            async with state.health.request():
                yield backend
        except BackendTrouble as trouble:
            self.requests[backend.url, trouble.trouble.name.lower()] += 1
            await state.health.failed(trouble)
            raise
        except KeyRejected:
            self.requests[backend.url, "refused"] += 1
            raise
        except BackendRefused:
            self.requests[backend.url, "refused"] += 1
            state.health.answered()
            raise
        else:
            self.requests[backend.url, "answered"] += 1
            state.health.answered()
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
        state.in_flight += 1
        state.given += 1

    def _release(self, state: _State) -> None:
        state.in_flight -= 1
        if state.draining and not state.in_flight:
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

    # Outages

    def _health_changed(self, backend: Backend) -> None:
        state = self._states[backend]
        if state.takes_work:
            self._join(state)
            self._end_outage()
            self._fill()
        elif self._all_reject_the_key:  # waiting does not help: VLLM_API_KEY has to be changed
            for document in self._slots_by_document:
                self._give_up(document)
        else:
            self._start_timers_if_all_are_down()

    def _end_outage(self) -> None:
        for timer in self._outage.values():
            timer.cancel()
        self._outage.clear()
        self._given_up.clear()

    @property
    def _all_reject_the_key(self) -> bool:
        return bool(self._states) and all(state.health.key_rejected for state in self._states.values())

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
        wanted = [state.health.key_rejected for state in self._states.values() if state.health.key_rejected]
        if wanted and len(wanted) == len(self._states):
            return KeyRejected(str(wanted[0]))
        reasons = "; ".join(f"{status.url}: {status.reason}" for status in self.status()) or "VLLM_URL gives no address"
        return EngineUnavailable(f"No VLM backend is up ({reasons})", retry_after_s=self._wait_s)
