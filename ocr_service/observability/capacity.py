"""How many pages a second this process reads when it has enough to do, measured while it has."""

from __future__ import annotations

from math import exp

# Half of the weight lies on the last minutes under load: long enough to mix documents, short enough to see a new GPU.
_MEMORY_S = 600.0
_LEAST_PAGES = 20.0


class Capacity:
    """Counts pages, and the seconds between them in which other pages waited all the time.

    A process that waits for work says nothing about what it could do, so those seconds are left out.
    """

    def __init__(self) -> None:
        self._pages = 0.0
        self._seconds = 0.0
        self._since: float | None = None

    def page_ended(self, at: float, *, more_waiting: bool) -> None:
        """``at``: seconds of a steady clock. ``more_waiting``: whether pages wait for a worker or a backend now."""
        if self._since is not None and more_waiting:
            passed = at - self._since
            kept = exp(-passed / _MEMORY_S)
            self._pages = self._pages * kept + 1
            self._seconds = self._seconds * kept + passed
        self._since = at if more_waiting else None

    @property
    def pages_a_second(self) -> float | None:
        """None before enough pages were read under load."""
        if self._pages < _LEAST_PAGES or self._seconds <= 0:
            return None
        return self._pages / self._seconds
