"""Cells of HTML tables in their places."""

from __future__ import annotations

import pytest

from ocr_service.export.table_grid import is_number, table_grid


def _places(content: str) -> list[tuple[str, int, int, int, int]]:
    grid = table_grid(content)
    assert grid is not None
    return [(cell.element.text_content(), cell.row, cell.column, cell.rows, cell.columns) for cell in grid.cells]


def test_merged_cells_push_those_after_them_aside() -> None:
    table = (
        '<table><tr><td rowspan="2">a</td><td colspan="2">b</td></tr><tr><td>c</td><td>d</td></tr>'
        "<tr><td>e</td><td>f</td><td>g</td></tr></table>"
    )
    assert _places(table) == [
        ("a", 0, 0, 2, 1),
        ("b", 0, 1, 1, 2),
        ("c", 1, 1, 1, 1),
        ("d", 1, 2, 1, 1),
        ("e", 2, 0, 1, 1),
        ("f", 2, 1, 1, 1),
        ("g", 2, 2, 1, 1),
    ]


def test_heads_bodies_and_feet_are_rows_of_one_grid() -> None:
    grid = table_grid("<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>")
    assert grid is not None
    assert (grid.rows, grid.columns, [cell.is_head for cell in grid.cells]) == (2, 1, [True, False])


@pytest.mark.parametrize("span", ["1000000000", "0", "-3", "x"])
def test_spans_that_make_no_sense_cost_no_memory(span: str) -> None:
    grid = table_grid(f'<table><tr><td rowspan="{span}" colspan="{span}">a</td></tr></table>')
    assert grid is not None
    assert grid.rows == 1 and 1 <= grid.columns <= 200


def test_a_span_beyond_the_last_row_ends_there() -> None:
    assert _places('<table><tr><td rowspan="9">a</td></tr><tr><td>b</td></tr></table>') == [
        ("a", 0, 0, 2, 1),
        ("b", 1, 1, 1, 1),
    ]


@pytest.mark.parametrize("content", ["", "text", "<table></table>", "<table", "<table><tr></tr></table>"])
def test_what_has_no_cell_has_no_grid(content: str) -> None:
    assert table_grid(content) is None


@pytest.mark.parametrize(
    "text",
    ["84 500,00", "1", "-3.5 %", "−12", "$1,200.50", "1 200 ₽", "€ 5", "(1 234)", "12 руб.", "0,5‰", "84\u00a0500"],
)
def test_numbers_money_and_shares_are_numbers(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "Итого", "12 Main St", "5 кг", "№ 5", "2024 г.", "1a", "—", "$", "1-2-3"])
def test_words_are_no_numbers(text: str) -> None:
    assert not is_number(text)
