"""What Tesseract read of a page, and where that stands on the page and on the sheet that was read."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_service.document import Box, PageImage
from ocr_service.tesseract.reading import scaled_box
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.stamps.stamps import Stamp
from ocr_service.tesseract.words import Line


@dataclass(frozen=True, slots=True)
class Recognition:
    """A page as read, before anything is made of it. ``scale``: the sheet's size as a multiple of the page's.

    ``stamps``: those of the page, which lie over its text; the sheet is without them. ``of_block``: it is a block of a
    page, rotated. ``script``: the only one that was looked for.
    """

    page: PageImage
    sheet: Sheet
    scale: float
    lines: tuple[Line, ...]
    stamps: tuple[Stamp, ...] = ()
    of_block: bool = False
    script: Script | None = None

    def on_page(self, box: Box) -> Box:
        """The place on the page of a ``box`` of the sheet."""
        found = self.sheet.skew.to_page(box)
        return found if self.scale == 1.0 else scaled_box(found, 1 / self.scale, (self.page.height, self.page.width))

    def on_sheet(self, box: Box) -> Box:
        """The place on the sheet of a ``box`` of the page."""
        skew = self.sheet.skew
        return skew.from_page(box if self.scale == 1.0 else scaled_box(box, self.scale, skew.size[::-1]))
