"""Words to the cells of a grid."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_service.document import Box
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.tables.grids import Grid
from ocr_service.tesseract.tables.ruled_tables import (
    has_unruled_columns,
    ruled_cells,
    with_label_rows,
    with_parted_heads,
    with_unruled_rows,
    without_thin_columns,
)
from tests.support.sheets import text_line


def level(y: int) -> Box:
    return (100, y, 700, y + 3)


def upright(x: int, y0: int = 100, y1: int = 303) -> Box:
    return (x, y0, x + 3, y1)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table]


def test_words_fall_into_the_cells_of_a_grid() -> None:
    grid = Grid((100, 100, 703, 303), (level(100), level(200), level(300)), (upright(100), upright(400), upright(700)))
    words = [*text_line(120, 130, "Товар").words, *text_line(420, 130, "Цена", "руб").words]
    words += [*text_line(120, 230, "Кабель").words, *text_line(420, 230, "51").words]
    assert texts(ruled_cells(grid, words, 5)) == [["Товар", "Цена руб"], ["Кабель", "51"]]


def test_a_cell_that_no_line_parts_spans_its_columns() -> None:
    grid = Grid(
        (100, 100, 703, 303), (level(100), level(200), level(300)), (upright(100), upright(400, 200), upright(700))
    )
    words = [*text_line(300, 130, "Общая", "шапка").words, *text_line(120, 230, "Кабель").words]
    table = ruled_cells(grid, words, 5)
    assert texts(table) == [["Общая шапка", ""], ["Кабель", ""]]
    assert table[0][0].box[2] > 690


def between_upright_rules(lines: Sequence[Sequence[str]]) -> Table:
    """One row of cells, 200 pixels wide, with what stands in each of them line by line."""
    words = [
        word
        for r, line in enumerate(lines)
        for c, text in enumerate(line)
        if text
        for word in text_line(110 + 200 * c, 120 + 40 * r, *text.split()).words
    ]
    sides = [(100 + 200 * c, 300 + 200 * c) for c in range(len(lines[0]))]
    return [[Cell((x0, 100, x1, 240), tuple(w for w in words if x0 <= w.box[0] < x1)) for x0, x1 in sides]]


def test_rows_between_rules_of_columns_only_are_parted() -> None:
    rows = [("Все", "291", "18.7"), ("Дети", "54", ""), ("Взрослые", "34", "12.0")]
    ruled = between_upright_rules(rows)
    assert texts(with_unruled_rows(ruled)) == [list(row) for row in rows]


def test_lines_of_words_between_rules_stay_one_row() -> None:
    lines = [("Доска", "дуб", "12"), ("сухая", "или ель", "")]
    ruled = between_upright_rules(lines)
    assert texts(with_unruled_rows(ruled)) == [["Доска сухая", "дуб или ель", "12"]]


@pytest.mark.parametrize("named", [True, False])
def test_rows_with_a_time_each_under_the_name_of_a_day_are_parted(*, named: bool) -> None:
    rows = [("Mon", "8:30", "Music", "Hall"), ("", "9:15", "Latin", "Attic"), ("", "", "oral", "")]
    if not named:
        rows = [("Post", "8:30", "Music", ""), ("", "9:15", "", "Attic")]
    ruled = between_upright_rules(rows)
    parted = [["Mon", "8:30", "Music", "Hall"], ["", "9:15", "Latin oral", "Attic"]]
    assert texts(with_unruled_rows(ruled)) == (parted if named else [["Post", "8:30 9:15", "Music", "Attic"]])


def test_numbers_that_narrow_cells_break_make_no_rows() -> None:
    lines = [("Доставка", "8", "16"), ("грузов", "000,00", "000,00")]
    ruled = between_upright_rules(lines)
    assert texts(with_unruled_rows(ruled)) == [["Доставка грузов", "8 000,00", "16 000,00"]]


def test_lines_that_fill_all_columns_are_rows_where_one_column_is_of_data() -> None:
    devices = [("Часы", "мини", "272 x 340"), ("Экран", "плоский", "2304 x 1440"), ("Ноутбук", "новый", "720 x 400")]
    assert texts(with_unruled_rows(between_upright_rules(devices))) == [list(row) for row in devices]
    phrases = [("Доска", "дуб", "для"), ("сухая", "или ель", "дома"), ("прямая", "любая", "сада")]
    assert len(with_unruled_rows(between_upright_rules(phrases))) == 1


def test_rules_that_part_groups_of_columns_are_told_from_those_of_columns() -> None:
    def made(*rows: tuple[str, str]) -> Table:
        return [
            [
                Cell((100, 100 + 40 * r, 300, 140 + 40 * r), text_line(110, 110 + 40 * r, name).words),
                Cell(
                    (300, 100 + 40 * r, 700, 140 + 40 * r), text_line(310, 110 + 40 * r, *text.split(), step=120).words
                ),
            ]
            for r, (name, text) in enumerate(rows)
        ]

    assert has_unruled_columns(
        made(("Год", "Все Дети"), ("2009", "467.9 69.1"), ("2010", "10.0 0.9"), ("2011", "8.1 –"))
    )
    assert not has_unruled_columns(made(("Год", "Все"), ("2009", "467.9"), ("2010", "10.0"), ("2011", "8.1")))


def labelled(*labels: tuple[int, str]) -> Table:
    """Five ruled rows of numbers, 60 pixels high, beside one cell with ``labels`` at these heights."""
    words = tuple(word for y, text in labels for word in text_line(110, y, *text.split()).words)
    numbers = [
        Cell((400, 100 + 60 * r, 600, 160 + 60 * r), text_line(420, 115 + 60 * r, "512").words) for r in range(5)
    ]
    first = [Cell((100, 100, 400, 400), words, down=5), *(Cell((0, 0, 0, 0)) for _ in range(4))]
    return [[label, number] for label, number in zip(first, numbers, strict=True)]


def test_labels_without_rules_stand_in_the_ruled_rows_beside_them() -> None:
    labels = ("Зарплата", "Надбавки", "Связь", "Страхование", "Итого по смете")
    table = with_label_rows(labelled(*((115 + 60 * r, label) for r, label in enumerate(labels))))
    assert texts(table) == [[label, "512"] for label in labels]
    assert all(row[0].down == 1 for row in table)


def test_the_text_of_a_cell_over_many_rows_is_not_parted() -> None:
    lines = ("Расходы на", "связь и", "страхование", "имущества")
    whole = labelled(*((180 + 36 * r, line) for r, line in enumerate(lines)))
    assert with_label_rows(whole) == whole


def test_a_text_whose_lines_stand_beside_the_rows_is_not_parted() -> None:
    lines = ("Расходы на", "отопление", "и связь во", "всех домах", "посёлка")
    whole = labelled(*((115 + 60 * r, line) for r, line in enumerate(lines)))
    assert with_label_rows(whole) == whole


def headed(*words: tuple[int, str]) -> Table:
    """A head over two columns with ``words`` at these places, and a row below it."""
    head = Cell((100, 100, 700, 150), tuple(text_line(x, 110, text).words[0] for x, text in words), across=2)
    below = [
        Cell((100, 150, 300, 200), text_line(110, 160, "Связь").words),
        Cell((300, 150, 700, 200), text_line(310, 160, "512").words),
    ]
    return [[head, Cell((0, 0, 0, 0))], below]


def test_heads_without_a_rule_between_them_are_each_over_their_column() -> None:
    assert texts(with_parted_heads(headed((110, "Вид"), (310, "Расход"))))[0] == ["Вид", "Расход"]


def test_a_head_in_the_middle_of_two_columns_is_one() -> None:
    whole = headed((250, "Вид"), (310, "расхода"))
    assert with_parted_heads(whole) == whole


def row_of(columns: list[tuple[int, int]], *lines: tuple[int, tuple[str, ...]]) -> Table:
    words = [
        [w for y, texts_ in lines if texts_[c] for w in text_line(x0 + 10, y, *texts_[c].split()).words]
        for c, (x0, _) in enumerate(columns)
    ]
    return [[Cell((x0, 100, x1, 700), tuple(own)) for (x0, x1), own in zip(columns, words, strict=True)]]


COLUMNS = [(100, 400), (400, 900), (900, 1400)]


def test_an_empty_line_in_all_columns_parts_rows() -> None:
    table = row_of(
        COLUMNS,
        (120, ("Mobile:", "", "")),
        (190, ("On-road", "Emissions from vehicles", "Cars and buses")),
        (230, ("", "on public roads", "")),
        (300, ("Non-road", "Emissions of engines", "Vessels and")),
        (340, ("", "", "garden machines")),
    )
    assert texts(with_unruled_rows(table)) == [
        ["Mobile:", "", ""],
        ["On-road", "Emissions from vehicles on public roads", "Cars and buses"],
        ["Non-road", "Emissions of engines", "Vessels and garden machines"],
    ]


def test_paragraphs_of_one_cell_are_one_row() -> None:
    table = row_of(
        COLUMNS, (120, ("Mobile", "Emissions from vehicles", "Cars")), (230, ("", "on public roads", "Buses"))
    )
    assert texts(with_unruled_rows(table)) == [["Mobile", "Emissions from vehicles on public roads", "Cars Buses"]]


def test_two_lines_that_are_full_and_have_numbers_are_rows() -> None:
    table = row_of(COLUMNS, (120, ("Rthj", "Resistance junction-case", "3.12")), (160, ("Rtha", "Ambient", "100")))
    assert texts(with_unruled_rows(table)) == [["Rthj", "Resistance junction-case", "3.12"], ["Rtha", "Ambient", "100"]]


def test_white_between_filled_cells_is_no_column() -> None:
    words = text_line(140, 120, "Source").words
    head = [Cell((100, 100, 112, 160)), Cell((112, 100, 400, 160), words), Cell((400, 100, 412, 160))]
    head.append(Cell((412, 100, 900, 160), text_line(440, 120, "Definition").words))
    none = Cell((0, 0, 0, 0))
    body = [Cell((100, 160, 400, 220), text_line(140, 180, "Area").words, across=2), none]
    body += [Cell((400, 160, 900, 220), text_line(440, 180, "Shops").words, across=2), none]
    table = without_thin_columns([head, body])
    assert texts(table) == [["Source", "Definition"], ["Area", "Shops"]]
    assert [cell.across for cell in table[1]] == [1, 1]


def test_labels_and_numbers_in_one_ruled_column_are_columns_without_rules() -> None:
    words = [w for n in range(4) for w in text_line(120, 120 + 45 * n, "Iowa", f"{n}1.35", f"{n}2.40", step=200).words]
    assert has_unruled_columns([[Cell((100, 100, 1000, 400), tuple(words))]])
    assert has_unruled_columns(
        [
            [Cell((100, 40, 400, 100), text_line(120, 60, "Total").words), Cell((400, 40, 1000, 100))],
            [Cell((100, 100, 1000, 400), tuple(words), across=2), Cell((0, 0, 0, 0))],
        ]
    )


def test_rows_in_bars_that_hide_the_upright_rules_are_no_columns_without_rules() -> None:
    bars = [
        Cell((400, 100 + 200 * n, 1000, 140 + 200 * n), text_line(420, 110 + 200 * n, "124", "127", step=300).words, 2)
        for n in range(4)
    ]
    table: Table = []
    for n, bar in enumerate(bars):
        table.append([bar, Cell((0, 0, 0, 0))])
        words = [[w for k in range(3) for w in text_line(x, 150 + 200 * n + 45 * k, "0").words] for x in (420, 720)]
        sides = ((400, 700), (700, 1000))
        table.append([Cell((a, 140, b, 300), tuple(own)) for (a, b), own in zip(sides, words, strict=True)])
    assert not has_unruled_columns(table)
