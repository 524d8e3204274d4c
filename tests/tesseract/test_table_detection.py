"""Tables of a page: ruled, seen by the model, or aligned."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Region
from ocr_service.tesseract.ruling_lines import RulingLines
from ocr_service.tesseract.table_detection import FoundTable, find_tables
from ocr_service.tesseract.words import Line
from tests.support.sheets import blank_sheet, text_line

ROWS = [("Товар", "Штук", "Рублей"), ("Кабель", "14", "51618"), ("Цемент", "35", "77390")]


def rows(y: int = 300, pitch: int = 100) -> list[Line]:
    return [text_line(120, y + pitch * index, *row, step=300) for index, row in enumerate(ROWS)]


def texts(tables: list[FoundTable]) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in table.cells] for table in tables]


def test_a_grid_of_ruling_lines_is_a_table_without_doubt() -> None:
    sheet = blank_sheet()
    level = tuple((100, y, 1000, y + 3) for y in (280, 370, 470, 570))
    upright = tuple((x, 280, x + 3, 573) for x in (100, 400, 700, 1000))
    ruled = replace(sheet, ruling_lines=RulingLines(level, upright, sheet.ruling_lines.mask))
    tables, rest = find_tables([*rows(), text_line(100, 900, "после", "таблицы")], [], ruled)
    assert texts(tables) == [[list(row) for row in ROWS]]
    assert tables[0].score == 1.0
    assert [line.text for line in rest] == ["после таблицы"]


def test_aligned_rows_are_a_table_unless_the_model_is_sure_of_text() -> None:
    tables, _ = find_tables(rows(pitch=60), [], blank_sheet())
    assert texts(tables) == [[list(row) for row in ROWS]]
    tables, rest = find_tables(rows(pitch=60), [Region("text", (100, 280, 1000, 540), 0, 0.95)], blank_sheet())
    assert tables == []
    assert len(rest) == 3


def test_two_columns_need_the_models_word() -> None:
    pairs = [text_line(120, 300 + 60 * index, *row[:2], step=400) for index, row in enumerate(ROWS)]
    assert find_tables(pairs, [], blank_sheet())[0] == []
    tables, _ = find_tables(pairs, [Region("table", (100, 280, 800, 460), 0, 0.9)], blank_sheet())
    assert texts(tables) == [[list(row[:2]) for row in ROWS]]
