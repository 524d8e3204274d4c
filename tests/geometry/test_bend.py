"""Bent pages are made straight; boxes find their way back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.geometry.bend import bend_of, straightened
from ocr_service.tesseract.sheet import prepare_sheet
from tests.support.sheets import DPI, DrawnPage, reader_of

PROSE = "The supplier shall hand over the goods within ten days of an order"


def drawn(columns: tuple[int, ...] = (120,), words: str = PROSE) -> DrawnPage:
    page = DrawnPage(1240, 1400)
    for number, x in enumerate(columns):
        for row in range(26):
            page.text(x, 120 + 47 * row + 17 * number, words)
    return page


def bent(gray: Gray, depth: float = 26.0) -> Gray:
    """Its lines bend down towards the left, as at the spine of a book."""
    height, width = gray.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    near = np.clip(1 - x / (0.45 * width), 0, 1) ** 2
    moved = cv2.remap(gray, x, y - depth * near, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved.astype(np.uint8)


def test_a_bent_page_has_straight_lines_again() -> None:
    level = drawn().gray()
    page = bent(level)
    shifts = bend_of(page)
    assert shifts is not None
    assert 7 < shifts[130] < 30
    assert abs(int(shifts[900])) <= 2
    rows = straightened(page, shifts).min(axis=1) < 128
    assert np.count_nonzero(np.diff(rows.astype(int)) == 1) >= 26  # white between all lines


@pytest.mark.parametrize("columns", [(120,), (60, 640)])
def test_a_level_page_is_left_alone_also_where_its_columns_are_off(columns: tuple[int, ...]) -> None:
    assert bend_of(drawn(columns, PROSE[:30]).gray()) is None


def test_a_page_with_hardly_any_ink_is_left_alone() -> None:
    page = DrawnPage()
    page.text(100, 100, "Итого")
    assert bend_of(page.gray()) is None
    assert bend_of(np.full((50, 60), 255, np.uint8)) is None


def test_boxes_of_a_bent_page_go_back_to_where_the_words_are() -> None:
    page = drawn()
    sheet = prepare_sheet(bent(page.gray()), DPI)
    assert sheet.skew.shifts is not None
    first = next(
        word for line in reader_of("eng").read_block(sheet.gray, DPI) for word in line.words if word.text == "The"
    )
    x0, y0, x1, y1 = sheet.skew.to_page(first.box)
    lowered = 26 * (1 - ((x0 + x1) / 2) / (0.45 * 1240)) ** 2
    assert abs((y0 + y1) / 2 - (120 + lowered + 20)) < 12
    back = sheet.skew.from_page((x0, y0, x1, y1))
    assert abs((back[1] + back[3]) / 2 - (first.box[1] + first.box[3]) / 2) < 6
