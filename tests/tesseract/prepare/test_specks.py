"""Specks strewn over drawn pages: they are taken off where they outnumber the letters, and nothing else is."""

from __future__ import annotations

import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.ink_pieces import LabelledInk
from ocr_service.tesseract.prepare.ruling_lines import binarise
from ocr_service.tesseract.prepare.specks import speck_mask
from ocr_service.tesseract.sheet import prepare_sheet
from tests.support.sheets import DPI, DrawnPage


def text_page() -> Gray:
    page = DrawnPage(1240, 1000)
    for line in range(12):
        page.text(80, 60 + 75 * line, "i. Mr. J. Smith met the ship at 5.30 p.m.", 12)
    return page.gray()


def strewn(gray: Gray, count: int) -> Gray:
    """``gray`` with specks of 2 to 4 pixels."""
    places = np.random.default_rng(5)
    copied = gray.copy()
    for x, y, side in places.integers((0, 0, 2), (1234, 994, 5), (count, 3)).tolist():
        copied[y : y + side, x : x + side] = 0
    return copied


def specks(gray: Gray) -> Gray | None:
    return speck_mask(LabelledInk.of(binarise(gray)), DPI)


def test_specks_of_a_copied_page_are_taken_off() -> None:
    clean = text_page()
    sheet = prepare_sheet(strewn(clean, 5000), DPI)
    paper = clean > 250
    assert (sheet.gray[paper] < 128).mean() < 0.1 * (strewn(clean, 5000)[paper] < 128).mean()
    assert (sheet.ink[paper] > 0).mean() < 0.02
    assert (sheet.gray[clean < 50] < 128).mean() > 0.95


def test_points_of_a_page_with_few_specks_stay() -> None:
    assert specks(text_page()) is None
    assert specks(strewn(text_page(), 1000)) is None


def test_a_screen_of_dots_and_dotted_print_are_no_specks() -> None:
    gray = text_page()
    for x in range(20, 1200, 12):
        for y in range(20, 980, 12):
            gray[y : y + 3, x : x + 3] = 0
    assert specks(gray) is None


def test_a_speck_stays_where_it_may_be_a_letters_own_point() -> None:
    page = strewn(np.full((1000, 1240), 255, np.uint8), 4000)
    page[480:540, 600:640] = 255
    page[500:530, 610:614] = 0  # a letter's stem
    page[490:496, 609:615] = 0  # its dot: six pixels
    found = specks(page)
    assert found is not None
    assert not found[480:540, 604:620].any()
