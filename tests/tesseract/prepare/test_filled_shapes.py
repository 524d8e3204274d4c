"""Text on buttons, discs, gradients and in rings made dark on white."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from ocr_service.document import Gray
from ocr_service.tesseract.prepare.filled_areas import filled_areas, on_white
from ocr_service.tesseract.prepare.filled_shapes import on_white_shapes
from ocr_service.tesseract.prepare.preprocess import with_even_illumination
from tests.support.sheets import DPI, DrawnPage, reader_of


@pytest.mark.parametrize(("fill", "text"), [("#003366", "white"), ("#888888", "white"), ("#c8a000", "black")])
def test_a_digit_on_a_disc_becomes_dark_on_white(fill: str, text: str) -> None:
    page = DrawnPage(400, 300)
    page.draw.ellipse((100, 100, 156, 156), fill=fill)
    page.text(119, 111, "4", 10, bold=True, fill=text)
    gray = page.gray()
    clear = on_white_shapes(gray, DPI, [])
    x = 102
    assert int(clear[126:130, x : x + 10].min()) > 230  # the disc
    assert int(clear[111:145, 115:141].min()) < 100  # its digit
    assert np.array_equal(clear[200:], gray[200:])


def test_a_ring_around_a_number_is_taken_away_unless_letters_touch_it() -> None:
    apart, touching = DrawnPage(500, 300), DrawnPage(500, 300)
    for page in (apart, touching):
        page.draw.ellipse((100, 100, 160, 160), outline="black", width=4)
    apart.text(121, 113, "7", 10)
    touching.text(106, 113, "777", 10)
    assert int(on_white_shapes(apart.gray(), DPI, [])[100:160, 98:112].min()) > 230
    gray = touching.gray()
    assert on_white_shapes(gray, DPI, []) is gray


def test_a_word_whose_letters_run_together_is_no_shape() -> None:
    """A worn ribbon, or a copy of a copy: the holes of its letters stand as letters on a bar do."""
    page = DrawnPage(700, 300)
    for word, (x, y) in {"ABOARD": (100, 100), "GOODBOARD": (330, 100), "POSSESSED": (100, 180)}.items():
        for place, letter in enumerate(word):
            page.text(x + 20 * place, y, letter, 11, bold=True)
    gray = cv2.erode(page.gray(), np.ones((4, 4), np.uint8)).astype(np.uint8)
    assert on_white_shapes(gray, DPI, []) is gray


def slide() -> DrawnPage:
    """A dark slide on white, with a box of a middle colour and one that is lighter, both with white text."""
    page = DrawnPage(1240, 1400)
    page.draw.rectangle((100, 100, 1100, 700), fill="#222222")
    for row in range(3):
        page.text(150, 480 + 70 * row, "String field thousandth", 20, bold=True, fill="white")
    for x, fill in ((200, "#646464"), (600, "#969696")):
        page.draw.rounded_rectangle((x, 300, x + 240, 460), 20, fill=fill)
        page.text(x + 30, 330, "71 %", 24, fill="white")
    return page


def test_text_on_boxes_of_a_dark_slide_becomes_dark_on_white() -> None:
    gray = with_even_illumination(slide().gray(), 200)
    filled = filled_areas(gray, DPI)
    clear = on_white_shapes(on_white(gray, filled), DPI, [area.box for area in filled])
    for x in (200, 600):
        box, drawn = clear[310:450, x + 10 : x + 230], slide().gray()[310:450, x + 10 : x + 230] > 240
        assert float(np.median(box[drawn])) < 60
        assert float((box[~drawn] > 150).mean()) > 0.9


def test_thin_parts_of_blurred_letters_stay_on_a_bar() -> None:
    """What blurs never gets as light as the paper."""
    page = DrawnPage(1000, 300)
    page.draw.rectangle((100, 100, 500, 134), fill="#303030")
    page.text(130, 106, "Себя при", 8, fill="#a0a0a0")
    clear = on_white_shapes(page.gray(), DPI, [])
    inked, drawn = clear[104:132, 120:400] < 128, page.gray()[104:132, 120:400] > 100
    assert np.count_nonzero(inked & drawn) > 0.95 * np.count_nonzero(drawn)


def test_letters_that_fade_along_a_gradient_are_all_dark() -> None:
    page = DrawnPage(1240, 300)
    page.image.paste(Image.linear_gradient("L").rotate(90).resize((1000, 120)).convert("RGB"), (100, 100))
    page.text(130, 135, "expense weight", 13, bold=True, fill="#707070")
    clear = on_white_shapes(page.gray(), DPI, [])
    columns = clear[135:175, 130:380].min(axis=0)
    gaps = np.flatnonzero(columns < 128)
    assert gaps[0] < 15 and gaps[-1] > 220
    assert int(np.diff(gaps).max()) < 30  # the space between the words


def test_letters_across_the_place_where_a_gradient_gets_dark_stay_whole() -> None:
    page = DrawnPage(2000, 600)
    levels = np.tile(np.linspace(255, 60, 1000).astype(np.uint8), (240, 1))
    page.image.paste(Image.fromarray(levels).convert("RGB"), (100, 100))
    page.text(130, 190, "expense weight garden window", 13, bold=True)
    gray = page.gray()
    clear = on_white_shapes(gray, DPI, [])
    assert clear is not gray
    edge = np.s_[190:240, 350:380]
    assert np.mean(clear[edge][gray[edge] < 20] < 110) > 0.9


def _photograph() -> Gray:
    noise = np.random.default_rng(2).normal(100, 40, (30, 60)).clip(0, 255).astype(np.uint8)
    return np.kron(noise, np.ones((10, 10), np.uint8))


def test_large_letters_photographs_discs_without_text_and_filled_areas_are_left_alone() -> None:
    page = DrawnPage(1000, 900)
    page.text(60, 20, "БОЛЬШОЙ 8", 60, bold=True)
    page.draw.ellipse((700, 400, 800, 500), fill="black")
    page.draw.ellipse((720, 420, 730, 430), fill="white")
    page.draw.rectangle((60, 800, 300, 860), fill="#003366")
    page.text(80, 810, "Region", 10, fill="white")
    gray = page.gray()
    gray[400:700, 60:660] = _photograph()
    assert on_white_shapes(gray, DPI, [(60, 800, 301, 861)]) is gray


def test_the_text_of_small_and_of_shaded_buttons_is_read() -> None:
    page = DrawnPage(1240, 600)
    page.text(100, 60, "Choose one of the offers below", 11)
    page.draw.rounded_rectangle((100, 150, 260, 190), radius=16, fill="#cc3300")
    page.text(125, 156, "Discount", 8, fill="white")
    page.draw.polygon([(400, 220), (440, 140), (640, 140), (680, 220), (640, 300), (440, 300)], fill="#335577")
    page.text(465, 200, "Delivery", 11, bold=True, fill="white")
    shaded = np.tile(np.linspace(30, 190, 900).astype(np.uint8)[None, :, None], (100, 1, 3))
    page.image.paste(Image.fromarray(shaded), (100, 400))
    page.text(200, 428, "Warehouse entrance", 13, bold=True, fill="white")
    reading = reader_of("eng").read(page.page(), [])
    text = " ".join(region.content for region in reading.regions)
    assert all(word in text for word in ("Discount", "Delivery", "Warehouse entrance"))
    assert reading.coverage == 1.0


def test_light_specks_all_over_a_photograph_in_black_and_white_are_no_text() -> None:
    page = DrawnPage(1240, 900)
    page.draw.ellipse((200, 100, 900, 800), fill="black")
    places = np.random.default_rng(7).integers((260, 200), (820, 700), (400, 2))
    for x, y in places.tolist():
        page.draw.ellipse((x, y, x + (x + y) % 9 + 6, y + (x * y) % 17 + 10), fill="white")
    for x, y in places.tolist():
        page.draw.rectangle((x + 60, y + 40, x + 62, y + 42), fill="white")
    gray = page.gray()
    assert np.array_equal(on_white_shapes(gray, DPI, []), gray)
