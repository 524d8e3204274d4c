"""How long one submission waits, in all, for a database and a bucket that say nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ocr_service.jobs.db.database import REQUEST_S

_LEAST_S = 0.25  # a call that is healthy is never refused for what others before it took


class WaitBudget:
    """Seconds of silence that are left. What a submission does itself (its upload, the look at the file) is not
    counted."""

    def __init__(self, seconds: float = REQUEST_S) -> None:
        self._left_s = seconds

    @property
    def left_s(self) -> float:
        return max(_LEAST_S, self._left_s)

    def spend(self, seconds: float) -> None:
        self._left_s -= seconds

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Counts what the block takes; gives the seconds that it may."""
        began = time.monotonic()
        try:
            yield self.left_s
        finally:
            self.spend(time.monotonic() - began)


_budget: ContextVar[WaitBudget | None] = ContextVar("wait_budget", default=None)


def new_wait_budget(seconds: float = REQUEST_S) -> WaitBudget:
    """For a submission that begins; the calls that follow in its task find it by ``wait_budget()``."""
    budget = WaitBudget(seconds)
    _budget.set(budget)
    return budget


def wait_budget() -> WaitBudget:
    """That of the submission in this task, or a new one."""
    return _budget.get() or new_wait_budget()
