"""Exponential backoff with jitter: the one rule for every call, process and delivery that is tried again.

The pause doubles from ``first_pause_s`` to ``longest_pause_s``; a random part of it (``jitter``) keeps callers that
failed together from coming back together (M. Brooker, "Exponential Backoff and Jitter", AWS 2015).
Which errors are worth another try is decided where the call is made.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import tenacity

T = TypeVar("T")
Kinds = type[Exception] | tuple[type[Exception], ...]
BeforePause = Callable[[BaseException, float], None]
"""Gets the error and the seconds of the pause that follows it, mostly to log them."""

_MOST_DOUBLINGS = 60  # far beyond any longest pause; a larger exponent would overflow


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All times in seconds.

    ``retries``: tries after the first; None sets no limit. ``give_up_s``: no try begins later than this after the
    first one; None sets no limit. ``jitter``: the share of a pause that is random, 0 to 1.
    """

    first_pause_s: float = 0.5
    longest_pause_s: float = 15.0
    retries: int | None = None
    give_up_s: float | None = None
    jitter: float = 0.5

    def pause_s(self, failures: int, retry_after_s: float | None = None) -> float:
        """The pause after so many failures in a row (1 for the first), on top of what Retry-After asked for."""
        doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
        longest = min(self.longest_pause_s, self.first_pause_s * 2.0**doublings)
        return (retry_after_s or 0.0) + longest * random.uniform(1.0 - self.jitter, 1.0)

    async def call(self, work: Callable[[], Awaitable[T]], on: Kinds, *, before_pause: BeforePause | None = None) -> T:
        """The value of ``work()``, tried again after errors of the kinds ``on``. Raises the last error."""
        retrying = tenacity.AsyncRetrying(**self._arguments(on, before_pause))
        return await retrying(work)

    def call_blocking(self, work: Callable[[], T], on: Kinds, *, before_pause: BeforePause | None = None) -> T:
        """``call`` for a thread or a process without an event loop."""
        return tenacity.Retrying(**self._arguments(on, before_pause))(work)

    def _arguments(self, on: Kinds, before_pause: BeforePause | None) -> dict[str, Any]:
        stops: list[Any] = []
        if self.retries is not None:
            stops.append(tenacity.stop_after_attempt(self.retries + 1))
        if self.give_up_s is not None:
            stops.append(tenacity.stop_before_delay(self.give_up_s))
        arguments: dict[str, Any] = {
            "wait": self._pause_of,
            "stop": tenacity.stop_any(*stops),
            "retry": tenacity.retry_if_exception_type(on),
            "reraise": True,
        }
        if before_pause is not None:
            arguments["before_sleep"] = lambda state: before_pause(_error_of(state), state.upcoming_sleep)
        return arguments

    def _pause_of(self, state: tenacity.RetryCallState) -> float:
        return self.pause_s(state.attempt_number, getattr(_error_of(state), "retry_after_s", None))


def _error_of(state: tenacity.RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome else None
    assert error is not None  # a pause only follows an error
    return error
