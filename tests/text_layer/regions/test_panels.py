"""Coloured and framed areas with text beside them, and shaded parts of tables, which are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Box, Pixels
from ocr_service.tesseract.words import Line
from ocr_service.text_layer.regions.panels import find_panels
from tests.support.sheets import DPI, text_line

_PANEL = (900, 400, 1500, 1000)


def paper(*boxes: Box, colour: tuple[int, int, int] = (210, 216, 220), border: int = -1) -> Pixels:
    page = np.full((2339, 1654, 3), 255, np.uint8)
    for x0, y0, x1, y1 in boxes:
        cv2.rectangle(page, (x0, y0), (x1 - 1, y1 - 1), colour, border)
    return page


def column(x: int, top: int, lines: int, *words: str, step: int = 45) -> list[Line]:
    return [text_line(x, top + step * i, *(words or ("текст", "рядом", "идёт"))) for i in range(lines)]


@pytest.mark.parametrize("border", [-1, 3])
def test_a_ground_or_a_frame_with_text_beside_it_is_a_panel(border: int) -> None:
    lines = [*column(950, 430, 8), *column(100, 415, 20)]
    (found,) = find_panels(paper(_PANEL, colour=(120, 120, 120), border=border), DPI, lines)
    assert np.allclose(found, _PANEL, atol=8)


def test_a_sidebar_that_touches_a_bar_of_another_colour_is_a_panel() -> None:
    page = paper((900, 200, 1300, 900))
    cv2.rectangle(page, (100, 100), (1300, 199), (20, 140, 80), -1)
    lines = [*column(120, 250, 8, "beside", "it", "stand", "words"), *column(920, 260, 8, "inside")]
    (panel,) = find_panels(page, DPI, lines)
    assert np.abs(np.subtract(panel, (900, 200, 1300, 900))).max() < 10


def test_text_over_its_edge_shows_that_a_ground_is_no_panel() -> None:
    lines = [*column(950, 430, 8), *column(100, 415, 20), text_line(700, 600, "через", "край", "рамки", "идёт")]
    assert find_panels(paper(_PANEL), DPI, lines) == []


def test_a_shaded_column_of_a_table_is_no_panel() -> None:
    lines = [*column(950, 430, 8, "512"), *column(760, 430, 8, "498")]
    assert find_panels(paper(_PANEL), DPI, lines) == []


def test_the_shaded_labels_of_a_table_are_no_panel_though_white_parts_them_from_the_numbers() -> None:
    labels = [*column(450, 430, 5, step=90), text_line(450, 475, "всего", "за", "год")]
    lines = [*labels, *column(1300, 430, 5, "512", step=90)]
    assert find_panels(paper((400, 400, 1100, 900)), DPI, lines) == []


def test_running_text_in_a_box_is_in_one_though_its_lines_are_level_with_those_beside_it() -> None:
    words = ("слово",) * 6
    lines = [*column(920, 430, 8, *words), *column(100, 430, 20, *words)]
    assert len(find_panels(paper(_PANEL), DPI, lines)) == 1


def test_shaded_rows_of_a_table_are_no_panels() -> None:
    boxes: list[Box] = [(400, 400 + 400 * i, 1500, 600 + 400 * i) for i in range(4)]
    lines = [line for box in boxes for line in column(450, box[1] + 20, 4)] + column(100, 415, 30)
    assert find_panels(paper(*boxes), DPI, lines) == []


def test_the_cells_of_a_form_are_no_panels() -> None:
    page = paper((900, 400, 1500, 1000), (900, 1000, 1500, 1400), (600, 400, 900, 1400), colour=(0, 0, 0), border=3)
    lines = [*column(920, 430, 8), *column(920, 1030, 6), *column(620, 415, 12, "код"), *column(100, 420, 12)]
    assert all(found[0] < 700 for found in find_panels(page, DPI, lines))


def test_a_ground_that_nothing_stands_beside_is_no_panel() -> None:
    assert find_panels(paper(_PANEL), DPI, [*column(950, 430, 8), *column(100, 1200, 10)]) == []


def test_a_rule_that_touches_a_ground_at_its_corner_is_none_of_it() -> None:
    page = paper((900, 204, 1300, 900), colour=(243, 243, 243))
    cv2.line(page, (100, 200), (1300, 200), (120, 160, 200), 3)
    cv2.line(page, (896, 200), (896, 900), (120, 160, 200), 3)
    lines = [*column(120, 250, 12, "beside", "it", "stand", "words"), *column(920, 262, 8, "inside")]
    (panel,) = find_panels(page, DPI, lines)
    assert np.abs(np.subtract(panel, (900, 204, 1300, 900))).max() < 12
