"""Numbers that count the lines of a page and brackets between two columns stand by themselves."""

from __future__ import annotations

from ocr_service.tesseract.court_paper import without_brackets, without_line_numbers
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


def test_brackets_one_under_the_other_part_what_is_beside_them() -> None:
    parties = [text_line(120, 40 * row, "the", "parties") for row in range(6)]
    case = [text_line(620, 40 * row, "No.", "15") for row in range(6)]
    brackets = [text_line(520, 40 * row, ")") for row in range(6)]
    lines = [
        make_line([w for line in row for w in line.words], 4.0) for row in zip(parties, brackets, case, strict=True)
    ]
    rest, (insert,), (gutter,) = without_brackets(lines)
    assert insert.regions[0].content == ") ) ) ) ) )"
    assert {line.text for line in rest} == {"the parties No. 15"}
    assert parties[0].box[2] < gutter.x < case[0].box[0]
    assert without_brackets(lines[:3]) == (lines[:3], [], [])


def test_brackets_behind_the_numbers_of_a_list_stay() -> None:
    items = [text_line(120, 40 * row, str(row + 1), ")", "the", "goods") for row in range(8)]
    assert without_brackets(items) == (items, [], [])
