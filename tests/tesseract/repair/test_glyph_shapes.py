"""Glyphs compared by their ink."""

from __future__ import annotations

from ocr_service.tesseract.repair.glyph_shapes import Glyph, exemplars, glyph_boxes, glyph_in, likeness
from tests.support.sheets import DrawnPage

EM = 30.6


def glyphs(*texts: str) -> list[Glyph]:
    page = DrawnPage(1240, 100 * len(texts) + 100)
    for row, text in enumerate(texts):
        page.text(100, 50 + 100 * row, text, 11)
    sheet = page.sheet()
    boxes = [glyph_boxes((90, 40 + 100 * row, 1200, 120 + 100 * row), EM, sheet.ink) for row in range(len(texts))]
    return [glyph_in(box, EM, sheet.gray) for row in boxes for box in row]


def test_each_character_is_a_glyph_and_a_mark_has_no_shape() -> None:
    found = glyphs("Й 7-i")
    assert [glyph.shape is not None for glyph in found] == [True, True, False, True]


def test_the_same_digit_is_alike_and_the_letter_that_looks_like_it_is_not() -> None:
    zero, other, letter, three, cyrillic = glyphs("0", "0", "O", "3", "З")
    assert likeness(zero, other) > 0.98
    assert likeness(zero, letter) < 0.9 and likeness(three, cyrillic) < 0.95


def test_exemplars_name_a_digit_and_leave_out_what_was_misread() -> None:
    text = "0123456789" * 4
    read = list(zip("0123456789" * 4 + "8", glyphs(text, "B"), strict=True))
    known = exemplars(read)
    assert known is not None
    digit, eight, letter = glyphs("5 8 B")
    assert known.best(digit)[0] == "5" and known.best(digit)[1] >= known.same
    assert known.best(eight)[1] >= known.same > known.best(letter)[1]


def test_a_few_digits_tell_nothing() -> None:
    assert exemplars(zip("0123", glyphs("0123"), strict=True)) is None
