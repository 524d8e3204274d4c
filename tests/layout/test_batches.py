"""Pages that wait for the layout model together are one batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ocr_service.document import Pixels, Region
from ocr_service.layout.batches import Batches
from tests.support.running import wait_until

PAGES = [np.full((10, 20, 3), value, np.uint8) for value in range(8)]


def regions(page: Pixels) -> list[Region]:
    return [Region("text", (0, 0, 20, 10), 0, float(page[0, 0, 0]))]


class Model:
    """Counts the pages of each call; holds the first call until ``gate`` is open."""

    def __init__(self, *, takes_batches: bool = True, bad: int = -1) -> None:
        self.gate = threading.Event()
        self.called = threading.Event()
        self.sizes: list[int] = []
        self._takes_batches = takes_batches
        self._bad = bad

    def __call__(self, pages: list[Pixels]) -> list[list[Region]]:
        self.sizes.append(len(pages))
        self.called.set()
        assert self.gate.wait(300)
        if len(pages) > 1 and not self._takes_batches:
            raise ValueError("input has 1 page")
        if any(page[0, 0, 0] == self._bad for page in pages):
            raise ValueError("cannot see")
        return [regions(page) for page in pages]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(len(PAGES)) as threads:
        yield threads


def running(model: Model) -> Batches:
    batches = Batches(model)
    threading.Thread(target=batches.run, daemon=True).start()
    return batches


def test_what_comes_while_the_model_works_is_looked_at_together(threads: ThreadPoolExecutor) -> None:
    model = Model()
    batches = running(model)
    answers = [threads.submit(batches.detect, PAGES[0])]
    assert model.called.wait(300)
    answers += [threads.submit(batches.detect, page) for page in PAGES[1:]]
    wait_until(lambda: batches.waiting == len(PAGES) - 1)
    model.gate.set()
    assert [answer.result(300) for answer in answers] == [regions(page) for page in PAGES]
    assert model.sizes == [1, 4, 3]


def test_a_page_on_which_the_model_fails_costs_that_page_only(threads: ThreadPoolExecutor) -> None:
    model = Model(bad=3)
    model.gate.set()
    batches = running(model)
    answers = [threads.submit(batches.detect, page) for page in PAGES]
    failed = [number for number, answer in enumerate(answers) if answer.exception(300)]
    assert failed == [3]
    assert [answers[number].result() for number in (0, 7)] == [regions(PAGES[0]), regions(PAGES[7])]


def test_a_model_that_takes_one_page_at_a_time_gets_no_batches_again(threads: ThreadPoolExecutor) -> None:
    model = Model(takes_batches=False)
    batches = running(model)
    answers = [threads.submit(batches.detect, page) for page in PAGES]
    wait_until(lambda: batches.waiting + sum(model.sizes) == len(PAGES))
    model.gate.set()
    assert [answer.result(300) for answer in answers] == [regions(page) for page in PAGES]
    assert sum(size > 1 for size in model.sizes) == 1
    answers = [threads.submit(batches.detect, page) for page in PAGES]
    assert [answer.result(300) for answer in answers] == [regions(page) for page in PAGES]
    assert model.sizes[-8:] == [1] * 8
