"""What finds the regions of a page."""

from __future__ import annotations

from typing import Protocol

from ocr_service.document import Pixels, Region


class Detector(Protocol):
    """A layout model. ``detect`` gives raw boxes in pixels of the page, in PaddleX's words, order not yet set."""

    @property
    def name(self) -> str: ...

    def detect(self, pixels: Pixels) -> list[Region]:
        """``pixels``: height x width x 3, RGB. Boxes lie inside the page; every ``order`` is 0."""
        ...
