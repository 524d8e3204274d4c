"""Columns of numbers whose cells were misread."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.digit_columns import with_digit_columns
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.words import Word
from tests.support.sheets import DrawnPage

_HIGH = 60


@pytest.fixture(scope="module")
def engine() -> TesseractEngine:
    return TesseractEngine("eng")


def column(*cells: tuple[str, str, float]) -> tuple[Table, Sheet]:
    """What is drawn in the cells of a column, with what was read there and its confidence."""
    page = DrawnPage(300, 40 + _HIGH * len(cells))
    for row, (drawn, _, _) in enumerate(cells):
        page.text(60, 30 + _HIGH * row, drawn, 11)
    sheet = page.sheet()
    table: Table = []
    for row, (_, read, confidence) in enumerate(cells):
        box = (40, 20 + _HIGH * row, 260, 20 + _HIGH * (row + 1))
        table.append([Cell(box, (Word(read, _ink(sheet, box), confidence),))])
    return table, sheet


def _ink(sheet: Sheet, box: Box) -> Box:
    x0, y0, x1, y1 = box
    x, y, width, height = cv2.boundingRect((sheet.gray[y0:y1, x0:x1] < 128).astype(np.uint8))
    return x0 + x, y0 + y, x0 + x + width, y0 + y + height


def texts(engine: TesseractEngine, *cells: tuple[str, str, float], budget: int = 20) -> list[str]:
    table, sheet = column(*cells)
    return [row[0].text for row in with_digit_columns(table, sheet, engine, Budget(budget))]


def test_what_is_no_number_among_numbers_is_read_as_one(engine: TesseractEngine) -> None:
    cells = [(str(n), str(n), 96.0) for n in range(3, 9)]
    assert texts(engine, *cells, ("9", "©", 87.0), ("10", "lO", 55.0)) == ["3", "4", "5", "6", "7", "8", "9", "10"]


def test_letters_that_were_read_for_sure_stay(engine: TesseractEngine) -> None:
    cells = [(str(n), str(n), 96.0) for n in range(3, 9)]
    assert texts(engine, *cells, ("A", "A", 95.0), ("n/a", "n/a", 93.0), ("-", "-", 60.0))[-3:] == ["A", "n/a", "-"]


def test_a_column_of_words_stays(engine: TesseractEngine) -> None:
    cells = [("or", "or", 50.0), ("if", "if", 50.0), ("10", "lO", 55.0), ("to", "to", 50.0)]
    assert texts(engine, *cells) == ["or", "if", "lO", "to"]
