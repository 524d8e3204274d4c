"""A stand-in for a layout model, for measuring everything else: every page is cut into equal text regions."""

from __future__ import annotations

from ocr_service.document import Pixels, Region


class StubDetector:
    """``regions`` horizontal strips of equal height, in reading order."""

    in_reading_order = True

    def __init__(self, regions: int) -> None:
        self.name = f"stub:{regions}"
        self._regions = regions

    def detect(self, pixels: Pixels) -> list[Region]:
        height, width = pixels.shape[:2]
        edges = [height * place // self._regions for place in range(self._regions + 1)]
        return [
            Region(label="text", bbox=(0, edges[order], width, edges[order + 1]), order=order, score=1.0)
            for order in range(self._regions)
        ]
