"""Dates and prices at the right end of their lines."""

from __future__ import annotations

from ocr_service.tesseract.blocks.right_values import with_right_values
from ocr_service.tesseract.words import Line
from tests.support.sheets import text_line


def entry(y: int, date: str, words: int = 9) -> list[Line]:
    title, value = text_line(100, y, "Student", "Assistant"), text_line(1000, y, *date.split())
    return [title, value, text_line(130, y + 45, *["details"] * words)]


def test_dates_at_the_right_are_of_the_lines_they_stand_in() -> None:
    found = with_right_values([*entry(100, "2014 - 2016"), *entry(250, "2012 - 2014")])
    assert [line.text for line in found if "Student" in line.text] == [
        "Student Assistant 2014 - 2016",
        "Student Assistant 2012 - 2014",
    ]
    assert len(found) == 4


def test_what_nothing_goes_over_may_be_another_column() -> None:
    lines = [*entry(100, "2014 - 2016", 3), *entry(250, "2012 - 2014", 3)]
    assert with_right_values(lines) == lines


def test_one_alone_tells_nothing() -> None:
    lines = entry(100, "2014 - 2016")
    assert with_right_values(lines) == lines


def test_numbers_of_formulas_are_no_values() -> None:
    lines = [*entry(100, "(12)"), *entry(250, "(13)")]
    assert with_right_values(lines) == lines
