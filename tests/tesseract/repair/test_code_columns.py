"""Codes of a table's columns, proven by their ink."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.repair.code_columns import with_proven_codes
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.words import Word
from tests.support.sheets import DrawnPage

EM = 30.6
NUMBERS = ["10", "27", "34", "48", "59", "60", "71", "82", "93", "15", "26", "307", "418"]


def drawn(*columns: Sequence[str]) -> tuple[Sheet, list[list[Box]]]:
    """The printed columns, and the box of each cell's ink by rows."""
    page = DrawnPage(1240, 100 + 60 * len(columns[0]))
    for number, column in enumerate(columns):
        for row, text in enumerate(column):
            page.text(110 + 300 * number, 50 + 60 * row, text, 11)
    return page.sheet(), [
        [(100 + 300 * number, 40 + 60 * row, 380 + 300 * number, 100 + 60 * row) for number in range(len(columns))]
        for row in range(len(columns[0]))
    ]


def read_as(sheet: Sheet, areas: list[list[Box]], *columns: Sequence[str]) -> Table:
    rows = []
    for row, boxes in enumerate(areas):
        ink = [enclosing(glyph_boxes(box, EM, sheet.ink)) for box in boxes]
        words = [Word(column[row], box, 90.0) for column, box in zip(columns, ink, strict=True)]
        rows.append([Cell(box, (word,)) for box, word in zip(boxes, words, strict=True)])
    return rows


def no_letter(area: Box, script: Script) -> list[str]:
    return []


def texts(table: Table, column: int) -> list[str]:
    return [row[column].text for row in table]


def test_a_digit_read_as_a_letter_is_the_digit_that_its_ink_is() -> None:
    codes = ["Code", "A0", "B1", *(f"C{n}" for n in NUMBERS[3:])]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, ["Code", "AO", "Bl", *codes[3:]])
    assert texts(with_proven_codes(table, sheet, no_letter), 1) == codes


def test_a_letter_read_as_a_digit_is_read_again_where_its_ink_is_no_digit() -> None:
    codes = ["D7", "D11", *(f"C{n}" for n in NUMBERS[2:])]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, ["07", "011", *codes[2:]])

    def read(area: Box, script: Script) -> list[str]:
        assert script == "latin"
        return ["D", "D"]

    assert texts(with_proven_codes(table, sheet, read), 1) == codes
    assert texts(with_proven_codes(table, sheet, no_letter), 1) == ["07", "011", *codes[2:]]
    assert texts(with_proven_codes(table, sheet, lambda *_: ["D", "O"]), 1) == ["07", "011", *codes[2:]]


def test_numbers_among_codes_stay_numbers() -> None:
    codes = ["307", "411", "07", *(f"C{n}" for n in NUMBERS[3:])]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, codes)
    assert texts(with_proven_codes(table, sheet, lambda *_: ["D", "D"]), 1) == codes


def test_a_cyrillic_letter_that_looks_like_a_digit_needs_no_other_reading() -> None:
    codes = ["З48", "О05", *(f"Д{n}" for n in NUMBERS[2:])]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, ["348", "005", *codes[2:]])
    assert texts(with_proven_codes(table, sheet, no_letter), 1) == codes


def test_a_code_with_more_characters_than_were_printed_is_set_right() -> None:
    codes = ["Л10", *(f"Д{n}" for n in NUMBERS[1:])]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, ["J110", *codes[1:]])
    assert texts(with_proven_codes(table, sheet, lambda *_: ["Л", "Л"]), 1) == codes


def test_words_of_a_column_of_codes_stay() -> None:
    codes = ["Shelf", *(f"C{n}" for n in NUMBERS[1:-1]), "none"]
    sheet, areas = drawn(NUMBERS, codes)
    table = read_as(sheet, areas, NUMBERS, codes)
    assert with_proven_codes(table, sheet, lambda *_: ["D", "D"]) is table
