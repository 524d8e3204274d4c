"""Ruling lines found in ink, grouped to grids, painted out."""

from __future__ import annotations

import numpy as np

from ocr_service.tesseract.ruling_lines import binarise, find_grids, find_ruling_lines, without_ruling_lines
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


def test_the_inside_of_a_dark_bar_is_ink() -> None:
    gray = np.full((400, 400), 250, np.uint8)
    gray[100:200, 100:300] = 30
    ink = binarise(gray)
    assert ink[150, 200] == 255
    assert ink[300, 200] == 0
