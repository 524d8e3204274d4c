"""Ruling lines found in ink and painted out."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from ocr_service.tesseract.prepare.ruling_lines import binarise, find_ruling_lines, without_ruling_lines
from tests.support.sheets import DPI, FONTS, DrawnPage

SANS = FONTS / "DejaVuSans.ttf"


def drawn_grid() -> DrawnPage:
    page = DrawnPage(900, 600)
    for y in (100, 200, 300):
        page.draw.line((100, y, 700, y), fill="black", width=3)
    for x in (100, 400, 700):
        page.draw.line((x, 100, x, 300), fill="black", width=3)
    page.text(130, 120, "Кабель", 12)
    return page


def test_a_grid_has_its_level_and_upright_lines() -> None:
    lines = find_ruling_lines(binarise(drawn_grid().gray()), DPI)
    assert len(lines.horizontal) == 3
    assert len(lines.vertical) == 3


def test_long_lines_that_are_a_third_of_a_degree_off_level_are_found() -> None:
    """What deskewing leaves: over the height of a page they drift by more than they are thick."""
    page = DrawnPage(1300, 1900)
    for y in range(100, 1801, 50):
        page.draw.line((100, y, 1100, y + 6), fill="black", width=4)
    for x in range(100, 1101, 200):
        page.draw.line((x, 100 + 6 * (x - 100) // 1000, x - 10, 1800), fill="black", width=4)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert (len(lines.horizontal), len(lines.vertical)) == (35, 6)


def test_lines_between_cells_are_found_with_letters_all_along() -> None:
    """Letters that begin cells without padding stand within a pixel or two of the line before them."""
    page = DrawnPage(900, 400)
    for y in range(100, 301, 40):
        page.draw.line((100, y, 700, y), fill="black", width=2)
    for x in (100, 400, 700):
        page.draw.line((x, 100, x, 300), fill="black", width=2)
    for y in range(100, 300, 40):
        page.text(104, y + 2, "Lager", 11)
        page.text(404, y + 2, "5408", 11)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert [round(box[0], -2) for box in sorted(lines.vertical)] == [100, 400, 700]


def test_the_last_letter_of_a_low_cell_is_no_part_of_its_side() -> None:
    page = DrawnPage(600, 300)
    for y in (100, 140):
        page.draw.line((100, y, 500, y), fill="black", width=2)
    for x in (100, 300, 500):
        page.draw.line((x, 100, x, 140), fill="black", width=2)
    page.draw.rectangle((295, 106, 297, 135), fill="black")  # the stem of an l, a pixel from the side
    gray = page.gray()
    cells = without_ruling_lines(gray, find_ruling_lines(binarise(gray), DPI))
    assert int(cells[112:130, 296].max()) < 100
    assert int(cells[112:130, 300].min()) > 200


def test_stems_of_letters_one_above_the_other_are_no_line_between_cells() -> None:
    page = DrawnPage(900, 400)
    for y in range(100, 301, 40):
        page.draw.line((100, y, 700, y), fill="black", width=2)
    for y in range(100, 300, 40):
        page.text(400, y + 1, "HALL", 13)
    assert not find_ruling_lines(binarise(page.gray()), DPI).vertical


def test_a_bar_thicker_than_a_line_is_none_however_long() -> None:
    page = DrawnPage(1900, 600)
    page.draw.rectangle((50, 200, 1850, 216), fill="black")
    assert not find_ruling_lines(binarise(page.gray()), DPI).horizontal


QUOTATION = ("The supplier shall", "deliver goods to", "every warehouse", "named in the order")


def test_a_thick_bar_beside_the_lines_of_a_quotation_is_painted_out() -> None:
    page = DrawnPage(900, 600)
    for line, text in enumerate(QUOTATION):
        page.text(113, 105 + 32 * line, text, 11)
    letters = page.gray()[95:240, 116:400]
    page.draw.rectangle((100, 100, 112, 235), fill="black")
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert len(lines.vertical) == 1
    clear = without_ruling_lines(page.gray(), lines)
    assert int(clear[95:240, 90:110].min()) > 200
    assert np.array_equal(clear[95:240, 116:400], letters)


@pytest.mark.parametrize("letter", ["E", "B", "K", "Г", "R"])
def test_the_stem_of_a_drop_cap_is_no_bar(letter: str) -> None:
    page = DrawnPage(900, 600)
    page.text(60, 60, letter, 52, bold=True)
    for line, text in enumerate(QUOTATION):
        page.text(210, 75 + 32 * line, text, 11)
    assert not find_ruling_lines(binarise(page.gray()), DPI).mask.any()


def test_the_edges_of_a_blurred_word_are_no_double_line() -> None:
    """At 110 dpi a word's x-height has an upper and a lower edge; only longer lines are ever double."""
    page = DrawnPage(900, 300)
    for y in (100, 106):
        page.draw.line((100, y, 200, y), fill="black", width=3)
    for x in range(104, 200, 16):
        page.draw.line((x, 100, x, 106), fill="black", width=8)
    assert not find_ruling_lines(binarise(page.gray()), DPI).mask.any()


def test_lines_are_painted_out_and_letters_stay() -> None:
    gray = drawn_grid().gray()
    clear = without_ruling_lines(gray, find_ruling_lines(binarise(gray), DPI))
    assert int(clear[198:203, 120:380].min()) > 200
    assert int(clear[110:180, 120:300].min()) < 60


def test_letters_and_their_stems_are_no_ruling_lines() -> None:
    page = DrawnPage(900, 600)
    page.text(50, 50, "ИНН Плиты Hill", 60, bold=True)
    page.text(50, 300, "Обычный текст без линий", 11)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert not lines.horizontal
    assert not lines.vertical
    assert not lines.mask.any()


@pytest.mark.parametrize(("text", "size"), [("TEST TEST", 40), ("ГПТТ ЕТ", 40), ("Итоги года: ГТО", 48)])
def test_bars_of_large_letters_that_touch_are_no_ruling_lines(text: str, size: int) -> None:
    page = DrawnPage(1240, 600)
    x = 50
    for character in text:  # set close: the bars touch
        page.text(x, 80, character, size, bold=False)
        x += round(0.62 * size * DPI / 72) if character != " " else 60
    page.text(50, 300, "Обычный текст", 11)
    page.draw.line((50, 345, 420, 345), fill="black", width=3)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert len(lines.horizontal) == 1
    assert lines.horizontal[0][1] > 340
    assert not lines.mask[:300].any()


def test_the_inside_of_a_dark_bar_is_ink() -> None:
    gray = np.full((400, 400), 250, np.uint8)
    gray[100:200, 100:300] = 30
    ink = binarise(gray)
    assert ink[150, 200] == 255
    assert ink[300, 200] == 0


def test_letters_that_stand_on_the_line_of_a_frame_keep_their_stems() -> None:
    page = DrawnPage(1200, 400)
    page.text(110, 100, "filled label", 30)
    left, _, right, bottom = page.draw.textbbox((110, 100), "filled label", font=ImageFont.truetype(SANS, 83))
    page.draw.rectangle((left - 30, 60, right + 30, bottom + 1), outline="black", width=5)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert len(lines.horizontal) == 2
    assert sorted(line[0] < 110 or line[0] > right for line in lines.vertical) == [True, True]


def test_letters_that_hang_from_the_edge_of_a_bar_and_end_over_the_other_keep_their_stems() -> None:
    page = DrawnPage(1200, 400)
    page.text(110, 100, "hidden bill", 11)
    left, top, right, bottom = page.draw.textbbox((110, 100), "hidden bill", font=ImageFont.truetype(SANS, 31))
    page.draw.rectangle((left - 20, top, right + 20, bottom + 4), outline="black", width=2)
    lines = find_ruling_lines(binarise(page.gray()), DPI)
    assert len(lines.horizontal) == 2
    assert sorted(line[0] < 110 or line[0] > right for line in lines.vertical) == [True, True]


@pytest.mark.parametrize("points", [4.5, 5.0, 5.5])
def test_fine_print_whose_letters_run_together_is_no_ruling_line(points: float) -> None:
    """At 100 dpi, blurred and enlarged."""
    page = DrawnPage(1654, 400)
    page.text(
        100, 100, "Readable seals balancer clean there dashboard share waiting larger. Byte judged one jobs", points
    )
    page.draw.line((100, 200, 1000, 200), fill="black", width=3)
    coarse = cv2.resize(page.gray(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(coarse, (0, 0), 0.8)
    gray = cv2.resize(blurred, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    (line,) = find_ruling_lines(binarise(gray), 150).horizontal
    assert 145 < line[1] < 155


def test_a_large_page_takes_little_memory() -> None:
    """Ten times its pixels: of a page of 40 megapixels that is all that a page worker has left."""
    ink = np.zeros((2000, 2000), np.uint8)
    ink[100:103, 100:1900] = ink[1900:1903, 100:1900] = 255
    ink[100:1900, 100:103] = ink[100:1900, 1900:1903] = 255
    tracemalloc.start()
    try:
        find_ruling_lines(ink, DPI)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 11 * ink.nbytes
