"""Lines to rows."""

from __future__ import annotations

from ocr_service.tesseract.tables.cells import cell_text
from ocr_service.tesseract.tables.rows import data_columns, rows_of_lines
from ocr_service.tesseract.words import Word
from tests.support.sheets import EM, text_line


def rows(*lines: tuple[int, tuple[str, ...]]) -> list[list[str]]:
    """The texts of the rows of lines, each with the y of its middle."""
    cells: list[list[list[Word]]] = []
    for y, texts in lines:
        cells.append(
            [
                list(text_line(100 + 400 * column, y - 11, *text.split()).words) if text else []
                for column, text in enumerate(texts)
            ]
        )
    return [[cell_text(cell) for cell in row] for row in rows_of_lines(cells, [y for y, _ in lines], EM)]


def test_lines_without_a_first_cell_go_on_the_row_above() -> None:
    lines = [(100, ("12 мая", "Снятие", "100")), (136, ("", "наличных", "")), (180, ("13 мая", "Зарплата", "500"))]
    assert rows(*lines) == [["12 мая", "Снятие наличных", "100"], ["13 мая", "Зарплата", "500"]]


def test_a_number_in_a_row_of_its_own_is_no_further_line() -> None:
    lines = [(100, ("Тула", "Юг", "100")), (136, ("", "Север", "200")), (172, ("Омск", "Юг", "500"))]
    assert rows(*lines) == [["Тула", "Юг", "100"], ["", "Север", "200"], ["Омск", "Юг", "500"]]


def test_a_label_of_two_lines_has_its_numbers_beside_either() -> None:
    last = [(100, ("Расходы будущих периодов и", "")), (136, ("прочие активы", "901")), (172, ("Запасы", "12"))]
    assert rows(*last) == [["Расходы будущих периодов и прочие активы", "901"], ["Запасы", "12"]]
    first = [(100, ("Основные средства,", "901")), (136, ("за вычетом износа", "")), (172, ("Запасы", "12"))]
    assert rows(*first) == [["Основные средства, за вычетом износа", "901"], ["Запасы", "12"]]


def test_the_name_of_a_group_stays_a_row() -> None:
    lines = [(100, ("Оборотные активы:", "")), (136, ("Запасы", "901")), (172, ("Капитал:", "")), (208, ("Доля", "12"))]
    assert rows(*lines) == [["Оборотные активы:", ""], ["Запасы", "901"], ["Капитал:", ""], ["Доля", "12"]]


def test_rows_of_several_lines_that_stand_apart_are_one_each_wherever_their_key_stands() -> None:
    lines = [
        (100, ("", "Насос для", "")),
        (136, ("А1", "воды", "12 мая")),
        (172, ("", "Чистый", "")),
        (240, ("", "Кабель", "")),
        (276, ("Б2", "медный", "14 мая")),
    ]
    assert rows(*lines) == [["А1", "Насос для воды Чистый", "12 мая"], ["Б2", "Кабель медный", "14 мая"]]


def test_columns_of_numbers_dates_and_dashes_are_data() -> None:
    cells = [
        [list(text_line(100 + 300 * c, 100, *text.split()).words) for c, text in enumerate(row)]
        for row in (("Щит", "12 мая", "медь", "(901)"), ("Насос", "13 мая", "сталь", "—"))
    ]
    assert data_columns(cells) == {1, 3}


def test_small_letters_tell_nothing_where_all_labels_begin_with_them() -> None:
    lines = [(100, ("title", "large")), (136, ("date", "")), (172, ("author", "small"))]
    assert rows(*lines) == [["title", "large"], ["date", ""], ["author", "small"]]


def test_lines_of_loose_type_are_one_row_where_rows_are_further_apart() -> None:
    step = round(1.6 * EM)
    lines, expected, y = [], [], 100
    for number, (key, rest) in enumerate((("Новая", "площадка"), ("Сарай", ""), ("Старый", "Склад"), ("Двор", ""))):
        lines.append((y, (key, f"{number}5", f"{number}7")))
        if rest:
            lines.append((y + step, (rest, "", "")))
        y += round(2.4 * EM) + (step if rest else 0)
        expected.append([f"{key} {rest}".strip(), f"{number}5", f"{number}7"])
    assert rows(*lines) == expected
