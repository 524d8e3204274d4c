"""Words to cells."""

from __future__ import annotations

from ocr_service.document import Box
from ocr_service.tesseract.ruling_lines import Grid
from ocr_service.tesseract.table_cells import (
    Cell,
    Table,
    cell_text,
    filled_runs,
    find_gutters,
    font_size,
    open_cells,
    ruled_cells,
    visual_rows,
    with_unruled_rows,
    without_empty,
)
from ocr_service.tesseract.words import Word
from tests.support.sheets import EM, text_line


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table]


def level(y: int) -> Box:
    return (100, y, 700, y + 3)


def upright(x: int, y0: int = 100, y1: int = 303) -> Box:
    return (x, y0, x + 3, y1)


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


def test_rows_gutters_and_runs_of_words() -> None:
    rows = visual_rows(
        [*text_line(100, 100, "a", "b", step=300).words, *text_line(100, 150, "c", "d", step=300).words], EM
    )
    assert [sorted(word.text for word in row) for row in rows] == [["a", "b"], ["c", "d"]]
    assert len(find_gutters(rows, EM)) == 1
    assert filled_runs(text_line(100, 100, "aa", "bb").words, EM) == [(100, 170)]


def test_open_cells_join_the_lines_of_one_cell() -> None:
    words = [
        w
        for y, row in ((100, ("Товар", "Цена")), (180, ("Кабель", "51")), (260, ("Цемент", "7")))
        for w in text_line(100, y, *row, step=400).words
    ]
    assert texts(open_cells(words, EM)) == [["Товар", "Цена"], ["Кабель", "51"], ["Цемент", "7"]]
    assert open_cells([], EM) == []


def test_empty_rows_and_columns_are_left_out() -> None:
    full, empty = Cell((0, 0, 9, 9), text_line(0, 0, "x").words), Cell((0, 0, 9, 9))
    assert without_empty([[full, empty], [empty, empty]]) == [[full]]
    assert without_empty([[empty]]) == []


def test_rows_between_rules_of_columns_only_are_parted() -> None:
    columns = [(100, 300), (300, 500), (500, 700)]
    rows = [("Все", "291", "18.7"), ("Дети", "54", ""), ("Взрослые", "34", "12.0")]
    words = [
        text_line(columns[c][0] + 10, 120 + 40 * r, t).words[0]
        for r, row in enumerate(rows)
        for c, t in enumerate(row)
        if t
    ]
    ruled = [[Cell((x0, 100, x1, 240), tuple(w for w in words if x0 <= w.box[0] < x1)) for x0, x1 in columns]]
    assert texts(with_unruled_rows(ruled)) == [list(row) for row in rows]


def test_lines_of_words_between_rules_stay_one_row() -> None:
    columns = [(100, 300), (300, 500), (500, 700)]
    lines = [("Доска", "дуб", "12"), ("сухая", "или ель", "")]
    words = [
        w
        for r, row in enumerate(lines)
        for c, t in enumerate(row)
        if t
        for w in text_line(columns[c][0] + 10, 120 + 40 * r, *t.split()).words
    ]
    ruled = [[Cell((x0, 100, x1, 200), tuple(w for w in words if x0 <= w.box[0] < x1)) for x0, x1 in columns]]
    assert texts(with_unruled_rows(ruled)) == [["Доска сухая", "дуб или ель", "12"]]


def test_a_cells_text_and_size() -> None:
    upper, lower = text_line(0, 0, "оборудо-").words, text_line(0, 40, "вание").words
    assert cell_text([*lower, *upper]) == "оборудование"
    assert font_size([[Cell((0, 0, 9, 9), (Word("Кабель", (0, 0, 90, 22), 90.0),))]]) is not None
    assert font_size([[Cell((0, 0, 9, 9))]]) is None


def test_a_head_set_left_over_numbers_set_right_is_their_head() -> None:
    words = [
        *text_line(100, 100, "Товар").words,
        *text_line(400, 100, "План").words,
        *text_line(700, 100, "Факт").words,
    ]
    for row in range(3):
        y = 160 + 60 * row
        words += text_line(100, y, "Щит").words
        words += [*text_line(540, y, "876078").words, *text_line(860, y, "119085").words]
    rows = [[cell.text for cell in row] for row in open_cells(words, 30.0)]
    assert rows == [["Товар", "План", "Факт"], *[["Щит", "876078", "119085"]] * 3]


def test_a_line_that_goes_on_inside_a_cell_is_no_row() -> None:
    words = [*text_line(100, 100, "Доска", "дубовая", step=400).words, *text_line(900, 100, "12").words]
    words += text_line(500, 145, "сухая").words
    words += [*text_line(100, 190, "Клей", "Водостойкий", step=400).words, *text_line(900, 190, "14").words]
    words += [*text_line(500, 235, "Итого").words, *text_line(900, 235, "26").words]
    rows = [[cell.text for cell in row] for row in open_cells(words, 30.0)]
    assert rows == [["Доска", "дубовая сухая", "12"], ["Клей", "Водостойкий", "14"], ["", "Итого", "26"]]


def booktabs(*rows: tuple[str, ...], rules: tuple[int, ...], pitch: int = 40) -> list[list[str]]:
    """The texts of a table with ruling lines above the rows of these numbers."""
    tops = [100 + pitch * index + 14 * sum(rule <= index for rule in rules) for index in range(len(rows) + 1)]
    words = [
        word
        for top, row in zip(tops, rows, strict=False)
        for column, cell in enumerate(row)
        if cell
        for word in text_line(100 + 300 * column, top, *cell.split()).words
    ]
    return texts(open_cells(words, EM, [level(tops[rule] - 14) for rule in rules]))


def test_rows_that_only_the_head_is_ruled_off_from_stay_rows() -> None:
    rows = [["Метод", "Масса", "Длина"], ["Пилот", "", "12.4"], ["Основа", "7.5", "11.9"], ["Итого", "8.1", ""]]
    assert booktabs(*map(tuple, rows), rules=(0, 1, 4)) == rows


def test_lines_between_the_rules_of_rows_are_lines_of_cells() -> None:
    lines = [("Доска", "дуб"), ("", "сухая"), ("Клей", "жидкий"), ("", "в банке")]
    assert booktabs(("Товар", "Вид"), *lines, rules=(0, 1, 3, 5)) == [
        ["Товар", "Вид"],
        ["Доска", "дуб сухая"],
        ["Клей", "жидкий в банке"],
    ]


def test_a_head_of_two_lines_is_one_row() -> None:
    assert booktabs(("Число", "Масса"), ("проб", "нетто"), ("12", "8"), ("14", "9"), rules=(0, 2, 4)) == [
        ["Число проб", "Масса нетто"],
        ["12", "8"],
        ["14", "9"],
    ]


def test_a_head_over_two_columns_is_not_cut() -> None:
    words = list(text_line(450, 100, "Пробная", "выборка", "серий").words)
    for index, row in enumerate((("Метод", "Масса", "Длина"), ("Пилот", "7.5", "12.4"), ("Основа", "7.1", "11.9"))):
        words += text_line(100, 160 + 60 * index, *row, step=300).words
    assert texts(open_cells(words, EM)) == [
        ["", "Пробная выборка серий", ""],
        ["Метод", "Масса", "Длина"],
        ["Пилот", "7.5", "12.4"],
        ["Основа", "7.1", "11.9"],
    ]


def test_a_line_that_goes_on_in_several_cells_is_no_row() -> None:
    words = [*text_line(100, 100, "оборудо-", "доска", "12", step=400).words]
    words += text_line(100, 145, "вание", "сухая", step=400).words
    words += text_line(100, 190, "Клей", "Банка", "14", step=400).words
    assert texts(open_cells(words, 30.0)) == [["оборудование", "доска сухая", "12"], ["Клей", "Банка", "14"]]
