"""Leaders drawn beside text: their dots leave the page that Tesseract reads, all other points stay."""

from __future__ import annotations

import itertools

from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.prepare.leader_dots import leader_dots, without_leader_dots
from ocr_service.tesseract.prepare.ruling_lines import binarise
from ocr_service.tesseract.sheet import prepare_sheet
from tests.support.sheets import DPI, DrawnPage

Y = 200


def drawn(*places: tuple[int, int]) -> DrawnPage:
    """A page of text with dots of four pixels at these places."""
    page = DrawnPage()
    page.text(100, Y, "Wheat, oats etc.")
    page.text(100, Y + 300, "A sentence. Another one; a third i.e. one: with points ... of its own.")
    for x, y in places:
        page.draw.rectangle((x, y, x + 3, y + 3), fill="black")
    return page


def found(page: DrawnPage) -> int:
    ink = binarise(page.gray())
    return len(leader_dots(ink_stats(ink), ink, DPI))


def test_the_dots_of_a_leader_are_found_and_those_of_the_text_are_not() -> None:
    assert found(drawn()) == 0
    assert found(drawn(*((x, Y + 24) for x in range(400, 800, 14)))) == 29


def test_dots_of_a_scan_are_a_pixel_off_their_row_and_their_places() -> None:
    places = [(x + x // 14 % 2, Y + 24 + x // 42 % 2) for x in range(400, 800, 14)]
    assert found(drawn(*places)) == 29


def test_few_dots_and_uneven_specks_are_no_leader() -> None:
    assert found(drawn(*((x, Y + 24) for x in range(400, 470, 14)))) == 0
    places = itertools.accumulate((9, 31, 14, 40, 11, 22, 50, 12) * 2, initial=400)
    assert found(drawn(*((x, Y + 24) for x in places))) == 0


def test_the_page_that_is_read_has_no_leaders_its_ink_does() -> None:
    page = drawn(*((x, Y + 24) for x in range(400, 800, 14)))
    sheet = prepare_sheet(page.gray(), DPI)
    across = slice(395, 810)
    assert (sheet.gray[Y + 15 : Y + 35, across] > 200).all()
    assert (sheet.ink[Y + 15 : Y + 35, across] > 0).any()
    assert (sheet.gray[Y : Y + 40, :390] < 100).any()


def test_a_page_without_leaders_stays_as_it_is() -> None:
    gray = drawn().gray()
    ink = binarise(gray)
    assert without_leader_dots(gray, leader_dots(ink_stats(ink), ink, DPI)) is gray


def test_dots_that_lead_to_one_number_stay_and_those_before_columns_do_not() -> None:
    leader = [(x, Y + 24) for x in range(400, 800, 14)]
    contents, table = drawn(*leader), drawn(*leader)
    contents.text(840, Y, "14")
    table.text(840, Y, "1,204")
    table.text(1000, Y, "18,060")
    assert found(contents) == 0
    assert found(table) == 29
