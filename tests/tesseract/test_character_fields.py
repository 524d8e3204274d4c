"""Boxes for a character each: what stands in them is a word, and no table and no check box is taken for them."""

from __future__ import annotations

import pytest

from ocr_service.document import Gray
from ocr_service.tesseract.character_fields import beside_labels, character_fields, read_field, without_fields
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.prepare.ruling_lines import binarise
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.words import Line
from tests.support.sheets import DPI, DrawnPage, reader_of, text_line

SIDE = 54  # pixels at 200 dpi: 0.27 inches


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


def field(page: DrawnPage, x: int, y: int, text: str, gap: int = 0) -> None:
    for place, character in enumerate(text):
        left = x + place * (SIDE + gap)
        page.draw.rectangle((left, y, left + SIDE, y + SIDE), outline="black", width=2)
        page.text(left + 15, y + 6, character, 11)


def found(page: DrawnPage) -> list[str | None]:
    gray = page.gray()
    engine = TesseractEngine("eng")
    read = [read_field(each, DPI, engine) for each in character_fields(gray, binarise(gray), DPI)]
    return [each.text if isinstance(each, Line) else None for each in read]


@pytest.mark.parametrize("gap", [0, 8])
def test_what_stands_in_boxes_is_one_word(gap: int) -> None:
    page = DrawnPage()
    field(page, 300, 100, "7707083893", gap)
    field(page, 300, 200, "SMITH", gap)
    assert found(page) == ["7707083893", "SMITH"]


def test_empty_boxes_at_the_end_say_nothing_and_one_in_between_is_a_space() -> None:
    page = DrawnPage()
    field(page, 100, 100, "MARY SMITH    ")
    assert found(page) == ["MARY SMITH"]


def test_a_tables_row_of_numbers_a_calendar_and_empty_boxes_are_no_fields() -> None:
    page = DrawnPage()
    field(page, 100, 100, "      ")
    for row in range(3):  # stacked: a grid
        field(page, 100, 200 + row * SIDE, "123456")
    for column in range(6):  # a head above the columns' numbers
        page.draw.rectangle((600 + column * SIDE, 100, 600 + (column + 1) * SIDE, 300), outline="black", width=2)
    field(page, 600, 300, "123456")
    for place, number in enumerate(("10", "11", "12", "13", "14")):
        page.draw.rectangle((100 + place * SIDE, 500, 100 + (place + 1) * SIDE, 500 + SIDE), outline="black", width=2)
        page.text(106 + place * SIDE, 508, number, 9)
    assert found(page) == []


def test_a_field_that_cannot_be_read_is_reported(reader: TesseractReader) -> None:
    page = DrawnPage()
    page.text(100, 300, "Please fill in the form in capital letters.")
    field(page, 100, 100, "     ")
    for left in range(100, 100 + 5 * SIDE, SIDE):
        page.text(left + 15, 106, "\N{ARABIC LETTER AIN}", 11)  # not of the reader's alphabet
        page.text(left + 22, 106, "\N{ARABIC LETTER SHEEN}", 11)
    assert found(page) == [None]
    reading = reader.read(page.page(), [])
    assert [region.label for region in reading.regions] == ["unread", "text"]
    assert reading.coverage < 1.0


def test_a_value_stands_in_the_line_of_its_label() -> None:
    label, value, alone = text_line(100, 100, "Tax", "number"), text_line(600, 102, "7707"), text_line(600, 300, "12")
    assert [line.text for line in beside_labels([label], [value, alone])] == ["Tax number 7707", "12"]


def test_the_sheet_has_no_boxes_left() -> None:
    page = DrawnPage()
    field(page, 100, 100, "7707083893")
    gray: Gray = page.gray()
    boxes = character_fields(gray, binarise(gray), DPI)
    assert without_fields(gray, boxes, 255).min() == 255
    assert without_fields(gray, [], 255) is gray


def test_a_form_is_read_with_its_labels(reader: TesseractReader) -> None:
    page = DrawnPage()
    page.text(100, 100, "Please fill in the form in capital letters.")
    for row, (label, value) in enumerate((("Surname", "HOLMES"), ("Account", "40817810"), ("Post code", "119991"))):
        page.text(100, 210 + 100 * row, label)
        field(page, 400, 200 + 100 * row, value)
    reading = reader.read(page.page(), [])
    text = "\n".join(region.content for region in reading.regions)
    assert all(pair in text for pair in ("Surname HOLMES", "Account 40817810", "Post code 119991"))
    assert reading.coverage == 1.0
