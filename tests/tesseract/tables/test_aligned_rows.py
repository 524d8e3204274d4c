"""Rows that align in columns."""

from __future__ import annotations

from ocr_service.tesseract.tables.aligned_rows import aligned_areas, bottom, top
from ocr_service.tesseract.words import Line
from tests.support.sheets import text_line

ROWS = [("Кабель", "14", "51618"), ("Цемент", "35", "77390"), ("Провод", "52", "56751")]


def table(y: int, pitch: int = 50) -> list[Line]:
    return [text_line(100, y + pitch * index, *row, step=300) for index, row in enumerate(ROWS)]


def test_rows_with_three_aligned_cells_and_white_around_are_a_table() -> None:
    (area,) = aligned_areas(table(300))
    assert area.box[:3] == (100, 300, 775)
    assert area.box[3] >= 422
    assert (area.columns, area.numbers) == (3, True)


def test_rows_of_numbers_close_to_prose_are_a_table() -> None:
    prose = [text_line(100, 300 - 35, *["слово"] * 7), text_line(100, 300 + 3 * 35, *["слово"] * 7)]
    (area,) = aligned_areas([*prose, *table(300, 35)])
    assert (area.box[1], area.box[3] < 300 + 3 * 35) == (300, True)


def test_words_in_columns_are_a_table_only_with_a_caption() -> None:
    rows = [("Иванов", "слесарь", "Тула"), ("Петров", "повар", "Омск"), ("Сидоров", "водитель", "Пермь")]
    lines = [text_line(100, 300 + 40 * index, *row, step=300) for index, row in enumerate(rows)]
    assert list(aligned_areas(lines)) == []
    caption = text_line(100, 300 - 45, "Таблица", "2", "Люди")
    (area,) = aligned_areas([caption, *lines])
    assert (area.box[1], area.columns, area.numbers) == (300, 3, False)


def test_a_caption_of_several_lines_may_stand_right_above() -> None:
    caption = [text_line(100, 230, "Table", "2.", "Goods"), text_line(100, 265, "of", "the", "year")]
    below = text_line(100, 300 + 5 * 35, *["слово"] * 7)
    assert len(list(aligned_areas([*caption, *table(300, 35), below]))) == 1


def test_prose_is_no_table() -> None:
    assert list(aligned_areas([text_line(100, 100 + 40 * row, *["слово"] * 6) for row in range(5)])) == []
    assert list(aligned_areas([])) == []


def test_the_edges_of_a_row() -> None:
    row = [*text_line(0, 10, "а").words, *text_line(50, 14, "б").words]
    assert (top(row), bottom(row)) == (14, 36)


def test_a_head_over_one_column_belongs_to_the_table_and_a_title_over_several_does_not() -> None:
    head = text_line(400, 250, "2025")
    (area,) = aligned_areas([head, *table(300)])
    assert area.box[1] == 250
    title = text_line(420, 250, "Северный", "магазин", "продуктов")
    (area,) = aligned_areas([title, *table(300)])
    assert area.box[1] == 300


def test_rows_parted_by_an_empty_line_with_other_columns_are_two_tables() -> None:
    items = [text_line(100, 100 + 40 * row, f"товар{row}", "899,99", step=600) for row in range(4)]
    sums = [text_line(400, 340 + 40 * row, f"сумма{row}", "1699,96", step=240) for row in range(4)]
    first, second = aligned_areas([*items, *sums])
    assert (first.box[1], first.columns) == (items[0].box[1], 2)
    assert (second.box[1], second.columns) == (sums[0].box[1], 2)


def test_an_empty_line_among_rows_far_apart_ends_no_table() -> None:
    heights = [300, 375, 450, 560, 635, 710]
    lines = [text_line(100, y, "Net", "assets") for y in heights]
    lines += [text_line(1100, y, f"{y}04.03") for y in heights]
    (area,) = aligned_areas([*lines, text_line(100, 505, "Class", "B")])
    assert (area.box[1], area.box[3] > 710, area.columns) == (300, True, 2)


def test_rows_that_begin_with_years_are_a_table_of_words() -> None:
    places = ("first", "second", "National", "seventh")
    lines = [text_line(100, 300 + 40 * n, f"{2014 - n}", place, "Contest", step=300) for n, place in enumerate(places)]
    (area,) = aligned_areas(lines)
    assert (area.box[1], area.columns) == (300, 3)


def test_rows_that_repeat_a_word_are_a_table() -> None:
    names = ("Common", "Notes", "Bonds", "Shares")
    lines = [text_line(100, 300, "Title", "Symbol", "Exchange", step=400)]
    lines += [text_line(100, 340 + 40 * n, name, "MSFT", "NASDAQ", step=400) for n, name in enumerate(names)]
    (area,) = aligned_areas(lines)
    assert (area.box[1], area.columns) == (300, 3)
