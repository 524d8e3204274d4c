"""Points, commas and minus signs that Tesseract lost, put back by their ink."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.repair.number_marks import (
    joined_numbers,
    lost_digits,
    with_minus,
    with_points,
)
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Word
from tests.support.sheets import DrawnPage

EM = 11 * 200 / 72  # pixels, of text that ``DrawnPage`` draws


def drawn(text: str, x: int = 300) -> tuple[Sheet, Word]:
    """A page with ``text``, and the word of its digits as it was read: without marks."""
    page = DrawnPage(800, 200)
    page.text(x, 80, text)
    sheet = page.sheet()
    rows = [y for y in range(200) if sheet.ink[y].any()]
    columns = [c for c in range(800) if sheet.ink[:, c].any()]
    read = "".join(c for c in text if c.isdigit())
    return sheet, Word(read, (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1), 90.0)


@pytest.mark.parametrize("text", ["25.4", "7.8", "1.234.567", "1,5", "10,25", "0.05", "1967", "12.345,67"])
def test_a_number_has_the_points_and_commas_of_its_ink(text: str) -> None:
    sheet, word = drawn(text)
    assert with_points(word, EM, sheet.ink).text == text


@pytest.mark.parametrize("text", ["(30,757)", "(1.5)", "(65,187", "(901)", "12,5)"])
def test_brackets_around_a_number_are_no_digits_of_it(text: str) -> None:
    sheet, word = drawn(text)
    assert with_points(replace(word, text=text), EM, sheet.ink).text == text
    unmarked = "".join(c for c in text if c not in ",.")
    assert with_points(replace(word, text=unmarked), EM, sheet.ink).text == text


@pytest.mark.parametrize(("text", "read"), [("25.4", "25.4"), ("254", "254"), ("A1.5", "A15"), ("25.4", "слово")])
def test_what_is_no_number_or_has_its_marks_stays(text: str, read: str) -> None:
    sheet, word = drawn(text)
    assert with_points(replace(word, text=read), EM, sheet.ink).text == read


@pytest.mark.parametrize(("text", "sign"), [("−5088.92", "−"), ("-71", "-"), ("5088", ""), ("+12", "")])
def test_a_number_in_a_cell_has_the_sign_of_its_ink(text: str, sign: str) -> None:
    sheet, word = drawn(text)
    digits = text.lstrip("−-+")
    page = DrawnPage(800, 200)
    width = page.draw.textlength(text, font_size=round(EM)) - page.draw.textlength(digits, font_size=round(EM))
    x0, y0, x1, y1 = word.box
    box = (x1 - round((x1 - x0) * len(digits) / len(text)) if width else x0, y0, x1, y1)
    (found, *_) = with_minus([Word(digits, box, 90.0)], (150, 60, 700, 150), EM, sheet.ink)
    assert found.text == sign + digits


def test_a_ruling_line_that_enters_the_cell_is_no_sign() -> None:
    sheet, word = drawn("508")
    sheet.ink[(word.box[1] + word.box[3]) // 2, 200:290] = 255
    assert with_minus([word], (260, 60, 700, 150), EM, sheet.ink) == [word]


def test_a_number_cut_before_its_point_is_one() -> None:
    boxes = {"0": (100, 50, 112, 72), ".45": (118, 50, 150, 72), "кг": (200, 50, 220, 72)}
    words = [Word(text, box, 90.0) for text, box in boxes.items()]
    assert [word.text for word in joined_numbers(words, EM)] == ["0.45", "кг"]
    far = [words[0], Word(".45", (160, 50, 190, 72), 80.0)]
    assert joined_numbers(far, EM) == far


def test_digits_that_were_not_read_are_found_by_their_ink() -> None:
    sheet, word = drawn("38829")
    assert not lost_digits(word, EM, sheet.ink)
    assert lost_digits(Word("389", word.box, 90.0), EM, sheet.ink)
    assert not lost_digits(Word("слово", word.box, 90.0), EM, sheet.ink)
