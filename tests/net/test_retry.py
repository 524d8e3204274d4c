"""Pauses grow and are random; errors of other kinds, and the last of the tries, reach the caller."""

from __future__ import annotations

import pytest

from ocr_service.errors import NotReady
from ocr_service.net.retry import RetryPolicy

pytestmark = pytest.mark.anyio

QUICK = RetryPolicy(first_pause_s=0.001, longest_pause_s=0.002)


class Flaky:
    """Fails so many times, then gives its number of calls."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.calls = 0
        self._failures = failures
        self._error = error

    def blocking(self) -> int:
        self.calls += 1
        if self.calls <= self._failures:
            raise self._error
        return self.calls

    async def __call__(self) -> int:
        return self.blocking()


def test_pauses_double_up_to_the_longest_and_keep_within_the_jitter() -> None:
    policy = RetryPolicy(first_pause_s=1, longest_pause_s=5, jitter=0.5)
    for failures, longest in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (1000, 5.0)):
        pauses = [policy.pause_s(failures) for _ in range(200)]
        assert longest / 2 <= min(pauses) < max(pauses) <= longest


def test_without_jitter_the_pause_is_exact_and_retry_after_comes_on_top() -> None:
    policy = RetryPolicy(first_pause_s=2, longest_pause_s=60, jitter=0)
    assert [policy.pause_s(failures) for failures in (1, 2, 3)] == [2, 4, 8]
    assert policy.pause_s(1, retry_after_s=30) == 32


async def test_a_call_is_tried_again_until_it_succeeds() -> None:
    pauses: list[tuple[str, float]] = []
    flaky = Flaky(3, OSError("away"))
    calls = await QUICK.call(flaky, OSError, before_pause=lambda error, pause: pauses.append((str(error), pause)))
    assert calls == 4
    assert [reason for reason, _ in pauses] == ["away"] * 3 and all(pause > 0 for _, pause in pauses)


async def test_an_error_of_another_kind_is_not_tried_again() -> None:
    flaky = Flaky(1, ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        await QUICK.call(flaky, OSError)
    assert flaky.calls == 1


async def test_the_last_error_is_raised_when_the_tries_are_used_up() -> None:
    flaky = Flaky(100, NotReady("away", retry_after_s=0.001))
    with pytest.raises(NotReady, match="away"):
        await RetryPolicy(first_pause_s=0.001, retries=2).call(flaky, (NotReady, OSError))
    assert flaky.calls == 3


def test_no_try_begins_after_the_time_to_give_up() -> None:
    flaky = Flaky(100, OSError("away"))
    with pytest.raises(OSError, match="away"):
        RetryPolicy(first_pause_s=3600, longest_pause_s=3600, give_up_s=1).call_blocking(flaky.blocking, OSError)
    assert flaky.calls == 1
