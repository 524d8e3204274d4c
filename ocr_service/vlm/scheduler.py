"""Which region goes to which backend, and when: all regions of all documents, all backends.

Every backend is kept full to ``concurrency`` and no further. Documents take turns; within one, earlier pages go first.
The least loaded backend is next. A backend in trouble is left out and probed until it answers again. While none is up,
work waits up to ``wait_s`` a document, then fails with EngineUnavailable.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ocr_service.errors import BackendRefused, EngineUnavailable, ServiceError
from ocr_service.vlm.client import Backend, BackendTrouble, KeyWanted, Trouble
from ocr_service.workers.fair_queue import FairQueue

log = logging.getLogger(__name__)

Probe = Callable[[Backend], Awaitable[None]]

# A backend is left out after so many in a row. Errors come back at once, so that a burst of them says little;
# a time-out has cost its time already. Leaving out one that works costs a probe, a fraction of a second.
_ERRORS_IN_A_ROW = 16
_TIMEOUTS_IN_A_ROW = 3
_FIRST_PROBE_S, _LAST_PROBE_S = 0.25, 2.0


@dataclass(slots=True)
class _State:
    """What is known of one backend. ``down``: why it is left out; empty while it is up."""

    backend: Backend
    down: str
    in_flight: int = 0
    errors: int = 0
    timeouts: int = 0
    key_wanted: KeyWanted | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class _Waiter:
    place: asyncio.Future[Backend]
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
    """Use as an async context manager: it runs a task for each backend, which probes it while it is down.

    ``probe`` must raise BackendTrouble or ServiceError when the backend is not ready for work. Backends start as down:
    the first probe, at once, finds out.

    For metrics: ``requests`` by backend and outcome, ``retries`` by cause and ``guards`` by doubt, of which the latter
    two are counted by whoever reads a region.
    """

    def __init__(self, backends: Sequence[Backend], probe: Probe, *, concurrency: int, wait_s: float) -> None:
        self._states = {backend: _State(backend, down="not probed yet") for backend in backends}
        self._probe = probe
        self._concurrency = concurrency
        self._wait_s = wait_s
        self._waiting: FairQueue[_Waiter] = FairQueue()
        self._places: dict[str, set[asyncio.Future[Backend]]] = {}  # those in the queue, by document
        self._wanted = asyncio.Event()
        self._wanted.set()
        # While no backend is up: the documents that wait, each with the timer that ends its wait.
        self._outage: dict[str, asyncio.TimerHandle] = {}
        self._given_up: set[str] = set()
        self._watchers: list[asyncio.Task[None]] = []
        self.requests: Counter[tuple[str, str]] = Counter()
        self.retries: Counter[str] = Counter()
        self.guards: Counter[str] = Counter()

    async def __aenter__(self) -> Scheduler:
        for state in self._states.values():
            state.gone.set()
            watcher = asyncio.create_task(self._watch(state), name=f"watch {state.backend}")
            self._watchers.append(watcher)
        return self

    async def __aexit__(self, *exc: object) -> None:
        for timer in self._outage.values():
            timer.cancel()
        for watcher in self._watchers:
            watcher.cancel()
        for watcher in self._watchers:
            with suppress(asyncio.CancelledError):
                await watcher

    # What the pipeline and the health checks ask

    @property
    def queued(self) -> int:
        """Regions that wait for a backend."""
        return len(self._waiting)

    @property
    def up(self) -> bool:
        return any(not state.down for state in self._states.values())

    @property
    def wants_more(self) -> bool:
        """Fewer regions wait than the backends can take at once: the next page should be prepared."""
        backends = sum(not state.down for state in self._states.values())
        return self.queued < self._concurrency * max(1, backends)

    async def wait_until_wanted(self) -> None:
        """Returns when ``wants_more`` holds. Several waiters wake together; each looks again."""
        while not self.wants_more:
            self._wanted.clear()
            await self._wanted.wait()

    def status(self) -> list[BackendStatus]:
        return [
            BackendStatus(
                url=state.backend.url,
                up=not state.down,
                in_flight=state.in_flight,
                model=state.backend.model,
                reason=state.down,
            )
            for state in self._states.values()
        ]

    # The way of one request

    @asynccontextmanager
    async def slot(self, document: str, order: int, *, avoid: Backend | None = None) -> AsyncIterator[Backend]:
        """A place at a backend for one request; ``avoid`` is taken only when no other has one.

        BackendTrouble that leaves the block is counted against the backend. Raises EngineUnavailable when no backend
        comes up in time, KeyWanted when all of them ask for a key.
        """
        backend = await self._place(document, order, avoid)
        state = self._states[backend]
        try:
            yield backend
        except BackendTrouble as trouble:
            self.requests[backend.url, trouble.trouble.name.lower()] += 1
            self._count(state, trouble)
            raise
        except KeyWanted:
            self.requests[backend.url, "refused"] += 1
            raise
        except BackendRefused:
            self.requests[backend.url, "refused"] += 1
            self._alive(state)
            raise
        else:
            self.requests[backend.url, "answered"] += 1
            self._alive(state)
        finally:
            self._release(state)

    async def _place(self, document: str, order: int, avoid: Backend | None) -> Backend:
        if not self._waiting:
            state = self._roomiest(avoid)
            if state is not None:
                state.in_flight += 1
                return state.backend
        if document in self._given_up:
            raise self._unavailable()
        place: asyncio.Future[Backend] = asyncio.get_running_loop().create_future()
        ticket = self._waiting.put(document, order, _Waiter(place, avoid))
        places = self._places.setdefault(document, set())
        places.add(place)
        if not self.up:
            self._start_clock(document)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._release(self._states[place.result()])  # given in the moment of the cancel
            raise
        finally:
            self._waiting.remove(ticket)
            places.discard(place)
            if not places:
                self._places.pop(document, None)
            self._wake()

    def _roomiest(self, avoid: Backend | None) -> _State | None:
        free = [state for state in self._states.values() if not state.down and state.in_flight < self._concurrency]
        return min(free, key=lambda state: (state.backend is avoid, state.in_flight), default=None)

    def _release(self, state: _State) -> None:
        state.in_flight -= 1
        self._fill()

    def _fill(self) -> None:
        while self._waiting and self._roomiest(None) is not None:
            waiter = self._waiting.pop()
            state = self._roomiest(waiter.avoid)
            if state is not None and not waiter.place.done():
                state.in_flight += 1
                waiter.place.set_result(state.backend)
        self._wake()

    def _wake(self) -> None:
        if self.wants_more:
            self._wanted.set()

    # Health

    def _alive(self, state: _State) -> None:
        state.errors = state.timeouts = 0
        if state.down:
            self._came_up(state)

    def _count(self, state: _State, trouble: BackendTrouble) -> None:
        state.errors += trouble.trouble is Trouble.ERROR
        state.timeouts += trouble.trouble is Trouble.TIMEOUT
        if (
            trouble.trouble is Trouble.UNREACHABLE
            or state.errors >= _ERRORS_IN_A_ROW
            or state.timeouts >= _TIMEOUTS_IN_A_ROW
        ):
            self._went_down(state, str(trouble))

    def _went_down(self, state: _State, reason: str) -> None:
        log.warning("the backend %s is left out: %s", state.backend, reason)
        state.down = reason
        state.gone.set()
        if not self.up:
            for document in self._places:
                self._start_clock(document)

    def _came_up(self, state: _State) -> None:
        log.info("the backend %s takes work", state.backend)
        state.down, state.key_wanted = "", None
        state.errors = state.timeouts = 0
        state.gone.clear()
        for timer in self._outage.values():
            timer.cancel()
        self._outage.clear()
        self._given_up.clear()
        self._fill()

    async def _watch(self, state: _State) -> None:
        """Probes a backend whenever it is down, ever more seldom, until it answers."""
        while True:
            await state.gone.wait()
            pause = _FIRST_PROBE_S
            while state.down:
                try:
                    await self._probe(state.backend)
                except KeyWanted as error:
                    self._still_down(state, str(error))
                    state.key_wanted = error
                    self._refuse_if_all_want_a_key()
                except (BackendTrouble, ServiceError) as error:
                    self._still_down(state, str(error))
                    state.key_wanted = None
                else:
                    self._came_up(state)
                    break
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LAST_PROBE_S)

    def _still_down(self, state: _State, reason: str) -> None:
        if reason != state.down:  # each reason once, not each probe
            log.warning("the backend %s is not up: %s", state.backend, reason)
        state.down = reason

    def _refuse_if_all_want_a_key(self) -> None:
        """Waiting would not help: only the setting can be mended."""
        if all(state.key_wanted for state in self._states.values()):
            for document in self._places:
                self._give_up(document)

    def _start_clock(self, document: str) -> None:
        if document not in self._outage:
            loop = asyncio.get_running_loop()
            self._outage[document] = loop.call_later(self._wait_s, self._give_up, document)
            if all(state.key_wanted for state in self._states.values()):
                loop.call_soon(self._give_up, document)

    def _give_up(self, document: str) -> None:
        """Ends the wait of what the document has queued, and of what it will ask for before a backend is up."""
        self._given_up.add(document)
        for place in self._places.get(document, ()):
            if not place.done():
                place.set_exception(self._unavailable())

    def _unavailable(self) -> ServiceError:
        wanted = [state.key_wanted for state in self._states.values() if state.key_wanted]
        if len(wanted) == len(self._states):
            return KeyWanted(str(wanted[0]))
        reasons = "; ".join(f"{state.backend}: {state.down}" for state in self._states.values())
        return EngineUnavailable(f"No VLM backend is up ({reasons})", retry_after_s=self._wait_s)
