"""Further lines of a table's cells, told by their places."""

from __future__ import annotations

from ocr_service.tesseract.tables.open_tables import open_cells
from ocr_service.tesseract.words import Line, Word
from tests.support.sheets import EM, text_line

COLUMNS = (100, 700, 1000, 1300)


def row(y: int, *cells: str) -> list[Line]:
    return [text_line(x, y, *cell.split()) for x, cell in zip(COLUMNS, cells, strict=False) if cell]


def texts(lines: list[Line]) -> list[list[str]]:
    words: list[Word] = [word for line in lines for word in line.words]
    return [[cell.text for cell in cells] for cells in open_cells(words, EM)]


def test_a_line_beside_a_centred_cell_is_of_its_row() -> None:
    step, half = round(1.3 * EM), round(0.55 * EM)
    lines = row(100, "Товар", "Цена", "Доля", "Итог")
    for number, name in enumerate(("Кабель", "Цемент", "Провод", "Краска")):
        y = 100 + 60 + number * (step + 2 * half)
        lines += row(y, "", "", "", f"51.{number} ±")
        lines += row(y + half, name, f"17.{number}", f"38.{number}")
        lines += row(y + 2 * half, "", "", "", f"1.{number}")
    assert texts(lines)[1:] == [
        [name, f"17.{number}", f"38.{number}", f"51.{number} ± 1.{number}"]
        for number, name in enumerate(("Кабель", "Цемент", "Провод", "Краска"))
    ]


def test_what_had_no_room_in_the_cell_above_goes_on_there() -> None:
    step = round(1.2 * EM)
    names = (("Мутный рынок", "энергии"), ("Вода", ""), ("Средняя глубина", "прибрежная"), ("Река", ""))
    lines = row(100, "Показатель", "Цена", "Доля", "Итог")
    y = 100 + 60
    for number, (name, rest) in enumerate(names):
        lines += row(y, name, f"17.{number}", f"38.{number}", f"51.{number}")
        if rest:
            lines += row(y + step, rest)
        y += step * (2 if rest else 1)
    found = [cells[0] for cells in texts(lines)[1:]]
    assert found == [" ".join(filter(None, name)) for name in names]


def test_labels_of_groups_stay_rows() -> None:
    step = round(1.2 * EM)
    names = ("Активы", "Касса и счета", "Товары на складах", "Обязательства", "Кредиты", "Капитал", "Уставный")
    data = {"Касса и счета", "Товары на складах", "Кредиты", "Уставный"}
    lines = row(100, "Статья", "2022", "2023", "2024")
    for number, name in enumerate(names):
        numbers = [f"{n}7.{number}" for n in (1, 2, 3)] if name in data else []
        lines += row(100 + 60 + number * step, name, *numbers)
    assert [cells[0] for cells in texts(lines)[1:]] == list(names)


def test_a_line_nearer_to_the_row_below_is_of_that_row() -> None:
    near, far = round(1.2 * EM), round(2 * EM)
    lines = row(100, "Показатель", "Место работы", "2023", "2024")
    y = 100 + far
    for name, upper, lower in (
        ("Рынок", "", "Областной центр"),
        ("Вода", "Случайный оптический", "переход"),
        ("Река", "", "Город"),
    ):
        if upper:
            lines += [text_line(500, y, *upper.split())]
            y += near
        lines += [text_line(x, y, *cell.split()) for x, cell in ((100, name), (500, lower), (1000, "17"), (1300, "51"))]
        y += far
    assert [cells[:2] for cells in texts(lines)[1:]] == [
        ["Рынок", "Областной центр"],
        ["Вода", "Случайный оптический переход"],
        ["Река", "Город"],
    ]
