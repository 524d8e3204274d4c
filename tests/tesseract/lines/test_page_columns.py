"""Columns of a page and tables beside them."""

from __future__ import annotations

from ocr_service.tesseract.lines.page_columns import in_columns, page_gutters, ruled_gutters, split_at_gutters
from ocr_service.tesseract.tables.aligned_rows import aligned_areas
from ocr_service.tesseract.words import Line, make_line
from tests.support.sheets import DPI, text_line

LEFT, RIGHT = 100, 1200
ROWS = [("Кабель", "14", "51618"), ("Цемент", "35", "77390"), ("Провод", "52", "56751"), ("Труба", "7", "1204")]


def prose(x: int, y: int, count: int) -> list[Line]:
    return [text_line(x, y + 40 * index, *["слово"] * 7) for index in range(count)]


def table(x: int, y: int) -> list[Line]:
    return [text_line(x, y + 40 * index, *row, step=300) for index, row in enumerate(ROWS)]


def test_short_lines_of_one_column_are_no_cells_of_a_table_in_the_other() -> None:
    headings = [text_line(LEFT, 340, "Итоги"), text_line(LEFT, 420, "Выводы")]
    column = [*prose(LEFT, 100, 6), *headings, *prose(LEFT, 500, 4)]
    (area,) = aligned_areas([*column, *table(RIGHT, 320)])
    assert (area.box[0], area.columns) == (RIGHT, 3)


def test_a_table_over_the_columns_stays_one() -> None:
    wide = [text_line(LEFT, 100 + 40 * index, *row, step=700) for index, row in enumerate(ROWS)]
    (area,) = aligned_areas([*wide, *prose(LEFT, 400, 5), *prose(RIGHT, 400, 5)])
    assert (area.box[0], area.columns) == (LEFT, 3)


def test_what_something_crosses_is_no_gutter() -> None:
    column, other = prose(LEFT, 100, 6), prose(RIGHT, 100, 6)
    (gutter,) = page_gutters([*column, *other], {*column, *other})
    assert max(line.box[2] for line in column) < gutter.x < RIGHT
    crossing = text_line(LEFT, 220, *["слово"] * 14)
    assert not page_gutters([*column, *other, crossing], {*column, *other})


def test_a_narrow_note_in_the_margin_makes_no_column() -> None:
    column, note = prose(LEFT, 100, 6), [text_line(RIGHT, 180, "12")]
    assert not page_gutters([*column, *note], set(column))


def test_words_above_the_columns_are_in_none() -> None:
    column, other, title = prose(LEFT, 100, 6), prose(RIGHT, 100, 6), text_line(LEFT, 20, *["слово"] * 14)
    gutters = page_gutters([*column, *other], set(column))
    words = [word for line in (*other, title, *column) for word in line.words]
    parts = in_columns(words, gutters)
    assert [len(part) for part in parts] == [42, 14, 42]
    assert parts[1] == list(title.words)


def test_lists_and_headings_that_end_two_columns_are_no_rows() -> None:
    items = [text_line(LEFT + 40 * (index % 2), 400 + 40 * index, *["слово"] * 5) for index in range(4)]
    others = [text_line(RIGHT, 400 + 40 * index, *["слово"] * 6) for index in range(4)]
    column, other = prose(LEFT, 100, 7), prose(RIGHT, 100, 7)
    (gutter,) = page_gutters([*column, *items, *other, *others], {*column, *other})
    assert gutter.bottom >= others[-1].box[3]
    narrow = [text_line(x, 640, "Итого") for x in (LEFT, RIGHT)]
    (gutter,) = page_gutters([*column, *other, *narrow], {*column, *other})
    assert gutter.bottom < narrow[0].box[1]


def test_a_line_that_was_read_over_the_gutter_becomes_two_and_hides_it_not() -> None:
    column, other = prose(LEFT, 100, 6), prose(RIGHT, 180, 6)
    over = make_line([*text_line(LEFT, 340, "Итоги").words, *text_line(RIGHT + 300, 340, "и", "т.", "д.").words], 1.0)
    lines = [*column, *other, over, *prose(LEFT, 400, 4)]
    (gutter,) = page_gutters(lines, {*column, *other})
    assert gutter.top < 110 and gutter.bottom > 500
    parted = split_at_gutters([over, *column], [gutter])
    assert [line.text for line in parted] == ["Итоги", "и т. д.", *(line.text for line in column)]


def test_a_long_upright_ruling_line_parts_lines_that_were_read_across_it() -> None:
    lines = [text_line(LEFT, 100 + 40 * row, *["слово"] * 14) for row in range(10)]
    place = lines[0].words[6].box[2] + 5
    (gutter,) = ruled_gutters(lines, [(place - 3, 90, place + 3, 520)], DPI)
    parts = split_at_gutters(lines, [gutter])
    assert [len(line.words) for line in parts] == [7] * 20
    assert not ruled_gutters(lines, [(place - 3, 90, place + 3, 90 + DPI)], DPI)


def test_a_ruling_line_that_text_is_written_over_parts_nothing() -> None:
    lines = [text_line(LEFT + 7 * row, 100 + 40 * row, *["слово"] * 14) for row in range(10)]
    assert not ruled_gutters(lines, [(lines[0].words[6].box[2] + 2, 90, lines[0].words[6].box[2] + 8, 520)], DPI)


def test_a_table_at_the_top_of_a_column_ends_no_gutter_and_one_over_both_does() -> None:
    short = [text_line(LEFT, 300 + 40 * index, "слово", "слово") for index in range(4)]
    column, other = [*prose(LEFT, 100, 2), *short, *prose(LEFT, 500, 6)], prose(RIGHT, 500, 6)
    lines, running = [*column, *table(RIGHT, 300), *other], {*column[-6:], *other}
    (gutter,) = page_gutters(lines, running)
    assert gutter.top == column[0].box[1]
    (gutter,) = page_gutters(lines, running, [(LEFT, 290, RIGHT + 800, 293)])
    assert gutter.top > 293
