"""A wall clock that jumps (set by hand, corrected after the start, a paused machine): no time has passed by that.

Jobs' times are those of the wall clock, since they must mean the same after a restart. So what is still waited for
moves with the clock when it jumps: else an hour forward would let jobs fail on deadlines that have not come, and an
hour back would keep a delivery waiting for that hour. With PostgreSQL the times are those of its server, which is left
as it is (docs/scaling.md).
"""

from __future__ import annotations

import time

from sqlalchemy import update

from ocr_service.jobs.db.database import Transaction
from ocr_service.jobs.db.tables import batches, deliveries, jobs, unfinished

_LEAST_JUMP_S = 1.0
_AT_ONCE_S = 0.1
# Goes on while the machine sleeps, as the wall clock does. macOS, good enough to develop on, has none.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class WallClock:
    """Knows by how many seconds the wall clock has jumped since the last jump that was followed."""

    def __init__(self) -> None:
        self._ahead = _ahead()

    def jump_s(self) -> float:
        """0 while it goes its way; less than a second is no jump."""
        jump = _ahead() - self._ahead
        return jump if abs(jump) >= _LEAST_JUMP_S else 0.0

    def followed(self, jump_s: float) -> None:
        self._ahead += jump_s


def _ahead() -> float:
    """Of the steady clock, in seconds; the process was not stopped between the two looks."""
    while True:
        before = time.clock_gettime(_STEADY)
        wall = time.time()
        if time.clock_gettime(_STEADY) - before < _AT_ONCE_S:
            return wall - before


def shift_times(tx: Transaction, by_s: float) -> None:
    waiting = unfinished(), jobs.c.deadline_at.is_not(None)
    tx.execute(update(jobs).where(*waiting).values(deadline_at=jobs.c.deadline_at + by_s))
    tx.execute(
        update(deliveries).values(next_at=deliveries.c.next_at + by_s, failing_since=deliveries.c.failing_since + by_s)
    )
    tx.execute(update(batches).where(~batches.c.fed).values(fed_until=batches.c.fed_until + by_s))
