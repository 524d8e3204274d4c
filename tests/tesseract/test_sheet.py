"""A page prepared for reading."""

from __future__ import annotations

import cv2

from ocr_service.tesseract.sheet import prepare_sheet
from tests.support.sheets import DPI, DrawnPage


def test_a_skewed_page_becomes_level_with_its_ruling_lines_apart_from_its_ink() -> None:
    page = DrawnPage(1200, 1000)
    for row in range(10):
        page.text(150, 150 + 60 * row, "Поставщик передаёт оборудование")
    page.draw.line((150, 800, 1000, 800), fill="black", width=3)
    matrix = cv2.getRotationMatrix2D((600, 500), -3.0, 1.0)
    skewed = cv2.warpAffine(page.gray(), matrix, (1200, 1000), flags=cv2.INTER_CUBIC, borderValue=255)
    sheet = prepare_sheet(skewed.astype("uint8"), DPI)
    assert abs(sheet.skew.angle - 3.0) < 0.15
    assert len(sheet.ruling_lines.horizontal) == 1
    assert not (sheet.ink & sheet.ruling_lines.mask).any()
    assert sheet.size == sheet.gray.shape[::-1]
    assert sheet.dpi == DPI
