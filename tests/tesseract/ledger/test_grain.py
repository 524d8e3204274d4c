"""Letters are told from the grain of a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr_service.geometry.ink_areas import ink_stats, least_letter
from ocr_service.tesseract.ledger.grain import is_grain
from ocr_service.tesseract.ledger.ink_ledger import letter_pieces, unread_areas
from tests.support.sheets import DrawnPage


def grainy(page: DrawnPage) -> list[bool]:
    """Of each area of text on the page, whether it is taken for grain."""
    sheet = page.sheet()
    pieces = letter_pieces(sheet, ())
    areas = unread_areas(pieces, np.zeros(len(pieces.areas), bool), sheet.gray.shape[:2])
    least = least_letter(pieces.em, sheet.dpi)
    return [is_grain(area, ink_stats(sheet.ink), least) for area in areas if area.regular]


def test_a_strip_of_noise_is_no_text() -> None:
    page = DrawnPage(1600, 400)
    random = np.random.default_rng(3)
    strip = Image.fromarray(random.normal(128, 30, (40, 500)).clip(0, 255).astype(np.uint8)).convert("RGB")
    page.image.paste(strip.resize((1390, 95)), (100, 100))
    assert all(grainy(page))


def test_small_type_on_a_dirty_page_is_text() -> None:
    page = DrawnPage(1600, 400)
    for row in range(4):
        page.text(100, 100 + 24 * row, "the supplier is to deliver goods within ten days of it and no later", 6)
    random = np.random.default_rng(3)
    for x, y in random.integers((100, 90), (1100, 220), (600, 2)).tolist():
        page.draw.rectangle((x, y, x + 1, y + 1), fill="black")
    found = grainy(page)
    assert found and not any(found)
