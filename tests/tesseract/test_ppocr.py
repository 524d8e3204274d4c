"""PP-OCR on drawn words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ocr_service.document import Gray
from ocr_service.tesseract.ppocr import PpOcr
from tests.support.sheets import DrawnPage


@pytest.fixture(scope="module")
def ppocr() -> PpOcr:
    return PpOcr()


def drawn(text: str, size: float = 11) -> Gray:
    page = DrawnPage(900, 60)
    page.text(10, 8, text, size)
    return page.gray()


def test_words_numbers_and_accents_are_read(ppocr: PpOcr) -> None:
    text = "Invoice No. 1482/B: 37.50 € for Müller & café"
    assert "".join(glyph.text for glyph in ppocr(drawn(text))) == text


def test_characters_stand_where_they_are_drawn(ppocr: PpOcr) -> None:
    glyphs = ppocr(drawn("II      II"))
    first, second = glyphs[1].middle, glyphs[-2].middle
    assert all(left.middle < right.middle for left, right in pairwise(glyphs))
    assert first * 900 < 40 < 90 < second * 900 < 150
    assert all(0 < glyph.probability <= 1 for glyph in glyphs)


def test_on_blank_paper_nothing_is_read(ppocr: PpOcr) -> None:
    assert ppocr(DrawnPage(300, 40).gray()) == []


def test_a_narrow_strip_is_no_error(ppocr: PpOcr) -> None:
    assert isinstance(ppocr(DrawnPage(3, 40).gray()), list)
