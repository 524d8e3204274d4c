"""Heartbeats of the replicas, and the takeover of jobs from replicas whose heartbeat stopped.

With SQLite there is one process, which queues interrupted jobs again at its start. With PostgreSQL each replica writes
a heartbeat and queues the jobs of replicas whose heartbeat stopped.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ocr_service.errors import ServiceCrashed
from ocr_service.jobs.db.queue import Requeued
from ocr_service.jobs.store import Store

log = logging.getLogger(__name__)

_JOIN_S = 1.0
_RECONNECT_S = 1.0
_SHOW_UP_S = 3.0  # a replica tries again every 2 s while the database is away


class Takeover:
    """Takes over from replicas whose heartbeat stopped. Times are those of the database's clock.

    A replica is lost after 0.6 of ``takeover_s`` (TAKEOVER_S) without a heartbeat; heartbeats are written and checked
    every 0.15 of it, so the jobs of a lost replica are queued again within ``takeover_s``.
    """

    def __init__(self, store: Store, *, takeover_s: float, failed_at: Callable[[], float]) -> None:
        self._store = store
        self._silent_s = takeover_s * 0.6
        self._every_s = beat_every_s(takeover_s)
        self._failed_at = failed_at
        self._back_at = float("-inf")

    async def run(self) -> None:
        """Runs until it is cancelled."""
        while True:
            asked_at = time.monotonic()
            await self._store.ping()
            silent = time.monotonic() - asked_at > _SHOW_UP_S  # connected, but no answer
            if silent or self._failed_at() > self._back_at:
                self._back_at = time.monotonic()
            # After an outage of the database all heartbeats are old: give the other replicas time to write theirs.
            if time.monotonic() - self._back_at > self._silent_s + _SHOW_UP_S and (
                taken := await self._store.take_over(self._silent_s)
            ):
                log_requeued(taken, "a replica's heartbeat stopped")
            await asyncio.sleep(self._every_s)


def beat_every_s(takeover_s: float) -> float:
    return takeover_s * 0.15


@contextmanager
def heartbeat(url: str, replica: str, *, every_s: float) -> Iterator[None]:
    """Writes this replica's heartbeat until the context ends, from a thread and over a connection of its own.

    On the event loop, or over the connections that jobs use, the heartbeat of a busy replica would be late.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(url, replica, every_s, ended), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_JOIN_S)


def _beat(url: str, replica: str, every_s: float, ended: threading.Event) -> None:
    import psycopg

    from ocr_service.jobs.db.postgres import connection_info

    while not ended.is_set():
        try:
            with psycopg.connect(connection_info(url), autocommit=True) as connection:
                while not ended.is_set():
                    connection.execute(_BEAT, (replica,))
                    ended.wait(every_s)
        except psycopg.Error as error:
            log.debug("heartbeat: %s", error)  # the transactions that fail in the outage log it
            ended.wait(min(every_s, _RECONNECT_S))


_BEAT = """
INSERT INTO replicas (id, seen_at) VALUES (%s, extract(epoch from clock_timestamp())::float8)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
"""


def log_requeued(requeued: Requeued, reason: str) -> None:
    if requeued.again:
        log.warning("%s: %d of its jobs are queued again", reason, requeued.again)
    for job_id in requeued.given_up:
        log.error(
            "job %s failed with %s: MAX_CRASHES runs in a row ended with the process", job_id, ServiceCrashed.code
        )
