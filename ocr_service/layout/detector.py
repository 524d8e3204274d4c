"""The interface of a layout model."""

from __future__ import annotations

from typing import Protocol

from ocr_service.document import Pixels, Region


class Detector(Protocol):
    """A layout model. ``detect`` gives raw boxes in pixels of the page, in PaddleX's words.

    ``in_reading_order``: the boxes come in the order in which a person reads them, else ``order`` means nothing yet.
    """

    @property
    def name(self) -> str: ...

    @property
    def in_reading_order(self) -> bool: ...

    def detect(self, pixels: Pixels) -> list[Region]:
        """``pixels``: height x width x 3, RGB. Boxes lie inside the page."""
        ...
