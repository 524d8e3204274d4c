"""Letters are told from the grain of a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr_service.geometry.ink_areas import InkArea, least_letter
from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.ledger.grain import is_grain, takes_too_long
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


def speckled(rows: int) -> tuple[DrawnPage, list[bool]]:
    """A page of small type with specks and blots all over it, and of each large area whether it is left unread."""
    page = DrawnPage(1600, 1200)
    for row in range(rows):
        page.text(
            100, 100 + 24 * row, "the supplier is to deliver goods within ten days of it and no later than that", 6
        )
    random = np.random.default_rng(5)
    if not rows:
        for size, count in ((3, 4000), (10, 3000)):
            for x, y in random.integers((100, 90), (1500, 1100), (count, 2)).tolist():
                page.draw.ellipse((x, y, x + size, y + size), fill="black")
    sheet = page.sheet()
    pieces = letter_pieces(sheet, ())
    areas = unread_areas(pieces, np.zeros(len(pieces.areas), bool), sheet.gray.shape[:2])
    least, stats = least_letter(pieces.em, sheet.dpi), ink_stats(sheet.ink)
    return page, [takes_too_long(area, stats, least) for area in areas if area.pieces > 400]


def test_a_page_of_blots_is_not_read_again_and_a_page_of_small_type_is() -> None:
    assert speckled(0)[1] == [True]
    assert speckled(40)[1] == [False]


def again(page: DrawnPage) -> list[bool]:
    """Of each area of text on the page, whether it may be read again, and is told where nothing is found."""
    sheet = page.sheet()
    pieces = letter_pieces(sheet, ())
    areas = unread_areas(pieces, np.zeros(len(pieces.areas), bool), sheet.gray.shape[:2])
    least, stats = least_letter(pieces.em, sheet.dpi), ink_stats(sheet.ink)
    assert not any(is_grain(area, stats, least) for area in areas if area.regular)
    return [not takes_too_long(area, stats, least) for area in areas if area.regular]


def test_a_woven_ground_is_not_read_again_but_told() -> None:
    page = DrawnPage(1600, 700)
    random = np.random.default_rng(5)
    for row in range(20):
        for column in range(40):
            x, y = 100 + 22 * column, 60 + 22 * row
            wide, high = random.integers((7, 8), (10, 10)).tolist()
            page.draw.ellipse((x, y, x + wide, y + high), fill="black")
    found = again(page)
    assert found and not any(found)


def test_many_small_letters_are_read_again() -> None:
    page = DrawnPage(1600, 700)
    for row in range(10):
        page.text(100, 60 + 24 * row, "the supplier is to deliver goods within ten days of it and no later", 5)
    found = again(page)
    assert found and all(found)


def test_an_area_without_a_piece_of_a_letter_s_height_is_no_texture() -> None:
    area = InkArea((0, 0, 900, 900), 500, 40_000, 30.0, regular=True)
    assert not takes_too_long(area, ink_stats(np.zeros((900, 900), np.uint8)), 12.0)
