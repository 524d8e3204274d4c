"""Light letters on dark areas that the sheet has not made white."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.ledger.inverse_text import with_inverse_text
from ocr_service.tesseract.sheet import Sheet
from tests.support.sheets import DrawnPage, reader_of


def made_white(page: DrawnPage) -> tuple[Sheet, Sheet]:
    sheet = page.sheet()
    return sheet, with_inverse_text(sheet, ink_stats(sheet.ink))


def test_light_letters_on_a_dark_area_become_pieces_of_ink() -> None:
    page = DrawnPage(1240, 600)
    page.draw.polygon([(100, 100), (1100, 60), (1000, 500), (200, 400)], fill="#333333")
    page.text(400, 200, "7148", 14, bold=True, fill="white")
    before, after = made_white(page)
    digits = [height for x, y, _, height, _ in ink_stats(after.ink).tolist() if 395 < x < 500 and 200 < y < 220]
    assert len([height for height in digits if height > 20]) == 4
    assert float(np.median(after.gray[205:235, 400:480])) > 200 > 100 > float(np.median(before.gray[205:235, 400:480]))


def test_fine_print_on_a_thin_bar_at_the_foot_of_a_slide_becomes_pieces_of_ink() -> None:
    page = DrawnPage(1008, 756)
    page.draw.rectangle((0, 734, 503, 755), fill="#191959")
    page.draw.rectangle((504, 734, 1007, 755), fill="#3333b3")
    page.text(100, 736, "Anna Keller (Graz)", 5, fill="white")
    page.text(640, 736, "Numerical methods", 5, fill="white")
    before, after = made_white(page)
    letters = [x for x, y, width, _, _ in ink_stats(after.ink).tolist() if y > 734 and width < 30]
    assert len(letters) > 20
    assert float(np.median(after.gray[738:752, 104:200])) > 200 > 100 > float(np.median(before.gray[738:752, 104:200]))


def test_a_photograph_a_grid_and_dark_text_stay() -> None:
    page = DrawnPage(1240, 900)
    noise = np.random.default_rng(3).integers(0, 160, (20, 40)).astype(np.uint8)
    page.image.paste(Image.fromarray(noise).resize((800, 400)), (50, 50))
    for x in range(100, 800, 40):
        page.draw.rectangle((x, 550, x + 40, 590), outline="black", width=3)
    page.text(100, 700, "Delivery within ten days", 11)
    before, after = made_white(page)
    assert after is before


def test_labels_over_bars_on_a_dark_half_of_the_page_are_read_or_reported() -> None:
    page = DrawnPage(1240, 900)
    page.text(100, 40, "Delivery within ten days", 11)
    page.draw.rectangle((0, 150, 1240, 800), fill="#303034")
    for n, (label, colour) in enumerate((("69%", "#e07020"), ("57%", "#30a060"), ("71%", "#c0c020"))):
        page.draw.rectangle((200 + 300 * n, 400, 300 + 300 * n, 700), fill=colour)
        page.text(205 + 300 * n, 350, label, 11, bold=True, fill="white")
    reading = reader_of("eng").read(page.page(), [])
    text = " ".join(region.content for region in reading.regions)
    assert all(label in text for label in ("69%", "57%", "71%")) or reading.coverage < 1.0


def test_letters_of_every_dark_cell_become_pieces_of_ink() -> None:
    page = DrawnPage(1240, 900)
    places = [(20 + 150 * column, 20 + 105 * row) for row in range(8) for column in range(8)]
    for x, y in places:
        page.draw.rectangle((x, y, x + 120, y + 70), fill="#303030")
        page.text(x + 20, y + 15, "718", 12, bold=True, fill="white")
    _, after = made_white(page)
    assert all(int(np.median(after.gray[y + 20 : y + 50, x + 25 : x + 85])) > 200 for x, y in places)


def test_words_on_buttons_of_a_dark_window_become_pieces_of_ink_though_one_beside_them_is_white() -> None:
    page = DrawnPage(1240, 1200)
    page.draw.rectangle((40, 40, 1200, 560), fill="#1e1e1e")
    for x, word, fill, letters in ((80, "714829", "#606060", "white"), (240, "3052", "white", "black")):
        page.draw.rounded_rectangle((x, 200, x + 140, 236), 18, fill=fill)
        page.text(x + 22, 203, word, 9, fill=letters)
    before, after = made_white(page)
    assert float(np.median(before.gray[208:228, 104:190])) < 120
    assert float(np.median(after.gray[208:228, 104:190])) > 150


def test_paper_beside_a_round_area_is_no_letter_of_it() -> None:
    """The box of a button with an arrow below it has two white corners, which are larger than its letters."""
    page = DrawnPage(1240, 400)
    page.draw.rounded_rectangle((300, 100, 640, 142), 14, fill="#222222")
    page.draw.line((470, 142, 470, 190), fill="#222222", width=4)
    page.text(320, 106, "Already sent", 9, fill="white")
    before, after = made_white(page)
    assert float(np.median(after.gray[112:132, 325:470])) > 200 > 100 > float(np.median(before.gray[112:132, 325:470]))
