"""What could not be read is a region, and the page says so."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Box, Region, RegionResult, page_status
from ocr_service.export.markdown import page_markdown
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import InkArea
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.unread_regions import located, with_unread
from ocr_service.tesseract.words import Line
from tests.support.sheets import DrawnPage, reader_of

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


LINES = ("The supplier shall deliver 5 goods", "within ten days of it", "Cost 17 and 340 or less")


class _WithoutWord(TesseractEngine):
    """Reads every page with one place of it painted over."""

    def __init__(self, engine: TesseractEngine, box: Box) -> None:
        self._api = engine._api  # which takes longer to load than the page to read
        self._box = box

    def lines(self, gray: np.ndarray, dpi: int, mode: int = 3, *, only: str = "") -> list[Line]:
        if gray.shape[0] < 700:
            return []  # neither does it see the place by itself
        x0, y0, x1, y1 = self._box
        blanked = gray.copy()
        blanked[y0 - 3 : y1 + 3, x0 - 3 : x1 + 3] = 255
        return super().lines(blanked, dpi, mode)


@pytest.fixture(scope="module")
def drawn() -> DrawnPage:
    page = DrawnPage(1000, 800)
    for row, text in enumerate(LINES):
        page.text(100, 100 + 150 * row, text)
    return page


@pytest.fixture(scope="module")
def places(drawn: DrawnPage) -> dict[str, Box]:
    """Where each word of the page stands."""
    read = TesseractEngine("eng").lines(drawn.gray(), 200)
    return {word.text: word.box for line in read for word in line.words}


def test_where_every_word_is_read_none_is_reported(drawn: DrawnPage) -> None:
    assert reader_of("eng").read(drawn.page(), []).coverage == 1.0


@pytest.mark.parametrize("word", ["The", "supplier", "5", "goods", "of", "it", "17", "340", "less"])
def test_any_word_that_is_blanked_out_before_reading_is_reported(
    monkeypatch: pytest.MonkeyPatch, drawn: DrawnPage, places: dict[str, Box], word: str
) -> None:
    reader = reader_of("eng")
    monkeypatch.setattr(reader, "_engine", _WithoutWord(reader._engine, places[word]))
    reading = reader.read(drawn.page(), [])
    assert reading.coverage < 1.0
    unread = [region.bbox for region in reading.regions if region.label == "unread"]
    assert any(contains_centre(box, places[word]) for box in unread)
    assert page_status(reading.regions) == "partial"


class _BlindEngine(TesseractEngine):
    """Loses what stands between two heights of every picture, as if it had not seen it."""

    def __init__(self, engine: TesseractEngine) -> None:
        self._api = engine._api

    def lines(self, gray: np.ndarray, dpi: int, mode: int = 3, *, only: str = "") -> list[Line]:
        if gray.shape[0] < 700:
            return []  # neither does it see the place by itself
        return [line for line in super().lines(gray, dpi, mode, only=only) if not 180 < line.box[1] < 260]


def test_a_line_that_the_engine_loses_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reader_of("eng")
    page = DrawnPage(1000, 800)
    for y in (100, 200, 300):
        page.text(100, y, "The supplier shall deliver the goods")
    whole = reader.read(page.page(), [])
    assert whole.coverage == 1.0
    assert whole.warnings == ()
    monkeypatch.setattr(reader, "_engine", _BlindEngine(reader._engine))
    reading = reader.read(page.page(), [])
    (unread,) = [region for region in reading.regions if region.label == "unread"]
    assert 190 < unread.bbox[1] < 220
    assert 0.5 < reading.coverage < 0.8
    assert reading.warnings == (unread.error.message,)  # type: ignore[union-attr]


def test_text_inside_a_figure_that_cannot_be_read_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reader_of("eng")
    page = DrawnPage(1000, 800)
    page.text(100, 60, "The supplier shall deliver the goods")
    page.draw.ellipse((300, 200, 700, 420), outline="black", width=6)
    page.draw.line((300, 200, 700, 420), fill="black", width=6)
    page.text(150, 500, "Output of the plant by month")
    figure = Region("image", (90, 150, 900, 600), 0, 0.9)
    assert reader.read(page.page(), [figure]).coverage == 1.0
    monkeypatch.setattr(reader, "_engine", _WithoutWord(reader._engine, (140, 490, 800, 560)))
    reading = reader.read(page.page(), [figure])
    assert [region.label for region in reading.regions if region.format == "image"] == ["image", "unread"]
    assert reading.coverage < 0.9
