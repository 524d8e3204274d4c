"""Coloured bars that lie in a stamp's outline."""

from __future__ import annotations

import numpy as np

from ocr_service.tesseract.stamps.bars import without_bars
from ocr_service.tesseract.stamps.stamps import without_stamps
from tests.support.sheets import DPI, DrawnPage


def test_a_bar_with_light_letters_is_no_part_of_a_stamp() -> None:
    page = DrawnPage(700, 400)
    page.draw.rectangle((60, 60, 500, 110), fill="#60b080")
    page.text(90, 68, "Ones Fence", 11, bold=True, fill="white")
    page.text(60, 200, "COPY", 30, bold=True, fill="#60b080")
    gray = page.gray()
    left = without_bars(gray < 200, gray, DPI)
    assert not left[60:111, 80:300].any()
    assert np.array_equal(left[180:], gray[180:] < 200)


def test_gaps_that_the_text_under_a_stamp_leaves_are_no_letters() -> None:
    page = DrawnPage(700, 400)
    page.text(60, 60, "TRUE", 60, bold=True, fill="#909090")
    for row in range(4):
        page.text(40, 70 + 50 * row, "The supplier delivers the goods within ten days", 9)
    gray = page.gray()
    own = (gray > 120) & (gray < 200)
    assert without_bars(own, gray, DPI) is own


def test_the_head_of_a_window_and_its_frame_are_no_stamp() -> None:
    page = DrawnPage(1000, 500)
    page.draw.rectangle((60, 60, 900, 110), fill="#16a085")
    page.text(80, 70, "cut", 9, fill="#b0d0c8")
    page.draw.rectangle((60, 60, 900, 400), outline="#16a085", width=3)
    page.draw.ellipse((300, 200, 500, 300), outline="#16a085", width=6)
    gray = page.gray()
    left = without_bars(gray < 200, gray, DPI)
    assert not left[:150].any() and not left[380:].any()
    assert left[195:306, 295:506].any()


def test_a_coloured_frame_around_the_page_is_no_stamp() -> None:
    """Its sides and the head of the table that touch fill little of the page, and black rules cross them."""
    page = DrawnPage(1300, 1500)
    for box in ((4, 4, 80, 1490), (1220, 90, 1294, 1490), (900, 4, 1294, 90), (80, 200, 1220, 300)):
        page.draw.rectangle(box, fill="#9c470f")
    for row in range(14):
        page.text(120, 330 + 70 * row, "Goalpara 87.2 87.0 90.3", 9)
        page.draw.line((60, 320 + 70 * row, 1240, 320 + 70 * row), fill="black", width=3)
    _, stamps = without_stamps(page.page().pixels, DPI)
    assert stamps == ()
