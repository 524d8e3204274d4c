"""Raised digits after words that were read as quotation marks."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.raised_digits import with_raised_digits
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage

TOP, HEIGHT = 100, 24  # of the letters of "total" in type of 11 points


def mended(mark: str, read: str, size: float, rise: int = 2) -> list[str]:
    """The lines' texts where ``mark`` is printed after "total", and ``read`` was read there."""
    page = DrawnPage(500, 200)
    page.text(100, 94, "total", 11)
    page.text(180, 94 + rise, mark, size)
    x1 = 180 + round(len(mark) * size * 200 / 72 * 0.65)
    word = Word(f"total{read}", (100, TOP - 2, x1, TOP + HEIGHT - 1), 80.0)
    below = Word("agreement", (100, 150, 240, 176), 90.0)
    lines = with_raised_digits([line_of(word), line_of(below)], page.sheet(), TesseractEngine("eng"), Budget(9))
    return [line.text for line in lines]


def line_of(*words: Word) -> Line:
    return make_line(words)


@pytest.mark.parametrize(("mark", "superscript"), [("17", "¹⁷"), ("23", "²³"), ("4", "⁴")])
def test_raised_digits_become_superscripts(mark: str, superscript: str) -> None:
    assert mended(mark, "”", 6) == [f"total{superscript}", "agreement"]


def test_a_comma_may_follow_and_digits_that_were_read_are_raised_too() -> None:
    page = DrawnPage(500, 200)
    page.text(100, 94, "total", 11)
    page.text(180, 96, "3", 6)
    page.text(194, 94, ",", 11)
    lines = [
        with_raised_digits(
            [line_of(Word(read, (100, TOP - 2, 204, TOP + HEIGHT + 4), 80.0))],
            page.sheet(),
            TesseractEngine("eng"),
            Budget(9),
        )
        for read in ("total?,", "total3,")
    ]
    assert [line.text for (line,) in lines] == ["total³,", "total³,"]


def test_digits_on_the_line_stay_digits() -> None:
    assert mended("7", "7", 11, rise=0) == ["total7", "agreement"]


def test_a_raised_digit_before_a_line_is_read_with_its_own_confidence() -> None:
    page = DrawnPage(500, 200)
    page.text(80, 96, "5", 6)
    page.text(110, 94, "Institute for", 11)
    bottom = TOP + HEIGHT - 1
    words = (
        Word("т", (80, 96, 92, 114), 20.0),
        Word("Institute", (110, TOP - 2, 226, bottom), 90.0),
        Word("for", (234, TOP - 2, 276, bottom), 90.0),
    )
    (line,) = with_raised_digits([line_of(*words)], page.sheet(), TesseractEngine("eng"), Budget(9))
    assert line.text == "⁵ Institute for"
    assert line.words[0].confidence > 50


@pytest.mark.parametrize("mark", ["”", '"', "*", "!"])
def test_marks_stay(mark: str) -> None:
    assert mended(mark, mark, 11, rise=0) == [f"total{mark}", "agreement"]


def test_what_was_read_of_the_digits_as_a_line_of_its_own_is_left_out() -> None:
    page = DrawnPage(500, 200)
    page.text(100, 94, "total", 11)
    page.text(180, 96, "17", 6)
    word = Word("total”", (100, TOP - 2, 203, TOP + HEIGHT - 1), 80.0)
    alone = Word("17", (181, 97, 202, 112), 60.0)
    lines = with_raised_digits([line_of(alone), line_of(word)], page.sheet(), TesseractEngine("eng"), Budget(9))
    assert [line.text for line in lines] == ["total¹⁷"]


def test_a_budget_ends_the_reading() -> None:
    page = DrawnPage(500, 200)
    page.text(100, 94, "total", 11)
    page.text(180, 96, "17", 6)
    word = Word("total”", (100, TOP - 2, 203, TOP + HEIGHT - 1), 80.0)
    budget = Budget(0)
    assert with_raised_digits([line_of(word)], page.sheet(), TesseractEngine("eng"), budget)[0].text == "total”"
    assert budget.ended


@pytest.mark.parametrize("read", ["х109/л", "x10°/л", "x10?/л"])
def test_the_exponent_of_a_power_of_ten_before_a_unit_is_raised(read: str) -> None:
    page = DrawnPage(500, 200)
    for x, y, text, size in ((100, 94, "×10", 11), (164, 96, "9", 6), (178, 94, "/л", 11)):
        page.text(x, y, text, size)
    word = Word(read, (102, TOP - 2, 212, TOP + HEIGHT + 2), 80.0)
    (line,) = with_raised_digits([line_of(word)], page.sheet(), TesseractEngine("eng"), Budget(9))
    assert line.text == "×10⁹/л"


def test_a_number_that_begins_with_ten_stays() -> None:
    page = DrawnPage(500, 200)
    page.text(100, 94, "х109/л", 11)
    word = Word("х109/л", (102, TOP - 2, 220, TOP + HEIGHT + 2), 80.0)
    (line,) = with_raised_digits([line_of(word)], page.sheet(), TesseractEngine("eng"), Budget(9))
    assert line.text == "х109/л"


def test_a_question_mark_is_no_raised_digit() -> None:
    page = DrawnPage(500, 200)
    page.text(100, 94, "total?", 11)
    word = Word("total?", (100, TOP - 2, 196, TOP + HEIGHT - 1), 80.0)
    (line,) = with_raised_digits([line_of(word)], page.sheet(), TesseractEngine("eng"), Budget(9))
    assert line.text == "total?"


def test_a_quotation_mark_of_large_type_is_no_number() -> None:
    assert mended("99", "”", 6) == ["total”", "agreement"]
