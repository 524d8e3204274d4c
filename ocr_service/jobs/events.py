"""What is told about a job while it runs, to any number of listeners.

The rows are the truth (``Store.events``); this is the wake-up and a shared tail. A change marks the job's channel; the
first listener that looks reads the new rows for all of them. Whoever runs a job only marks, and never waits for a
listener; a slow listener reads what the tail no longer holds from the rows.
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
_TEXTS = 64  # pages' texts held for listeners, of all jobs


class _Channel:
    """The followers of one job."""

    def __init__(self) -> None:
        self.listeners = 0
        self.stale = True
        self.over = False  # the last that was told of the job was its end
        self.changed = asyncio.Event()
        self.finished = asyncio.Event()
        self.reading = asyncio.Lock()
        self.tail: deque[JobEvent] = deque(maxlen=_TAIL)
        self.covers_after: int | None = None  # the tail holds all events with a greater seq

    def mark(self, *, finished: bool) -> None:
        # A new event each time: whoever took the old one before looking at the rows misses nothing.
        self.stale = True
        self.over = finished
        self.changed.set()
        self.changed = asyncio.Event()
        if finished:
            self.finished.set()
            self.finished = asyncio.Event()


class EventHub:
    """One for a process. ``mark`` is cheap and never waits."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._texts: OrderedDict[tuple[str, int], asyncio.Task[str | None]] = OrderedDict()

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

    async def follow(self, store: Store, job_id: str, after: int = 0) -> AsyncIterator[JobEvent]:
        """The job's events after ``after``, then those to come, up to and with ``end``."""
        with self._listening(job_id) as channel:
            job = await store.find(job_id)
            if job is None or (job.state.finished and after >= job.last_seq):
                return
            while True:
                changed = channel.changed
                last: JobEvent | None = None
                for last in await self._since(store, channel, job_id, after):
                    yield last
                    after = last.seq
                if last is not None and last.kind == "end":
                    return
                if last is None and channel.over and await store.find(job_id) is None:
                    return  # removed before its end was read
                await changed.wait()

    async def text(
        self, job_id: str, event: JobEvent, load: Callable[[], Coroutine[Any, Any, str | None]]
    ) -> str | None:
        """What ``load`` gives for an event, once for all listeners that want it at about the same time."""
        key = (job_id, event.seq)
        if key not in self._texts:
            self._texts[key] = asyncio.create_task(load(), name=f"text of event {event.seq}")
            while len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)
        return await asyncio.shield(self._texts[key])

    async def wait_finished(self, store: Store, job_id: str) -> Job:
        """The job, once it is finished. Raises NotFound, also when it is removed meanwhile."""
        with self._listening(job_id) as channel:
            while True:
                finished = channel.finished
                job = await store.get(job_id)
                if job.state.finished:
                    return job
                await finished.wait()

    @contextmanager
    def _listening(self, job_id: str) -> Iterator[_Channel]:
        channel = self._channels.setdefault(job_id, _Channel())
        channel.listeners += 1
        try:
            yield channel
        finally:
            channel.listeners -= 1
            if not channel.listeners:
                self._channels.pop(job_id, None)

    @staticmethod
    async def _since(store: Store, channel: _Channel, job_id: str, after: int) -> list[JobEvent]:
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
            if after >= channel.covers_after:
                return [event for event in channel.tail if event.seq > after]
        return await store.events(job_id, after)
