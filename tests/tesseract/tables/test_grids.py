"""Ruling lines grouped to the grids of tables."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.tesseract.prepare.ruling_lines import binarise, find_ruling_lines, without_ruling_lines
from ocr_service.tesseract.tables.grids import find_grids
from tests.support.sheets import DPI, DrawnPage


def test_ruling_lines_that_cross_are_a_grid() -> None:
    page = DrawnPage(900, 600)
    for y in (100, 200, 300):
        page.draw.line((100, y, 700, y), fill="black", width=3)
    for x in (100, 400, 700):
        page.draw.line((x, 100, x, 300), fill="black", width=3)
    (grid,) = find_grids(find_ruling_lines(binarise(page.gray()), DPI), DPI)
    assert (len(grid.horizontal), len(grid.vertical)) == (3, 3)
    assert all(abs(a - b) < 6 for a, b in zip(grid.box, (100, 100, 701, 301), strict=True))


def boxes(page: DrawnPage, columns: int, rows: int, apart: int, width: int = 200, height: int = 50) -> None:
    for row in range(rows):
        for column in range(columns):
            x, y = 100 + column * (width + apart), 100 + row * (height + apart)
            page.draw.rectangle((x, y, x + width, y + height), outline="black", width=2)
            page.text(x + 20, y + 8, "Кабель", 10)


@pytest.mark.parametrize("apart", [4, 8, 14])  # pixels at 200 dpi; 4: a double line
def test_boxes_side_by_side_are_one_grid_and_none_of_their_lines_is_ink(apart: int) -> None:
    page = DrawnPage(900, 600)
    boxes(page, 3, 4, apart)
    gray = page.gray()
    lines = find_ruling_lines(binarise(gray), DPI)
    (grid,) = find_grids(lines, DPI)
    right, bottom = 100 + 3 * 200 + 2 * apart, 100 + 4 * 50 + 3 * apart
    assert all(abs(a - b) < 6 for a, b in zip(grid.box, (100, 100, right, bottom), strict=True))
    clear = without_ruling_lines(gray, lines)
    letters = np.zeros_like(gray)
    for row in range(4):
        for column in range(3):
            x, y = 100 + column * (200 + apart), 100 + row * (50 + apart)
            letters[y + 5 : y + 46, x + 5 : x + 196] = 1
    assert int(clear[letters == 0].min()) > 180
    assert int(clear[letters == 1].min()) < 60


def test_boxes_one_under_the_other_are_fields_of_a_form_and_no_table() -> None:
    page = DrawnPage(900, 600)
    boxes(page, 1, 5, 14)
    assert len(find_grids(find_ruling_lines(binarise(page.gray()), DPI), DPI)) == 5


def side_by_side(left: tuple[int, ...], right: tuple[int, ...], apart: int) -> DrawnPage:
    """Two tables under one ruling line, with level ruling lines at these heights."""
    page = DrawnPage(1300, 900)
    page.draw.line((100, 100, 1100 + apart, 100), fill="black", width=3)
    for x0, heights in ((100, left), (600 + apart, right)):
        for x in (x0, x0 + 250, x0 + 500):
            page.draw.line((x, 100, x, heights[-1]), fill="black", width=3)
        for y in heights:
            page.draw.line((x0, y, x0 + 500, y), fill="black", width=3)
    return page


@pytest.mark.parametrize(
    ("right", "apart"),
    [((200, 300, 400), 40), ((240, 330, 480), 18)],
)
def test_tables_side_by_side_under_one_ruling_line_are_two(right: tuple[int, ...], apart: int) -> None:
    grids = find_grids(find_ruling_lines(binarise(side_by_side((200, 300, 400), right, apart).gray()), DPI), DPI)
    assert [abs(grid.box[0] - x) < 6 for grid, x in zip(grids, (100, 600 + apart), strict=True)] == [True, True]
    assert all(abs(grid.box[1] - 100) < 6 for grid in grids)


def test_boxes_side_by_side_with_rows_at_one_height_are_one_table() -> None:
    page = side_by_side((200, 300, 400), (200, 300, 400), 18)
    assert len(find_grids(find_ruling_lines(binarise(page.gray()), DPI), DPI)) == 1
