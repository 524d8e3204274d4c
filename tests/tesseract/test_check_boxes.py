"""Check boxes are told by their outlines."""

from __future__ import annotations

import pytest

from ocr_service.geometry.ink_areas import TEN_POINTS_IN
from ocr_service.tesseract.check_boxes import CheckBox, check_boxes, with_check_boxes
from ocr_service.tesseract.ledger.ink_ledger import letter_pieces
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DPI, DrawnPage, text_line

BOX = (100, 100, 130, 130)


def drawn(mark: str) -> DrawnPage:
    page = DrawnPage(600, 300)
    page.draw.rectangle((100, 100, 129, 129), outline="black", width=3)
    if mark == "cross":
        page.draw.line((104, 104, 125, 125), fill="black", width=3)
        page.draw.line((104, 125, 125, 104), fill="black", width=3)
    elif mark == "tick":
        page.draw.line((106, 114, 113, 124), fill="black", width=3)
        page.draw.line((113, 124, 125, 104), fill="black", width=3)
    page.text(150, 98, "вахта DO80B")
    return page


def found(page: DrawnPage) -> list[CheckBox]:
    sheet = page.sheet()
    return check_boxes(letter_pieces(sheet, []), TEN_POINTS_IN * DPI, sheet.ink)


@pytest.mark.parametrize(("mark", "ticked"), [("", False), ("cross", True), ("tick", True)])
def test_a_box_is_found_with_its_mark_and_letters_are_none(mark: str, ticked: bool) -> None:
    assert found(drawn(mark)) == [CheckBox(BOX, ticked)]


def test_a_box_whose_corner_the_scan_has_rounded_is_one() -> None:
    page = DrawnPage(600, 300)
    page.draw.rectangle((100, 100, 129, 129), outline="black", width=1)
    page.draw.point((100, 129), fill="white")
    assert found(page) == [CheckBox(BOX, False)]


def test_a_filled_square_and_a_circle_are_no_boxes() -> None:
    page = DrawnPage(600, 300)
    page.draw.rectangle((100, 100, 129, 129), fill="black")
    page.draw.ellipse((200, 100, 230, 130), outline="black", width=3)
    assert found(page) == []


def test_a_box_stands_in_its_line_in_place_of_what_was_read_there() -> None:
    misread = Word("C]", (98, 98, 132, 132), 60.0)
    line = make_line([misread, *text_line(150, 100, "женат").words])
    other = text_line(100, 300, "Подпись")
    lines = with_check_boxes([line, other], [CheckBox(BOX, True)])
    assert [each.text for each in lines] == ["☒ женат", "Подпись"]


def test_a_word_that_ran_into_a_box_keeps_its_letters() -> None:
    word = Word("[женат", (100, 100, 280, 130), 60.0)
    (line,) = with_check_boxes([make_line([word])], [CheckBox(BOX, False)])
    assert line.text == "☐ женат"


def test_a_box_without_a_line_is_a_line_of_its_own() -> None:
    lines = with_check_boxes([text_line(100, 300, "Подпись")], [CheckBox(BOX, False)])
    assert [line.text for line in lines] == ["Подпись", "☐"]


def test_a_word_read_for_sure_has_no_box_in_it() -> None:
    lines = [text_line(95, 100, "подписан")]
    assert with_check_boxes(lines, [CheckBox(BOX, True)]) == lines
