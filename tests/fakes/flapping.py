"""A backend that goes away again and again, and comes back at the same address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.vllm import FakeVllm


class Turns:
    """How often it went away by now."""

    def __init__(self) -> None:
        self.away = 0


@contextmanager
def comes_and_goes(backend: FakeVllm, port: int, *, up_s: float = 1.0, away_s: float = 0.4) -> Iterator[Turns]:
    turns, stop = Turns(), threading.Event()

    def flap() -> None:
        while not stop.is_set():
            with backend.running(port):
                stop.wait(up_s)
            turns.away += 1
            stop.wait(away_s)

    flapping = threading.Thread(target=flap)
    flapping.start()
    try:
        yield turns
    finally:
        stop.set()
        flapping.join()
