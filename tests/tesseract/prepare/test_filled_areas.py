"""Filled rectangles made paper, with what stands on them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.tesseract.prepare.filled_areas import filled_areas, on_white
from tests.support.sheets import DPI, DrawnPage


def bar(fill: str, text: str) -> DrawnPage:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 200, 900, 260), fill=fill)
    page.text(130, 212, "Region Spring Summer", 9, fill=text)
    page.text(130, 400, "North 1 204 1 310", 9)
    return page


@pytest.mark.parametrize(("fill", "text"), [("#1f3a5f", "white"), ("#4472c4", "white"), ("#909090", "black")])
def test_text_on_a_bar_becomes_dark_on_white(fill: str, text: str) -> None:
    gray = bar(fill, text).gray()
    (area,) = filled_areas(gray, DPI)
    assert all(abs(a - b) < 5 for a, b in zip(area.box, (100, 200, 901, 261), strict=True))
    clear = on_white(gray, [area])
    assert float((clear[204:257, 104:897] > 230).mean()) > 0.8
    assert int(clear[212:250, 130:400].min()) < 60
    assert np.array_equal(clear[300:], gray[300:])


@pytest.mark.parametrize("fill", ["#f0f0f0", "#d3d3d3", "#e1ebf5"])
@pytest.mark.parametrize("scale", [0.5, 0.75, 1.0])
def test_white_letters_on_a_nearly_white_bar_become_dark(fill: str, scale: float) -> None:
    page = bar(fill, "white").gray()
    gray = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    (area,) = filled_areas(gray, round(scale * DPI))
    left, top, right, bottom = (round(side / scale) for side in area.box)
    assert abs(left - 100) < 6 and abs(top - 200) < 6 and abs(right - 901) < 6 and abs(bottom - 261) < 6
    clear = cv2.resize(on_white(gray, [area]), page.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert int(clear[212:250, 130:400].min()) < 90
    assert float((clear[204:257, 104:897] > 200).mean()) > 0.75
    assert int(clear[:190].min()) == 255


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_a_nearly_white_head_ends_at_its_edge_though_dark_text_stands_close_below(scale: float) -> None:
    page = DrawnPage(1000, 700)
    for column, head in enumerate(("Quantity", "Supplier", "Measured", "Accepted", "Delivered")):
        page.draw.rectangle((100 + 162 * column, 200, 261 + 162 * column, 252), fill="#e5e7eb")
        page.text(108 + 162 * column, 209, head, 10, bold=True, fill="white")
        page.text(108 + 162 * column, 258, head[::-1], 10)
    gray = cv2.resize(page.gray(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    (area,) = filled_areas(gray, round(scale * DPI))
    assert all(abs(a / scale - b) < 6 for a, b in zip(area.box, (100, 200, 910, 253), strict=True))


def test_an_area_ends_where_only_a_frame_of_its_colour_hangs_on_it() -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 40, 900, 640), fill="#c0c0c0")
    page.draw.rectangle((124, 560, 876, 640), fill="white")
    page.draw.rectangle((124, 616, 876, 618), fill="#c0c0c0")
    page.text(140, 580, "ut labore et dolore magna", 10)
    (area,) = filled_areas(page.gray(), DPI)
    assert abs(area.box[3] - 560) < 4


def test_a_nearly_white_area_with_dark_text_or_white_boxes_stays_as_it_is() -> None:
    page = bar("#e0e0e0", "black")
    page.draw.rectangle((100, 500, 900, 660), fill="#dde6f0")
    for column in range(12):
        page.draw.rectangle((140 + 50 * column, 540, 176 + 50 * column, 576), fill="white")
    page.draw.rectangle((140, 610, 860, 640), fill="white")
    assert filled_areas(page.gray(), DPI) == []


def test_a_dark_bar_keeps_its_edge_as_a_line() -> None:
    gray = bar("#1f3a5f", "white").gray()
    clear = on_white(gray, filled_areas(gray, DPI))
    assert float((clear[198:206, 300:800].min(axis=0) < 60).mean()) == 1.0


def test_the_head_of_a_ruled_table_is_found_though_bold_letters_and_rules_stand_on_it() -> None:
    """Bold letters half as wide as the bar is high, and black rules around each cell, vary its level."""
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 200, 900, 256), fill="#323232")
    for column, head in enumerate(("Quantity", "Supplier", "Measured", "Accepted", "Delivered")):
        page.text(108 + 160 * column, 212, head, 10, bold=True, fill="white")
        for left, right, bottom in ((100, 260, 256), (100, 260, 312)):
            page.draw.rectangle((left + 160 * column, 200, right + 160 * column, bottom), outline="black", width=4)
    gray = page.gray()
    (area,) = filled_areas(gray, DPI)
    assert all(abs(a - b) <= 6 for a, b in zip(area.box, (100, 200, 901, 257), strict=True))
    assert float((on_white(gray, [area])[206:252, 106:256] > 230).mean()) > 0.5


def test_an_area_ends_at_its_edge_though_letters_stand_close_beside_it_and_on_it() -> None:
    """At 150 dpi, enlarged: the blurred letters of the next line have the level of a bar in a middle colour."""
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 200, 900, 250), fill="#a6a6a6")
    page.text(104, 208, "WWWMMWW", 12, bold=True, fill="white")
    page.text(100, 256, "".join("nmwe"[n % 4] for n in range(46)), 9)
    small = cv2.resize(page.gray(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    gray = cv2.resize(small, (750, 525), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    (area,) = filled_areas(gray, 150)
    assert all(abs(a - b) <= 3 for a, b in zip(area.box, (75, 150, 676, 188), strict=True))


def test_photographs_letters_and_light_grounds_are_left_alone() -> None:
    page = DrawnPage(1000, 700)
    page.text(60, 60, "БОЛЬШОЙ", 70, bold=True)
    page.draw.rectangle((100, 400, 900, 460), fill="#eeeeee")
    gray = page.gray()
    noise = np.random.default_rng(2).normal(100, 40, (150, 400)).clip(0, 255).astype(np.uint8)
    gray[500:650, 100:500] = np.kron(noise[::10, ::10], np.ones((10, 10), np.uint8))
    assert filled_areas(gray, DPI) == []
    assert on_white(gray, []) is gray


@pytest.mark.parametrize("colours", [("#323232", "#000000", "#606060"), ("#909090", "#6a6a6a", "#b4b4b4")])
def test_each_cell_of_a_head_is_white_though_its_colour_is_its_own(colours: tuple[str, ...]) -> None:
    page = DrawnPage(1000, 700)
    for column, (head, colour) in enumerate(zip(("Monday", "Tuesday", "Wednesday"), colours, strict=True)):
        left = 100 + 260 * column
        page.draw.rectangle((left, 200, left + 260, 244), fill=colour, outline="black")
        page.text(left + 60, 208, head, 10, fill="white")
    gray = page.gray()
    clear = on_white(gray, filled_areas(gray, DPI))
    for left in (100, 360, 620):
        cell = clear[206:239, left + 6 : left + 254]
        assert float((cell > 225).mean()) > 0.7
        assert int(cell[:, 60:].min()) < 60
    assert int((clear[204:240, 340:380] < 128).all(axis=0).sum()) == 1  # the rule between them, and no outline


def test_cells_of_a_row_have_their_own_colours_though_a_shaded_bar_hangs_on_them() -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((0, 0, 499, 119), fill="black")
    page.draw.rectangle((500, 0, 999, 119), fill="#3333b2")
    for row, text in enumerate(("Optical coherence", "Intensity", "Correlation theory")):
        page.text(260, 10 + 36 * row, text, 7, fill="#808080")
    gray = page.gray()
    gray[120:180] = np.linspace(64, 0, 1000, dtype=np.uint8)
    clear = on_white(gray, filled_areas(gray, DPI))
    assert float((clear[4:116, 4:255] > 225).mean()) > 0.95
    assert float((clear[4:116, 505:] > 225).mean()) > 0.95
    assert float((clear[4:116, 255:490] < 160).mean()) > 0.05


def test_a_head_is_found_though_its_letters_reach_its_edge_on_a_coarse_scan() -> None:
    page = DrawnPage(1400, 700)
    page.draw.rectangle((100, 200, 1300, 240), fill="#323232")
    for left in range(140, 1240, 200):
        page.text(left, 202, "Whom", 10, bold=True, fill="white")
    small = cv2.resize(page.gray(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    gray = cv2.resize(small, (1050, 525), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    (area,) = filled_areas(gray, 150)
    assert all(abs(a - b) <= 4 for a, b in zip(area.box, (75, 150, 976, 181), strict=True))


@pytest.mark.parametrize(("box", "text"), [("white", "#222222"), ("#222222", "white")])
def test_text_in_a_box_on_a_coloured_ground_becomes_dark_on_white(box: str, text: str) -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((50, 50, 950, 650), fill="#c0a080")
    page.text(130, 90, "Region Spring Summer", 12, fill="black")
    page.draw.rectangle((300, 300, 700, 380), fill=box)
    page.text(330, 310, "6 May 15:00", 20, fill=text)
    gray = page.gray()
    clear = on_white(gray, filled_areas(gray, DPI))
    inside = clear[308:372, 308:692]
    assert float((inside > 230).mean()) > 0.7
    assert int(inside.min()) < 60
    assert int(clear[95:130, 130:400].min()) < 60


def test_a_light_shape_of_any_form_keeps_its_dark_text() -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 100, 900, 600), fill="#949494")
    page.draw.polygon([(250, 330), (270, 270), (720, 230), (740, 290), (720, 340), (270, 380)], fill="white")
    page.text(330, 280, "15 May 10:00", 12)
    page.text(300, 500, "Hall of the Guild", 12, fill="white")
    gray = page.gray()
    clear = on_white(gray, filled_areas(gray, DPI))
    shape, light = clear[285:318, 335:600], clear[505:535, 305:560]
    assert 0.6 < float((shape > 225).mean()) < 0.95
    assert int(shape.min()) < 60
    assert int(light.min()) < 60 < 225 < float(np.median(light))


def test_rows_of_a_middle_colour_are_found_beside_the_dark_head_whose_edges_join_them() -> None:
    """At 100 dpi, enlarged, as pages of reports are: a title, a head, and a row of totals below it."""
    page = DrawnPage(1100, 700)
    for top, bottom, fill in ((100, 154, "#e3b57d"), (154, 260, "#9c470f"), (260, 304, "#e3b57d")):
        page.draw.rectangle((100, top, 1000, bottom), fill=fill)
    page.text(400, 108, "SCHOOLING STATUS", 12, bold=True, fill="white")
    for column in range(5):
        page.text(130 + 180 * column, 200, "Total", 9, bold=True, fill="white")
        page.text(130 + 180 * column, 264, f"8{column}.1", 9, bold=True, fill="white")
        page.text(130 + 180 * column, 330, f"9{column}.4", 9)
        page.draw.line((100 + 180 * column, 100, 100 + 180 * column, 500), fill="black", width=3)
    small = cv2.resize(page.gray(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    gray = cv2.resize(small, (825, 525), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    found = sorted((area.box for area in filled_areas(gray, 150)), key=lambda box: box[1])
    expected = [(75, 75, 751, 116), (75, 116, 751, 195), (75, 195, 751, 229)]
    assert len(found) == 3
    assert all(
        abs(a - b) <= 4 for one, other in zip(found, expected, strict=True) for a, b in zip(one, other, strict=True)
    )


def test_a_bar_on_which_another_hangs_is_no_bar() -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((0, 0, 999, 60), fill="#4b1e78")
    page.draw.rectangle((700, 0, 980, 108), fill="#4b1e78")
    page.text(730, 40, "CHECKOUT", 11, bold=True, fill="white")
    assert filled_areas(page.gray(), DPI) == []
