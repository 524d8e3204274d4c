"""What the embedded reader says of a page: its regions, how much of its text they hold, and what is doubtful."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_service.document import Box, PageImage, RegionResult, moved_region
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.ledger.unread_regions import located

# Small type is lost below it: of words in type of 5 points at 100 dpi a third is read, of 8 points and more all.
READING_DPI = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page says. ``coverage``: the share of its text-like ink that was read for sure, 0 to 1.

    The rest is in regions ``unread``, or in words whose boxes are ``doubtful``. ``unrepeated``: what there was too much
    of to read it again.
    """

    regions: list[RegionResult]
    coverage: float
    doubtful: tuple[Box, ...] = ()
    unrepeated: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where text-like ink could not be read, or hardly, in pixels of the page; and what was not read again."""
        unread = [region.error.message for region in self.regions if region.error and region.error.code == "unread"]
        if self.doubtful:
            where = ",".join(str(side) for side in enclosing(self.doubtful))
            unread.append(f"{len(self.doubtful)} words at {where} could hardly be read")
        return (*unread, *self.unrepeated)

    def scaled(self, scale: float, shape: tuple[int, int]) -> Reading:
        """The same with all boxes on a page that is ``scale`` times as large and has this ``shape``."""

        def move(box: Box) -> Box:
            return scaled_box(box, scale, shape)

        regions = [located(moved_region(region, move)) for region in self.regions]
        return replace(self, regions=regions, doubtful=tuple(map(move, self.doubtful)))


def scaled_box(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """``box`` on the page of ``shape`` (height, width), at least a pixel wide and high."""
    height, width = shape[:2]
    x0, y0 = min(width - 1, int(box[0] * scale)), min(height - 1, int(box[1] * scale))
    x1, y1 = min(width, math.ceil(box[2] * scale)), min(height, math.ceil(box[3] * scale))
    return x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)


def reduced(page: PageImage, reading: Reading, dpi: int) -> tuple[PageImage, Reading]:
    """A page that was rendered finer than ``dpi`` to be read, and its reading, as they are at ``dpi``."""
    scale = dpi / page.dpi
    width, height = (math.ceil(round(side * scale, 3)) for side in (page.width, page.height))
    pixels = cv2.resize(page.pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return replace(page, pixels=pixels, dpi=dpi), reading.scaled(scale, (height, width))
