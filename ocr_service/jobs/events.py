"""Events of a job for any number of listeners.

The events are rows (``Store.events``); this module wakes the listeners and caches the newest rows. A change marks the
job's channel as stale; the first listener to wake reads the new rows for all of them. The runner only marks the
channel and never waits for a listener; a slow listener reads rows that the cache no longer has from the database.

Listeners wake a few at a time, so that the event loop serves its sockets in between: waking 2,000 at once would block
it for a second.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from ocr_service.jobs.models import Change, Job, JobEvent
from ocr_service.jobs.store import Store

_TAIL = 512  # events a channel holds
_ENCODED = 256  # encoded events held for listeners, of all jobs
_WOKEN_A_PASS = 8  # listeners that wake between two passes of the loop over its sockets: about 2 ms
_MOST_EVENTS = 32  # handed over at once; a page's text is a few KB


class _Pacer:
    """Sets results of futures, a few in each pass of the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._scheduled = False

    def wake(self, futures: list[asyncio.Future[None]]) -> None:
        self._waiting.extend(futures)
        if self._waiting and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next_pass)

    def _next_pass(self) -> None:
        woken = 0
        while self._waiting and woken < _WOKEN_A_PASS:
            future = self._waiting.popleft()
            if not future.done():  # its listener went away
                future.set_result(None)
                woken += 1
        self._scheduled = bool(self._waiting)
        if self._scheduled:
            asyncio.get_running_loop().call_soon(self._next_pass)


class _Channel:
    """The listeners of one job."""

    def __init__(self, pacer: _Pacer) -> None:
        self.listeners = 0
        self.stale = True
        self.over = False  # the last change of the job was its end
        self.reading = asyncio.Lock()
        self.tail: deque[JobEvent] = deque(maxlen=_TAIL)
        self.covers_after: int | None = None  # the tail holds all events with a greater seq
        self._pacer = pacer
        self._for_change: list[asyncio.Future[None]] = []
        self._for_end: list[asyncio.Future[None]] = []

    def mark(self, *, finished: bool) -> None:
        self.stale = True
        self.over = finished
        woken, self._for_change = self._for_change, []
        if finished:
            woken += self._for_end
            self._for_end = []
        self._pacer.wake(woken)

    def changed(self) -> asyncio.Future[None]:
        """Done after the next change. Take it before reading the rows, so that no change is missed."""
        return self._future(self._for_change)

    def finished(self) -> asyncio.Future[None]:
        return self._future(self._for_end)

    @staticmethod
    def _future(waiting: list[asyncio.Future[None]]) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(future)
        return future

    def held_after(self, seq: int) -> list[JobEvent] | None:
        """The cached events after ``seq``; None if the cache may lack some of them."""
        if self.stale or self.covers_after is None or seq < self.covers_after:
            return None
        found: list[JobEvent] = []
        for event in reversed(self.tail):
            if event.seq <= seq:
                break
            found.append(event)
        return found[::-1]


class EventHub:
    """One for a process. ``mark`` is cheap and never waits."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._encoded: OrderedDict[tuple[str, int, str], asyncio.Task[bytes]] = OrderedDict()
        self._pacer = _Pacer()

    @property
    def listeners(self) -> int:
        return sum(channel.listeners for channel in self._channels.values())

    def mark(self, change: Change) -> None:
        if channel := self._channels.get(change.job_id):
            channel.mark(finished=change.state.finished)

    def mark_all(self) -> None:
        """Changes may have been missed."""
        for channel in self._channels.values():
            channel.mark(finished=True)

    async def follow(self, store: Store, job_id: str, after: int = 0) -> AsyncIterator[list[JobEvent]]:
        """The job's events after ``after``, then new ones, up to and including ``end``; no list is empty."""
        with self._listening(job_id) as channel:
            job = await store.find(job_id)
            if job is None or (job.state.finished and after >= job.last_seq):
                return
            while True:
                changed = channel.changed()
                events = await self._since(store, channel, job_id, after)
                for start in range(0, len(events), _MOST_EVENTS):
                    yield events[start : start + _MOST_EVENTS]
                    after = events[start : start + _MOST_EVENTS][-1].seq
                if events and events[-1].kind == "end":
                    return
                if not events and channel.over and await store.find(job_id) is None:
                    return  # removed before its end was read
                await changed

    async def encoded(
        self, job_id: str, event: JobEvent, form: str, encode: Callable[[], Coroutine[Any, Any, bytes]]
    ) -> bytes:
        """The result of ``encode`` for an event in this form; concurrent listeners share one call."""
        key = (job_id, event.seq, form)
        task = self._encoded.get(key)
        if task is None:
            task = self._encoded[key] = asyncio.create_task(encode(), name=f"encoding of event {event.seq}")
            while len(self._encoded) > _ENCODED:
                self._encoded.popitem(last=False)
        return task.result() if task.done() else await asyncio.shield(task)

    async def wait_finished(self, store: Store, job_id: str) -> Job:
        """The job, once it is finished. Raises NotFound, also when it is removed meanwhile."""
        with self._listening(job_id) as channel:
            while True:
                finished = channel.finished()
                job = await store.get(job_id)
                if job.state.finished:
                    return job
                await finished

    @contextmanager
    def _listening(self, job_id: str) -> Iterator[_Channel]:
        channel = self._channels.setdefault(job_id, _Channel(self._pacer))
        channel.listeners += 1
        try:
            yield channel
        finally:
            channel.listeners -= 1
            if not channel.listeners:
                self._channels.pop(job_id, None)

    @staticmethod
    async def _since(store: Store, channel: _Channel, job_id: str, after: int) -> list[JobEvent]:
        # While a listener reads the rows, the channel is no longer stale, but the tail still lacks them.
        held = None if channel.reading.locked() else channel.held_after(after)
        if held is not None:
            return held
        async with channel.reading:
            if channel.covers_after is None:
                channel.covers_after = after
            if channel.stale:
                channel.stale = False
                newest = channel.tail[-1].seq if channel.tail else channel.covers_after
                for event in await store.events(job_id, newest):
                    if len(channel.tail) == _TAIL:
                        channel.covers_after = channel.tail[0].seq
                    channel.tail.append(event)
            held = channel.held_after(after)
        return held if held is not None else await store.events(job_id, after)
