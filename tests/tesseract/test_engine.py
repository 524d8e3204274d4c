"""Tesseract in this process."""

from __future__ import annotations

import numpy as np

from ocr_service.tesseract.engine import TesseractEngine
from tests.support.sheets import DPI, DrawnPage


def test_words_come_with_boxes_and_confidence() -> None:
    page = DrawnPage(600, 200)
    page.text(100, 80, "certified copy")
    lines = TesseractEngine("eng").lines(page.gray(), DPI)
    assert [line.text for line in lines] == ["certified copy"]
    first = lines[0].words[0]
    assert abs(first.box[0] - 100) < 6
    assert first.confidence > 80


def test_a_picture_too_small_for_tesseract_has_no_lines() -> None:
    assert TesseractEngine("eng").lines(np.zeros((2, 50), np.uint8), DPI) == []


def test_words_say_whether_the_dictionary_has_them() -> None:
    page = DrawnPage(900, 200)
    page.text(100, 80, "certified xqvzk")
    lines = TesseractEngine("eng").lines(page.gray(), DPI)
    assert [word.listed for word in lines[0].words] == [True, False]


def test_a_white_picture_has_no_lines() -> None:
    assert TesseractEngine("eng").lines(DrawnPage(600, 200).gray(), DPI) == []
