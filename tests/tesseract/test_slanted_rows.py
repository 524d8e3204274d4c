"""Rows of text at any angle."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray, PageImage
from ocr_service.geometry.ink_areas import letter_pieces
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.slanted_rows import slanted_rows
from tests.support.sheets import DPI, DrawnPage, reader_of, sheet_of

_TEXT = "Correctly wrapped. Nothing is lost"
_SIDE = 900


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


def turned(degrees: float) -> Gray:
    page = DrawnPage(_SIDE, _SIDE)
    page.text(120, _SIDE // 2 - 10, _TEXT, 10)
    turn = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), degrees, 1.0)
    return cv2.warpAffine(page.gray(), turn, (_SIDE, _SIDE), flags=cv2.INTER_CUBIC, borderValue=255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [69, -35, 145])
def test_a_slanted_row_is_read(reader: TesseractReader, degrees: int) -> None:
    sheet = sheet_of(turned(degrees))
    (row,), words, _ = slanted_rows(letter_pieces(sheet.ink, 28, DPI), (), sheet, reader.read_block)
    assert row.regions[0].content == " ".join(word.text for word in words) == _TEXT
    x0, y0, x1, y1 = row.box
    assert np.count_nonzero(sheet.ink[y0:y1, x0:x1]) == np.count_nonzero(sheet.ink)


def test_a_page_with_a_slanted_row_is_read_whole_and_without_pieces_of_it(reader: TesseractReader) -> None:
    gray = turned(69)
    reading = reader.read(PageImage(1, cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB).astype(np.uint8), DPI), ())
    assert [region.content for region in reading.regions] == [_TEXT]
    assert reading.coverage == 1.0


def test_strokes_of_a_drawing_are_no_row(reader: TesseractReader) -> None:
    page = DrawnPage(_SIDE, _SIDE)
    for n in range(12):
        page.draw.line((100 + 20 * n, 100 + 30 * n, 108 + 20 * n, 118 + 30 * n), fill="black", width=4)
    sheet = sheet_of(page.gray())
    pieces = letter_pieces(sheet.ink, 28, DPI)
    assert slanted_rows(pieces, (), sheet, reader.read_block) == ([], [], [])
