"""Numbers that count the lines of a page and brackets between two columns stand by themselves."""

from __future__ import annotations

from ocr_service.tesseract.court_paper import without_brackets, without_line_numbers, without_margin_numbers
from ocr_service.tesseract.lines.page_columns import Gutter
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
    rest, (insert,) = without_line_numbers(numbered(), [Gutter(RULE, 0, 900)], [], HEIGHT)
    assert insert.regions[0].content == " ".join(str(row + 1) for row in range(20))
    assert [line.text for line in rest] == ["the court finds"] * 20


def test_numbers_stay_where_no_ruling_line_runs_down_the_page() -> None:
    assert without_line_numbers(numbered(), [], [], HEIGHT) == (numbered(), [])
    assert without_line_numbers(numbered(), [Gutter(RULE, 0, 300)], [], HEIGHT)[1] == []


def test_numbers_that_do_not_count_stay() -> None:
    lines = [text_line(120, 40 * row, str(7 * row % 23), "the", "court") for row in range(20)]
    assert without_line_numbers(lines, [Gutter(RULE, 0, 900)], [], HEIGHT) == (lines, [])


def test_a_row_of_a_table_keeps_its_number() -> None:
    rows = [text_line(120, 40 * row, str(row + 1), "pump", "512", step=300) for row in range(20)]
    first, second = Gutter(RULE, 0, 900), Gutter(RULE + 480, 0, 900)
    assert without_line_numbers(rows, [first, second], [], HEIGHT) == (rows, [])
    between = [(100, 40 * row, 800, 40 * row + 2) for row in range(20)]
    assert without_line_numbers(rows, [first], between, HEIGHT) == (rows, [])
    frame = [(100, 0, 800, 2), (100, 890, 800, 892)]
    assert len(without_line_numbers(rows, [first], frame, HEIGHT)[1]) == 1


def test_numbers_left_of_a_double_ruling_line_are_one_text_where_one_more_ends_the_text() -> None:
    ruled = [Gutter(x, 0, 900) for x in (RULE, RULE + 6, 950)]
    rest, inserts = without_line_numbers(numbered(), ruled, [], HEIGHT)
    assert (len(inserts), {line.text for line in rest}) == (1, {"the court finds"})


def test_small_numbers_at_lines_of_prose_need_no_ruling_line() -> None:
    lines = [text_line(200, 40 * row, "the", "court", "finds", "that") for row in range(20)]
    numbers = [text_line(120, 40 * row + 8, str(row + 1), em=16) for row in range(20)]
    rest, (insert,) = without_margin_numbers([*numbers, *lines])
    assert (rest, insert.regions[0].label) == (lines, "number")
    assert insert.regions[0].content == " ".join(str(row + 1) for row in range(20))
    assert without_margin_numbers(lines) == (lines, [])


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


def test_brackets_that_end_statements_of_code_stay() -> None:
    places = ((100, "text = joined("), (180, "first, second"), (100, ")"))
    code = [
        text_line(x, 120 * row + 40 * step, *text.split()) for row in range(6) for step, (x, text) in enumerate(places)
    ]
    assert without_brackets(code) == (code, [], [])


def test_brackets_elsewhere_on_the_page_hide_no_column_of_them() -> None:
    stray = [text_line(x, 20, ")") for x in (100, 200, 300, 400)]
    brackets = [text_line(520, 100 + 40 * row, ")") for row in range(6)]
    rest, (insert,), _ = without_brackets([*stray, *brackets])
    assert (rest, insert.regions[0].content) == (stray, ") ) ) ) ) )")
