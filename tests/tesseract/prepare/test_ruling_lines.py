"""Ruling lines found in ink, grouped to grids, painted out."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.tesseract.prepare.ruling_lines import binarise, find_grids, find_ruling_lines, without_ruling_lines
from tests.support.sheets import DPI, DrawnPage


def drawn_grid() -> DrawnPage:
    page = DrawnPage(900, 600)
    for y in (100, 200, 300):
        page.draw.line((100, y, 700, y), fill="black", width=3)
    for x in (100, 400, 700):
        page.draw.line((x, 100, x, 300), fill="black", width=3)
    page.text(130, 120, "Кабель", 12)
    return page


def test_a_grid_has_its_level_and_upright_lines() -> None:
    lines = find_ruling_lines(binarise(drawn_grid().gray()), DPI)
    assert len(lines.horizontal) == 3
    assert len(lines.vertical) == 3
    (grid,) = find_grids(lines, DPI)
    assert all(abs(a - b) < 6 for a, b in zip(grid.box, (100, 100, 701, 301), strict=True))


def test_long_lines_that_are_a_third_of_a_degree_off_level_are_found() -> None:
    """What deskewing leaves: over the height of a page they drift by more than they are thick."""
    page = DrawnPage(1300, 1900)
    for y in range(100, 1801, 50):
        page.draw.line((100, y, 1100, y + 6), fill="black", width=4)
    for x in range(100, 1101, 200):
        page.draw.line((x, 100 + 6 * (x - 100) // 1000, x - 10, 1800), fill="black", width=4)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert (len(lines.horizontal), len(lines.vertical)) == (35, 6)


def test_a_bar_thicker_than_a_line_is_none_however_long() -> None:
    page = DrawnPage(1900, 600)
    page.draw.rectangle((50, 200, 1850, 216), fill="black")
    assert not find_ruling_lines(binarise(page.gray()), DPI).horizontal


def test_the_edges_of_a_blurred_word_are_no_double_line() -> None:
    """At 110 dpi a word's x-height has an upper and a lower edge; only longer lines are ever double."""
    page = DrawnPage(900, 300)
    for y in (100, 106):
        page.draw.line((100, y, 200, y), fill="black", width=3)
    for x in range(104, 200, 16):
        page.draw.line((x, 100, x, 106), fill="black", width=8)
    assert not find_ruling_lines(binarise(page.gray()), DPI).mask.any()


def test_lines_are_painted_out_and_letters_stay() -> None:
    gray = drawn_grid().gray()
    clear = without_ruling_lines(gray, find_ruling_lines(binarise(gray), DPI))
    assert int(clear[198:203, 120:380].min()) > 200
    assert int(clear[110:180, 120:300].min()) < 60


def test_letters_and_their_stems_are_no_ruling_lines() -> None:
    page = DrawnPage(900, 600)
    page.text(50, 50, "ИНН Плиты Hill", 60, bold=True)
    page.text(50, 300, "Обычный текст без линий", 11)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert not lines.horizontal
    assert not lines.vertical
    assert not lines.mask.any()


@pytest.mark.parametrize(("text", "size"), [("TEST TEST", 40), ("ГПТТ ЕТ", 40), ("Итоги года: ГТО", 48)])
def test_bars_of_large_letters_that_touch_are_no_ruling_lines(text: str, size: int) -> None:
    page = DrawnPage(1240, 600)
    x = 50
    for character in text:  # set close: the bars touch
        page.text(x, 80, character, size, bold=False)
        x += round(0.62 * size * DPI / 72) if character != " " else 60
    page.text(50, 300, "Обычный текст", 11)
    page.draw.line((50, 345, 420, 345), fill="black", width=3)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert len(lines.horizontal) == 1
    assert lines.horizontal[0][1] > 340
    assert not lines.mask[:300].any()


def test_the_inside_of_a_dark_bar_is_ink() -> None:
    gray = np.full((400, 400), 250, np.uint8)
    gray[100:200, 100:300] = 30
    ink = binarise(gray)
    assert ink[150, 200] == 255
    assert ink[300, 200] == 0


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
