"""Words that stand on more ink than they have letters for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.wide_words import reocr_wide_words, without_doubled_ends
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage


@pytest.fixture(scope="module")
def engine() -> TesseractEngine:
    return TesseractEngine("rus+eng")


def drawn(printed: Sequence[str]) -> tuple[DrawnPage, list[Box]]:
    """A line of the ``printed`` words, and the box of each one's ink."""
    page = DrawnPage(1200, 200)
    return page, page.words(printed)


def mended(engine: TesseractEngine, printed: Sequence[str], read: Sequence[str], budget: Budget) -> str:
    """The text of a line of which each printed piece was read otherwise."""
    page, boxes = drawn(printed)
    line = make_line([Word(text, box, 93.0) for text, box in zip(read, boxes, strict=True)])
    return reocr_wide_words([line], CropReader(engine, page.sheet()), budget)[0].text


def test_what_was_read_as_less_than_stands_there_is_read_again(engine: TesseractEngine) -> None:
    assert mended(engine, ["длина", "45", "договора"], ["длина", "45", "м;"], Budget(9)) == "длина 45 договора"


@pytest.mark.parametrize("text", ["ширина", "W", "М", "Щ", "100%", "—", "…", "Ы"])
def test_a_word_of_its_own_width_is_left(engine: TesseractEngine, text: str) -> None:
    budget = Budget(9)
    assert mended(engine, ["длина", text], ["длина", text], budget) == f"длина {text}"
    assert budget.left == 9


def test_a_box_over_the_next_words_loses_nothing_of_its_own(engine: TesseractEngine) -> None:
    page = DrawnPage(1200, 200)
    page.text(100, 80, "А = 7,4 мм")
    left, top, right, bottom = page.ink_box()
    words = [Word("А", (left, top, right, bottom), 90.0), Word("=7,4мм", (132, top, right, bottom), 90.0)]
    budget = Budget(9)
    assert reocr_wide_words([make_line(words)], CropReader(engine, page.sheet()), budget)[0].text == "А =7,4мм"
    assert budget.left == 9


@pytest.mark.parametrize(
    ("printed", "read", "whole"),
    [
        ("ГОСТ Р 55", "ГОСТР Р 55", "ГОСТ Р 55"),
        ("стена а 7", "стена а 7", "стена а 7"),
        ("ООО О", "ООО О", "ООО О"),
    ],
)
def test_a_letter_that_is_there_once_is_read_once(printed: str, read: str, whole: str) -> None:
    page, boxes = drawn(printed.split())
    line = make_line([Word(text, box, 93.0) for text, box in zip(read.split(), boxes, strict=True)])
    assert [line.text for line in without_doubled_ends([line], page.sheet().ink)] == [whole]


def test_a_letter_that_touches_the_one_before_it_is_there() -> None:
    page, boxes = drawn(["стена", "а"])
    middle = (boxes[0][1] + boxes[0][3]) // 2
    page.draw.line((boxes[0][2] - 26, middle, boxes[0][2] - 10, middle), fill="black", width=2)
    line = make_line([Word(text, box, 93.0) for text, box in zip(["стена", "а"], boxes, strict=True)])
    assert without_doubled_ends([line], page.sheet().ink) == [line]
