"""The cells of tables without upright rules."""

from __future__ import annotations

from ocr_service.document import Box
from ocr_service.tesseract.tables.cells import Table
from ocr_service.tesseract.tables.open_tables import open_cells
from tests.support.sheets import EM, text_line


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table]


def level(y: int) -> Box:
    return (100, y, 700, y + 3)


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


def test_open_cells_join_the_lines_of_one_cell() -> None:
    words = [
        w
        for y, row in ((100, ("Товар", "Цена")), (180, ("Кабель", "51")), (260, ("Цемент", "7")))
        for w in text_line(100, y, *row, step=400).words
    ]
    assert texts(open_cells(words, EM)) == [["Товар", "Цена"], ["Кабель", "51"], ["Цемент", "7"]]
    assert open_cells([], EM) == []


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
    table = open_cells(words, EM)
    assert (table[0][0].down, table[0][1].across) == (2, 2)
    assert texts(table) == [
        ["Метод", "Пробная выборка серий", ""],
        ["", "Масса", "Длина"],
        ["Пилот", "7.5", "12.4"],
        ["Основа", "7.1", "11.9"],
    ]


def test_a_line_that_goes_on_in_several_cells_is_no_row() -> None:
    words = [*text_line(100, 100, "оборудо-", "доска", "12", step=400).words]
    words += text_line(100, 145, "вание", "сухая", step=400).words
    words += text_line(100, 190, "Клей", "Банка", "14", step=400).words
    assert texts(open_cells(words, 30.0)) == [["оборудование", "доска сухая", "12"], ["Клей", "Банка", "14"]]


def test_an_empty_cell_that_a_label_reaches_into_has_no_area_to_be_read_again() -> None:
    words = list(text_line(100, 100, "Оборотные", "активы", "общества").words)
    for index, row in enumerate((("Насос", "7.5", "12.4"), ("Щит", "7.1", "11.9"), ("Итого", "14.6", "24.3"))):
        words += text_line(100, 160 + 60 * index, *row, step=300).words
    first, *others = open_cells(words, EM)[0]
    assert first.text == "Оборотные активы общества"
    assert first.box[2] >= max(word.box[2] for word in first.words)
    assert others[0].box == (0, 0, 0, 0)
