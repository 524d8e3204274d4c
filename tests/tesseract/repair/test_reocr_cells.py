"""Cells that are read again: each word is what the surer reading of its place says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.reocr_cells import reocr_cells
from ocr_service.tesseract.tables.cells import Cell
from ocr_service.tesseract.words import Word
from tests.support.sheets import DrawnPage

PLACES: list[Box] = [(100, 100, 240, 140), (300, 100, 440, 140), (500, 100, 640, 140)]


def reread(first: list[tuple[str, float]], again: list[tuple[str, float]]) -> str:
    """The text of a cell whose words were read as ``first`` at ``PLACES``, and by itself as ``again``."""
    page = DrawnPage(1240, 400)
    for x, *_ in PLACES:
        page.text(x, 100, "payment", 11)

    class Again(CropReader):
        def read(self, area: Box, em: float, lines: int = 1) -> list[Word]:
            return list(placed(again))

    cell = Cell((80, 80, 900, 160), placed(first))
    ((read,),) = reocr_cells([[cell]], Again(TesseractEngine("eng"), page.sheet()), Budget(40))
    return read.text


def placed(words: list[tuple[str, float]]) -> tuple[Word, ...]:
    return tuple(Word(text, box, confidence) for (text, confidence), box in zip(words, PLACES, strict=False) if text)


@pytest.mark.parametrize(
    ("first", "again", "text"),
    [
        # One doubtful word is put right, those beside it are not read otherwise.
        ([("+7", 96), ("68l.2O", 20), ("437", 96)], [("+7", 95), ("681.20", 95), ("457", 96)], "+7 681.20 437"),
        ([("payment", 96), ("68l.2O", 20)], [("", 0), ("681.20", 95)], "payment 681.20"),
        ([("payment", 96)], [("payment", 95), ("681.20", 95)], "payment 681.20"),  # it was not read at first
        ([("payment", 96)], [("payment", 95), ("|", 40)], "payment"),
        ([("(611", 97), ("68l", 20)], [("(611)", 96), ("681", 95)], "(611) 681"),  # more of the same word
        # What a word's neighbours or its ink told is not lost by itself.
        ([("кг", 76)], [("КГ", 88)], "кг"),
        ([("л", 80)], [("Jl", 92)], "л"),
        ([("мкФ", 68)], [("MK®", 88)], "мкФ"),
        ([("м²", 68)], [("M2", 88)], "м²"),
        ([("I", 75)], [("[", 89)], "I"),
        ([("☐", 0), ("Navy", 90)], [("[_]", 80), ("Navy", 90)], "☐ Navy"),
        ([("Colorado", 96), ("68l", 20)], [("Colorado,", 96), ("681", 95)], "Colorado 681"),
        ([("таб.", 56), ("№", 97)], [("Таб.", 90), ("№", 97)], "Таб. №"),
    ],
)  # fmt: skip
def test_each_word_of_a_cell_is_what_its_surer_reading_says(
    first: list[tuple[str, float]], again: list[tuple[str, float]], text: str
) -> None:
    assert reread(first, again) == text


def test_a_cell_whose_word_came_in_two_parts_is_read_as_one_with_its_point() -> None:
    page = DrawnPage(600, 200)
    page.text(100, 80, "No.", 14)
    sheet = page.sheet()
    x, y, _, height = cv2.boundingRect((sheet.gray < 128).astype(np.uint8))
    parts = Word("N", (x, y, x + 28, y + height), 92.0), Word("o", (x + 32, y + 8, x + 54, y + height), 86.0)
    cell = Cell((80, 60, 300, 140), parts)
    ((read,),) = reocr_cells([[cell]], CropReader(TesseractEngine("eng"), sheet), Budget(4))
    assert read.text == "No."


def test_a_cell_of_two_close_lines_is_read_line_by_line_with_the_comma_of_the_first() -> None:
    page = DrawnPage(600, 300)
    page.text(100, 80, "Таб.", 12, bold=True)
    page.text(112, 118, "№", 12, bold=True)
    page.text(300, 80, "724-56-80,", 12)
    page.text(300, 118, "доб. 141", 12)
    left, right = (80, 60, 260, 180), (280, 60, 580, 180)
    cells = [
        Cell(left, (Word("таб.", (100, 80, 170, 150), 63.0),)),
        Cell(right, (Word("мт", (300, 80, 400, 150), 32.0),)),
    ]
    page.text(100, 220, "122", 12)
    beside = Cell((80, 200, 260, 260), (Word("122", page.ink_box(0, 200), 95.0),) * 3)  # they tell the font size
    ((_, head, telephone),) = reocr_cells(
        [[beside, *cells]], CropReader(TesseractEngine("rus"), page.sheet()), Budget(4)
    )
    assert (head.text, telephone.text) == ("Таб. №", "724-56-80, доб. 141")
