from __future__ import annotations

import pytest

from ocr_service.observability.capacity import Capacity


def test_the_rate_under_load_is_measured() -> None:
    capacity = Capacity()
    for page in range(100):
        capacity.page_ended(page * 0.5, more_waiting=True)
    assert capacity.pages_a_second == pytest.approx(2.0, rel=0.01)


def test_waiting_for_work_does_not_count() -> None:
    capacity = Capacity()
    for document in range(10):
        for page in range(10):
            capacity.page_ended(document * 3600 + page * 0.5, more_waiting=page < 9)
    assert capacity.pages_a_second == pytest.approx(2.0, rel=0.05)


def test_nothing_is_said_before_enough_pages_were_read_under_load() -> None:
    capacity = Capacity()
    for page in range(15):
        capacity.page_ended(page * 0.5, more_waiting=True)
    assert capacity.pages_a_second is None
    for page in range(100):
        capacity.page_ended(100 + page, more_waiting=False)
    assert capacity.pages_a_second is None


def test_a_faster_backend_is_seen_within_minutes() -> None:
    capacity = Capacity()
    for page in range(1000):
        capacity.page_ended(float(page), more_waiting=True)
    for page in range(3600):
        capacity.page_ended(1000 + page * 0.25, more_waiting=True)
    assert capacity.pages_a_second is not None
    assert capacity.pages_a_second > 2.5
