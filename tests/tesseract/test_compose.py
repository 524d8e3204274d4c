"""Lines as Tesseract cut them, put together to tables and paragraphs."""

from __future__ import annotations

import numpy as np

from ocr_service.document import Region
from ocr_service.tesseract.compose import compose
from ocr_service.tesseract.ruling_lines import Rules
from ocr_service.tesseract.table_cells import open_cells
from ocr_service.tesseract.table_detection import find_tables
from ocr_service.tesseract.words import Line, Word, make_line

NO_RULES = Rules((), (), np.zeros((2339, 1654), np.uint8))


def line(x: int, y: int, *texts: str, step: int = 0) -> Line:
    """Words from ``x`` on, one after another or ``step`` pixels apart; type of 30 pixels."""
    words = []
    for text in texts:
        words.append(Word(text, (x, y, x + 15 * len(text), y + 22), 95.0))
        x += step or 15 * len(text) + 10
    return make_line(words, 4.0)


def test_a_justified_line_that_was_read_in_pieces_is_one() -> None:
    lines = [
        line(100, 100, "Площадь", "участка", "составляет"),
        line(530, 100, "ещё"),
        line(625, 100, "было"),
        line(100, 140, "метров,", "а", "номер", "его", "указан", "ниже."),
    ]
    model = [Region("text", (90, 90, 700, 170), 0, 0.9)]
    regions = compose(lines, [], model, 200, (1654, 2339), first_page=True)
    assert [r.content for r in regions] == ["Площадь участка составляет ещё было метров, а номер его указан ниже."]


def test_the_pages_number_is_no_row_of_a_table_that_fills_the_top_of_its_page() -> None:
    rows = [("Кабель", "14", "51618"), ("Цемент", "35", "77390"), ("Провод", "52", "56751")]
    lines = [line(150, 200 + 50 * index, *row, step=400) for index, row in enumerate(rows)]
    number = line(1400, 2250, "17")
    tables, rest = find_tables([*lines, number], [Region("image", (100, 150, 1640, 2300), 0, 0.5)], NO_RULES, 200)
    assert [[[cell.text for cell in row] for row in table.cells] for table in tables] == [[list(row) for row in rows]]
    assert rest == [number]


def test_a_head_of_one_line_in_the_middle_beside_heads_of_two_is_one_row() -> None:
    upper, middle, lower = line(500, 100, "Кол-", "Сумма,", step=400), line(100, 123, "Товар"), line(500, 146, "во")
    below = [line(100, 230 + 60 * index, "Кабель", "51", "6069", step=400) for index in range(3)]
    words = [word for row in (upper, middle, lower, *below) for word in row.words]
    rows = [[cell.text for cell in row] for row in open_cells(words, 30.0)]
    assert rows == [["Товар", "Кол-во", "Сумма,"], *[["Кабель", "51", "6069"]] * 3]


def test_three_columns_of_text_that_the_model_took_for_a_picture_stay_text() -> None:
    prose = ("каждое", "слово", "здесь", "важно")
    lines = [line(x, 200 + 40 * row, *prose) for x in (100, 560, 1020) for row in range(12)]
    model = [Region("image", (90, 150, 1500, 2300), 0, 0.8)]
    tables, rest = find_tables(lines, model, NO_RULES, 200)
    regions = compose(rest, tables, model, 200, (1654, 2339), first_page=True)
    assert {region.label for region in regions} == {"text"}
    assert [region.content.split()[0] for region in regions] == ["каждое"] * 3
