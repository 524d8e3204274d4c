"""Cells in the middle of their row, beside cells of several lines."""

from __future__ import annotations

from ocr_service.tesseract.tables.centred_rows import with_centred_rows
from ocr_service.tesseract.tables.columns import Row, visual_rows
from tests.support.sheets import EM, text_line

STEP = round(2 * EM)  # of loose type, from line to line of a cell


def rows_of(*cells: tuple[int, int, str]) -> list[Row]:
    """The rows of texts at their places: x, y, text."""
    words = [word for x, y, text in cells for word in text_line(x, y, *text.split()).words]
    return list(visual_rows(words, EM))


def texts(rows: list[Row]) -> list[str]:
    """The words of each row by the alphabet."""
    return [" ".join(sorted(word.text for word in row)) for row in rows]


def test_the_numbers_between_two_lines_of_their_key_are_of_its_row() -> None:
    half = STEP // 2
    cells = [(100, 100, "Город"), (600, 100, "Число")]
    for number, name in enumerate(("Новый Свет", "Белая Роща", "Старый Двор")):
        y = 100 + STEP + number * 2 * STEP
        cells += [(100, y, name.split()[0]), (600, y + half, f"8{number}"), (100, y + STEP, name.split()[1])]
    found = with_centred_rows(rows_of(*cells), EM)
    assert texts(found) == ["Город Число", "80 Новый Свет", "81 Белая Роща", "82 Двор Старый"]


def test_a_key_between_two_rows_of_numbers_joins_them_not() -> None:
    half = STEP // 2
    cells = [(100, 100, "Город"), (600, 100, "Число")]
    for number, name in enumerate(("Свет", "Роща")):
        y = 100 + STEP + number * 3 * STEP
        cells += [(600, y, f"8{number}"), (100, y + half, name), (600, y + STEP, f"9{number}")]
    rows = rows_of(*cells)
    assert texts(with_centred_rows(rows, EM)) == texts(rows)


def test_rows_of_one_step_stay_as_they_are() -> None:
    rows = rows_of(*((100 + 500 * (row % 2), 100 + round(EM) * row, f"слово{row}") for row in range(6)))
    assert texts(with_centred_rows(rows, EM)) == texts(rows)


def test_a_head_beside_heads_of_two_levels_joins_them_not() -> None:
    half = STEP // 2
    cells = [(100, 100 + half, "Метод"), (600, 100, "Опыт"), (520, 100 + STEP, "Верно"), (680, 100 + STEP, "Мимо")]
    for row in range(3):
        cells += [(x, 100 + (row + 3) * STEP, text) for x, text in ((100, "Сеть"), (520, "3"), (680, "7"))]
    rows = rows_of(*cells)
    assert texts(with_centred_rows(rows, EM)) == texts(rows)
