"""Letters of dots that do not touch."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.ledger.dotted_print import with_joined_dots
from ocr_service.tesseract.words import Word
from tests.support.sheets import FONTS, DrawnPage, reader_of


def dotted(page: DrawnPage, x: int, y: int, text: str, pitch: int, dot: int) -> None:
    font = ImageFont.truetype(FONTS / "DejaVuSansMono-Bold.ttf", 9)
    raster = Image.new("L", (round(font.getlength(text)) + 4, 14), 255)
    ImageDraw.Draw(raster).text((1, 1), text, font=font, fill=0)
    for row, column in zip(*np.nonzero(np.asarray(raster) < 140), strict=True):
        left, top = x + int(column) * pitch, y + int(row) * pitch
        page.draw.ellipse((left, top, left + dot - 1, top + dot - 1), fill="black")


@pytest.mark.parametrize(("pitch", "dot"), [(4, 3), (5, 4), (5, 3)])
def test_dotted_words_are_read_or_reported(pitch: int, dot: int) -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 60, "Delivery within ten days", 11)
    dotted(page, 100, 250, "TOTAL PRICE", pitch, dot)
    reading = reader_of("eng").read(page.page(), [])
    text = " ".join(region.content for region in reading.regions)
    assert "TOTALPRICE" in text.replace(" ", "") or reading.coverage < 1.0


def test_letters_of_dots_of_two_sizes_become_strokes() -> None:
    page = DrawnPage(1240, 500)
    dotted(page, 100, 60, "accountant market", 4, 3)
    dotted(page, 100, 250, "DELIVERY ADDRESS", 6, 5)
    sheet = page.sheet()
    joined = with_joined_dots(sheet, ink_stats(sheet.ink), [])
    assert len(ink_stats(joined.ink)) < 0.25 * len(ink_stats(sheet.ink))


def test_dots_that_are_no_letters_stay() -> None:
    page = DrawnPage(1240, 500)
    for x in range(100, 1100, 12):  # a leader
        page.draw.ellipse((x, 100, x + 3, 103), fill="black")
    for x in range(100, 300, 5):  # a screen
        for y in range(200, 400, 5):
            page.draw.ellipse((x, y, x + 2, y + 2), fill="black")
    sheet = page.sheet()
    assert with_joined_dots(sheet, ink_stats(sheet.ink), []) is sheet


def test_dots_of_words_that_were_read_stay() -> None:
    page = DrawnPage(1240, 500)
    dotted(page, 100, 60, "accountant market", 4, 3)
    sheet = page.sheet()
    read = Word("accountant", (90, 50, 1000, 150), 90.0)
    assert with_joined_dots(sheet, ink_stats(sheet.ink), [read]) is sheet
