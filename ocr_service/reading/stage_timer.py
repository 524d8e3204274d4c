"""How long each stage of a page took, and when: measured where it happens, kept with the page, told by telemetry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ocr_service.document import Stage, StageTime


class StageClock:
    """``with clock.stage("layout"): …``; ``times`` in the order of their ends."""

    def __init__(self) -> None:
        self.times: tuple[StageTime, ...] = ()

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """A stage that raises is not kept: its page has an error instead."""
        started, ticks = time.time(), time.perf_counter()
        yield
        self.times += (StageTime(stage, round(started, 4), round(time.perf_counter() - ticks, 4)),)
