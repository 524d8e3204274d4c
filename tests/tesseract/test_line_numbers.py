"""Numbers that count the lines of a page stand by themselves, those of a table's rows in it."""

from __future__ import annotations

from ocr_service.tesseract.line_numbers import without_line_numbers
from ocr_service.tesseract.page_columns import Gutter
from ocr_service.tesseract.words import Line, make_line
from tests.support.sheets import text_line

HEIGHT, RULE = 1000, 180.0


def numbered(count: int = 20) -> list[Line]:
    """Lines of text, every second one read together with its number."""
    lines = []
    for row in range(count):
        number, text = text_line(120, 40 * row, str(row + 1)), text_line(200, 40 * row, "the", "court", "finds")
        lines += [make_line([*number.words, *text.words], 4.0)] if row % 2 else [number, text]
    return lines


def test_numbers_left_of_a_ruling_line_are_one_text() -> None:
    rest, (insert,) = without_line_numbers(numbered(), [Gutter(RULE, 0, 900)], HEIGHT)
    assert insert.regions[0].content == " ".join(str(row + 1) for row in range(20))
    assert [line.text for line in rest] == ["the court finds"] * 20


def test_numbers_stay_where_no_ruling_line_runs_down_the_page() -> None:
    assert without_line_numbers(numbered(), [], HEIGHT) == (numbered(), [])
    assert without_line_numbers(numbered(), [Gutter(RULE, 0, 300)], HEIGHT)[1] == []


def test_numbers_that_do_not_count_stay() -> None:
    lines = [text_line(120, 40 * row, str(7 * row % 23), "the", "court") for row in range(20)]
    assert without_line_numbers(lines, [Gutter(RULE, 0, 900)], HEIGHT) == (lines, [])
