"""Start and duration of each stage of a page; kept with the page and exported as metrics and traces."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ocr_service.document import Stage, StageTime


class StageTimer:
    """``with timer.stage("layout"): …``; ``times`` in the order of their ends."""

    def __init__(self) -> None:
        self.times: tuple[StageTime, ...] = ()

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """A stage that raises is not kept: its page has an error instead."""
        started, ticks = time.time(), time.perf_counter()
        yield
        self.times += (StageTime(stage, round(started, 4), round(time.perf_counter() - ticks, 4)),)
