"""Columns of whole numbers: what stands there as something else, or is doubtful, is read again as digits alone.

On a page Tesseract takes a narrow column of digits for text that runs downwards, and by themselves a 9 for a ``©``.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.lone_signs import read_digits
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.words import Word

_NUMBER = re.compile(r"\d{1,4}")
_LONGEST = 3  # characters of what may be a number that was read wrong
_LEAST, _MOSTLY = 4, 0.6  # cells of numbers in such a column, and their share of those that are not empty
_SURE, _SURE_OF_LETTERS = 60.0, 80.0  # Tesseract's confidence
_OTHER_HEIGHT = 0.15  # of the digits' height: by which what is none differs


def with_digit_columns(table: Table, sheet: Sheet, engine: TesseractEngine, budget: Budget) -> Table:
    """``table`` with the cells of its columns of numbers that were read wrong, or not for sure, read as numbers."""
    mended = [list(row) for row in table]
    for column in range(len(table[0]) if table else 0):
        cells = [row[column] for row in table]
        height = _height_of_numbers(cells)
        for row, cell in zip(mended, cells, strict=True):
            if height and _may_be_misread(cell, height) and budget.take():
                row[column] = _as_number(cell, sheet, engine)
    return mended


def _height_of_numbers(cells: Sequence[Cell]) -> float:
    """Of the digits of a column of numbers, in pixels; 0 for other columns."""
    filled = [cell for cell in cells if cell.words]
    numbers = [cell for cell in filled if _NUMBER.fullmatch(cell.text)]
    if len(numbers) < max(_LEAST, _MOSTLY * len(filled)):
        return 0.0
    return statistics.median(_height(cell) for cell in numbers)


def _height(cell: Cell) -> int:
    _, top, _, bottom = enclosing([word.box for word in cell.words])
    return bottom - top


def _may_be_misread(cell: Cell, height: float) -> bool:
    """Whether a cell's one to three signs, as high as the column's digits, may be some that were misread."""
    if not cell.words or len(cell.text) > _LONGEST or cell.spans:
        return False
    if abs(_height(cell) - height) > _OTHER_HEIGHT * height:
        return False
    least = min(word.confidence for word in cell.words)
    if _NUMBER.fullmatch(cell.text):
        return least < _SURE
    return least < _SURE_OF_LETTERS or not any(map(str.isalpha, cell.text))


def _as_number(cell: Cell, sheet: Sheet, engine: TesseractEngine) -> Cell:
    box = enclosing([word.box for word in cell.words])
    digits, confidence = read_digits(box, sheet, engine)
    return replace(cell, words=(Word(digits, box, confidence),)) if digits else cell
