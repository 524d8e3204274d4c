"""Heads of narrow columns that run up the page, drawn and read by Tesseract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import tesserocr
from PIL import Image

from ocr_service.document import Gray
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.tables.sideways_cells import ReadBlock, with_sideways_cells
from ocr_service.tesseract.words import Line, Word
from tests.support.sheets import DrawnPage


@pytest.fixture(scope="module")
def read() -> ReadBlock:
    engine = TesseractEngine("eng")

    def block(gray: Gray, dpi: int) -> Sequence[Line]:
        return engine.lines(gray, dpi, tesserocr.PSM.SINGLE_BLOCK)

    return block


def table_with_heads(turn: Image.Transpose, *heads: str) -> tuple[DrawnPage, Table]:
    """A table of a row of sideways heads, which were read as garbage, above a row of numbers."""
    page = DrawnPage(700, 500)
    top, below = [], []
    for column, head in enumerate(heads):
        x = 60 + 110 * column
        text = DrawnPage(290, 100)
        for row, part in enumerate(head.split("|")):
            text.text(6, 8 + 44 * row, part, 10)
        page.image.paste(text.image.transpose(turn), (x + 4, 44))
        page.text(x + 20, 380, "2.65", 10)
        top.append(Cell((x, 40, x + 108, 340), (Word("= © 8", (x + 8, 60, x + 60, 300), 30.0),)))
        below.append(Cell((x, 350, x + 108, 430), (Word("2.65", (x + 20, 384, x + 84, 406), 96.0),)))
    return page, [top, below]


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_heads_that_run_up_or_down_the_page_are_read(turn: Image.Transpose, read: ReadBlock) -> None:
    page, table = table_with_heads(turn, "Population|for the year", "Requirement", "Paddy & rice")
    found = with_sideways_cells(table, page.sheet(), read)
    assert [cell.text for cell in found[0]] == ["Population for the year", "Requirement", "Paddy & rice"]
    assert found[1] == table[1]


def test_high_cells_that_were_read_or_hold_no_text_stay(read: ReadBlock) -> None:
    page, table = table_with_heads(Image.Transpose.ROTATE_90, "Requirement")
    read_well = [[Cell(table[0][0].box, (Word("Requirement", (62, 180, 166, 205), 95.0),))], table[1]]
    assert with_sideways_cells(read_well, page.sheet(), read) == read_well
    empty = [[Cell((500, 40, 600, 340))], table[1]]
    assert with_sideways_cells(empty, page.sheet(), read) == empty


@pytest.mark.parametrize("head", ["Nobody", "Requirement"])
def test_heads_of_wide_columns_are_read_upwards_though_they_read_well_upside_down(head: str, read: ReadBlock) -> None:
    page, table = table_with_heads(Image.Transpose.ROTATE_90, head)
    wide = replace(table[0][0], box=(40, 40, 400, 340))
    found = with_sideways_cells([[wide], table[1], table[1]], page.sheet(), read)
    assert found[0][0].text == head
