"""Pages that wait for the layout model at the same time go through it together."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from ocr_service.document import Pixels, Region

_log = logging.getLogger(__name__)

# Of one batch: the time of a page, which PAGE_TIMEOUT_S limits, grows with those beside it on a CPU, hardly on a GPU.
_MOST_PAGES = 4
_WAIT_S = 0.004  # for further pages: a page worker hands over its page in 5 ms, the model takes 20 ms and more

DetectBatch = Callable[[list[Pixels]], list[list[Region]]]


@dataclass(frozen=True, slots=True)
class _Asked:
    page: Pixels
    answer: Future[list[Region]] = field(default_factory=Future)


class Batches:
    """``detect`` is for many threads; ``run``, for one, calls ``detect_batch`` with what has come meanwhile."""

    def __init__(self, detect_batch: DetectBatch) -> None:
        self._detect_batch = detect_batch
        self._queue: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._most = _MOST_PAGES

    def detect(self, page: Pixels) -> list[Region]:
        """The regions of one page. Raises what the model raised for it."""
        asked = _Asked(page)
        self._queue.put(asked)
        return asked.answer.result()

    @property
    def waiting(self) -> int:
        """Pages that no batch has taken yet."""
        return self._queue.qsize()

    def run(self) -> None:
        """Never returns."""
        while True:
            self._answer(self._next())

    def _next(self) -> list[_Asked]:
        batch = [self._queue.get()]
        deadline = time.monotonic() + _WAIT_S
        while len(batch) < self._most:
            try:
                batch.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _answer(self, batch: list[_Asked]) -> None:
        try:
            found = self._detect_batch([asked.page for asked in batch])
        except Exception as error:  # noqa: BLE001  one batch's boundary: the next may do
            if len(batch) == 1:
                batch[0].answer.set_exception(error)
            else:
                self._answer_one_by_one(batch, error)
        else:
            for asked, regions in zip(batch, found, strict=True):
                asked.answer.set_result(regions)

    def _answer_one_by_one(self, batch: list[_Asked], error: Exception) -> None:
        """One page spoils the batch, or the model takes no batches: then it gets none any more."""
        for asked in batch:
            self._answer([asked])
        if all(asked.answer.exception() is None for asked in batch):
            _log.warning("the layout model takes one page at a time: %s", error)
            self._most = 1
