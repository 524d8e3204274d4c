"""Quarter turns: found by reading, and undone for boxes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.rotation import best_rotation, box_before_rotation, densest_window, rotate
from tests.support.sheets import DPI, DrawnPage, reader_of


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


def page() -> DrawnPage:
    drawn = DrawnPage(900, 500)
    for row in range(3):
        drawn.text(60, 100 + 50 * row, "The supplier shall deliver the goods")
    return drawn


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_the_rotation_at_which_text_reads_is_found(degrees: int, reader: TesseractReader) -> None:
    turned = rotate(page().gray(), degrees)
    assert best_rotation(turned, DPI, reader.read_block) == (360 - degrees) % 360


def test_a_blank_page_has_no_window_and_no_rotation(reader: TesseractReader) -> None:
    blank = np.full((500, 900), 255, np.uint8)
    assert densest_window(blank, DPI) is None
    assert best_rotation(blank, DPI, reader.read_block) == 0


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_box_is_found_again_before_the_rotation(degrees: int) -> None:
    picture = np.zeros((300, 500), np.uint8)
    picture[40:60, 100:180] = 255
    x, y, w, h = cv2.boundingRect(rotate(picture, degrees))
    assert box_before_rotation((x, y, x + w, y + h), degrees, (500, 300)) == (100, 40, 180, 60)
