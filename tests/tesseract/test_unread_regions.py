"""What could not be read is a region, and the page says so."""

from __future__ import annotations

import numpy as np

from ocr_service.document import RegionResult, page_status
from ocr_service.export.markdown import page_markdown
from ocr_service.geometry.ink_areas import InkArea
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.unread_regions import located, with_unread
from ocr_service.tesseract.words import Line
from tests.support.sheets import DrawnPage

AREA = InkArea((100, 300, 400, 330), 9, 900, 16.0, True)


def test_an_unread_area_is_a_picture_with_an_error_after_what_stands_above_it() -> None:
    above, below = (RegionResult("text", (100, y, 400, y + 30), 0, 0.9) for y in (100, 500))
    regions = [located(region) for region in with_unread([above, below], [AREA])]
    assert [region.label for region in regions] == ["text", "unread", "text"]
    unread = regions[1]
    assert unread.format == "image"
    assert unread.error is not None
    assert unread.error.code == "unread"
    assert "94,294,406,336" in unread.error.message
    assert page_status(regions) == "partial"
    assert page_status([unread]) == "partial"
    assert page_markdown([unread]) == "<!-- text that could not be read at 94,294,406,336 -->"


class _BlindEngine(TesseractEngine):
    """Loses what stands between two heights of every picture, as if it had not seen it."""

    def lines(self, gray: np.ndarray, dpi: int, mode: int = 3) -> list[Line]:
        if gray.shape[0] < 700:
            return []  # neither does it see the place by itself
        return [line for line in super().lines(gray, dpi, mode) if not 180 < line.box[1] < 260]


def test_a_line_that_the_engine_loses_is_reported() -> None:
    reader = TesseractReader("eng")
    page = DrawnPage(1000, 800)
    for y in (100, 200, 300):
        page.text(100, y, "The supplier shall deliver the goods")
    whole = reader.read(page.page(), [])
    assert whole.coverage == 1.0
    assert whole.warnings == ()
    reader._engine = _BlindEngine("eng")
    reading = reader.read(page.page(), [])
    (unread,) = [region for region in reading.regions if region.label == "unread"]
    assert 190 < unread.bbox[1] < 220
    assert 0.5 < reading.coverage < 0.8
    assert reading.warnings == (unread.error.message,)  # type: ignore[union-attr]
