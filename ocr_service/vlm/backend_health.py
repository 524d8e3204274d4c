"""Whether one backend takes requests: it is probed while it is down, and asked for its health when it is silent."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ocr_service.errors import ServiceError
from ocr_service.vlm.client import Backend, BackendTrouble, KeyRejected, Trouble

log = logging.getLogger(__name__)

Probe = Callable[[Backend], Awaitable[None]]

# A backend is down after so many in a row. Errors come back at once, so that a burst of them says little; a time-out
# has cost its time already. A false alarm costs one probe, a fraction of a second.
_ERRORS_IN_A_ROW = 16
_TIMEOUTS_IN_A_ROW = 3
_FIRST_PROBE_S, _LAST_PROBE_S = 0.25, 2.0
_HEALTH_TIMEOUTS_IN_A_ROW = 3


class BackendHealth:
    """Starts down, and is probed at once. Two tasks run from ``__init__`` to ``stop``: one probes the backend while it
    is down; one asks its ``/health`` after ``silence_s`` seconds without an answer, and where that fails, ends the
    requests in flight.

    ``probe`` must raise BackendTrouble or ServiceError when the backend is not ready for work. ``changed`` is called
    when the backend went up or down, and when it has rejected the key.

    ``down``: the reason why it is down; empty while it is up. ``key_rejected``: set while the reason is VLLM_API_KEY.
    """

    def __init__(self, backend: Backend, probe: Probe, *, silence_s: float, changed: Callable[[], None]) -> None:
        self.down = "not probed yet"
        self.key_rejected: KeyRejected | None = None
        self._backend = backend
        self._probe = probe
        self._silence_s = silence_s
        self._changed = changed
        self._errors = 0
        self._timeouts = 0
        self._last_answer = 0.0  # by the event loop's clock; or when the first of the requests in flight was sent
        self._busy = asyncio.Event()  # requests are in flight
        self._calls: set[asyncio.Timeout] = set()  # of the requests in flight
        self._check: asyncio.Task[BackendTrouble | None] | None = None
        self._gone = asyncio.Event()
        self._gone.set()
        self._tasks = [
            asyncio.create_task(self._probe_while_down(), name=f"probe {backend}"),
            asyncio.create_task(self._watch_silence(), name=f"health of {backend}"),
        ]

    def stop(self) -> None:
        for task in self._running():
            task.cancel()

    async def wait_stopped(self) -> None:
        for task in self._running():
            with suppress(asyncio.CancelledError):
                await task

    def _running(self) -> list[asyncio.Task[Any]]:
        return [*self._tasks, *([self._check] if self._check else [])]

    # What requests tell

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Around one request in flight. One of a backend that stops ends with BackendTrouble (STOPPED)."""
        if not self._calls:
            self._last_answer = asyncio.get_running_loop().time()
            self._busy.set()
        call = asyncio.timeout(None)
        self._calls.add(call)
        try:
            async with call:
                yield
        except TimeoutError:
            if not call.expired():
                raise
            trouble = BackendTrouble(f"{self._backend} {Trouble.STOPPED}: {self.down}", Trouble.STOPPED)
            trouble.outage = True
            raise trouble from None
        finally:
            self._calls.discard(call)
            if not self._calls:
                self._busy.clear()

    def answered(self) -> None:
        # A backend that is down stays so: one that drains still answers what it has, but takes nothing new.
        self._errors = self._timeouts = 0
        self._last_answer = asyncio.get_running_loop().time()

    async def failed(self, trouble: BackendTrouble) -> None:
        """Counts a failed request, and finds out whether the backend is down: a stopping server drops requests or
        answers 503, which is no fault of the request. Then ``trouble.outage`` is set."""
        if trouble.trouble is Trouble.STOPPED:
            return
        if trouble.trouble is Trouble.ERROR and not self.down:
            reason = await self._failing_check()
            if reason is not None:
                self._set_down(str(reason))
        self._errors += trouble.trouble is Trouble.ERROR
        self._timeouts += trouble.trouble is Trouble.TIMEOUT
        if (
            trouble.trouble is Trouble.UNREACHABLE
            or self._errors >= _ERRORS_IN_A_ROW
            or self._timeouts >= _TIMEOUTS_IN_A_ROW
        ):
            self._set_down(str(trouble))
        trouble.outage = bool(self.down) and trouble.trouble in (Trouble.UNREACHABLE, Trouble.ERROR)

    async def _failing_check(self) -> BackendTrouble | None:
        """Why ``/health`` fails; None while it answers, or answers too late. Requests that fail together ask once."""
        if self._check is None:
            self._check = asyncio.create_task(self._ask(), name=f"ask health of {self._backend}")
            self._check.add_done_callback(lambda _: setattr(self, "_check", None))
        trouble = await asyncio.shield(self._check)
        return None if trouble is None or trouble.trouble is Trouble.TIMEOUT else trouble

    async def _ask(self) -> BackendTrouble | None:
        try:
            await self._backend.check_health()
        except BackendTrouble as trouble:
            return trouble
        return None

    # What the two tasks do

    async def _watch_silence(self) -> None:
        """Ends the requests of a backend that answers none and whose ``/health`` fails."""
        loop = asyncio.get_running_loop()
        timeouts = 0
        while True:
            await self._busy.wait()
            silent_s = loop.time() - self._last_answer
            if silent_s < self._silence_s:
                timeouts = 0
                await asyncio.sleep(self._silence_s - silent_s)
                continue
            trouble = await self._ask()
            timeouts = timeouts + 1 if trouble is not None and trouble.trouble is Trouble.TIMEOUT else 0
            if trouble is None or 0 < timeouts < _HEALTH_TIMEOUTS_IN_A_ROW:
                await asyncio.sleep(self._silence_s)
            elif loop.time() - self._last_answer >= self._silence_s:
                self._end_requests(str(trouble))
                await asyncio.sleep(self._silence_s)

    def _end_requests(self, reason: str) -> None:
        log.warning(
            "VLM backend %s stopped with %d requests unanswered (%s); sending them again",
            self._backend, len(self._calls), reason,
        )  # fmt: skip
        self._set_down(reason)
        now = asyncio.get_running_loop().time()
        for call in self._calls:
            call.reschedule(now)

    async def _probe_while_down(self) -> None:
        """Probes the backend while it is down, at growing intervals."""
        while True:
            await self._gone.wait()
            pause = _FIRST_PROBE_S
            while self.down:
                try:
                    await self._probe(self._backend)
                except KeyRejected as error:
                    self._note_reason(str(error))
                    self.key_rejected = error
                    self._changed()
                except (BackendTrouble, ServiceError) as error:
                    self._note_reason(str(error))
                    self.key_rejected = None
                else:
                    self._set_up()
                    break
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LAST_PROBE_S)

    def _note_reason(self, reason: str) -> None:
        if reason != self.down:  # logged once a reason, not once a probe
            log.warning("VLM backend %s is still down: %s", self._backend, reason)
        self.down = reason

    def _set_down(self, reason: str) -> None:
        if self.down:
            return
        log.warning("VLM backend %s is down: %s", self._backend, reason)
        self.down = reason
        self._gone.set()
        self._changed()

    def _set_up(self) -> None:
        log.info("VLM backend %s is up", self._backend)
        self.down, self.key_rejected = "", None
        self._errors = self._timeouts = 0
        self._gone.clear()
        self._changed()
