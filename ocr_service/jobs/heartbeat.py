"""Heartbeats of the replicas, and the takeover of jobs from replicas whose heartbeat stopped.

SQLite has one process, which queues at its start what was running before. On PostgreSQL each replica writes a heartbeat
and queues the jobs of replicas that no longer do.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from ocr_service.errors import ServiceCrashed
from ocr_service.jobs.db.queue import Requeued
from ocr_service.jobs.store import Store

log = logging.getLogger(__name__)

_SHOW_UP_S = 3.0  # a replica tries again every 2 s while the database is away


class Heartbeat:
    """Writes this replica's heartbeat and takes over from others. Times are those of the database's clock.

    A replica is lost after 0.6 of ``takeover_s`` (TAKEOVER_S) without a heartbeat; heartbeats are written and checked
    every 0.15 of it, so the jobs of a lost replica are queued again within ``takeover_s``.
    """

    def __init__(self, store: Store, *, replica: str, takeover_s: float, failed_at: Callable[[], float]) -> None:
        self._store = store
        self._replica = replica
        self._silent_s = takeover_s * 0.6
        self._every_s = takeover_s * 0.15
        self._failed_at = failed_at
        self._back_at = float("-inf")

    async def run(self) -> None:
        """Runs until it is cancelled."""
        while True:
            asked_at = time.monotonic()
            await self._store.seen(self._replica)
            silent = time.monotonic() - asked_at > _SHOW_UP_S  # the server was there, but gave no answer
            if silent or self._failed_at() > self._back_at:
                self._back_at = time.monotonic()
            # After an outage of the database everybody looks lost: leave the others the time to show up again.
            if time.monotonic() - self._back_at > self._silent_s + _SHOW_UP_S and (
                taken := await self._store.take_over(self._silent_s)
            ):
                log_requeued(taken, "a replica's heartbeat stopped")
            await asyncio.sleep(self._every_s)


def log_requeued(requeued: Requeued, reason: str) -> None:
    if requeued.again:
        log.warning("%s: %d of its jobs are queued again", reason, requeued.again)
    for job_id in requeued.given_up:
        log.error("job %s failed: %s: too many runs in a row ended with the process", job_id, ServiceCrashed.code)
