"""±, ≥ and ≤ by their ink."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.repair.number_signs import with_signs, with_whole_signs
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage

EM = 28.0  # pixels, of text of 10 points


def drawn(*texts: str, size: float = 10) -> tuple[Sheet, list[Box]]:
    """Words beside one another, and the box of each word's ink."""
    page = DrawnPage(700, 200)
    boxes = page.words(texts, size=size)
    return page.sheet(), boxes


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("±", "+"),
        ("±", "="),
        ("±5", "+5"),
        ("12,5±0,3", "12,5+0,3"),
        ("a=±b", "a=+b"),
        ("+7", "+7"),
        ("a=b+c", "a=b+c"),
        ("≥4%", "24%"),
        ("≥", "="),
        ("≥", ">"),
        ("≥2,5", "=>2,5"),
        ("≥9", "=9"),
        ("≤12%", "<12%"),
        ("≤", "="),
        ("24%", "24%"),
        ("=7", "=7"),
        ("<5", "<5"),
        (">", ">"),
        ("2", "2"),
    ],
)
@pytest.mark.parametrize("size", [8, 14])
def test_a_sign_is_proven_by_its_ink(printed: str, read: str, size: float) -> None:
    sheet, (box,) = drawn(printed, size=size)
    assert with_signs(Word(read, box, 90.0), EM * size / 10, sheet.ink).text == printed


# Of other fonts: an angle that touches its bar, and a bar along the angle's lower stroke.
TOUCHING = """
##..........
####........
..####......
....####....
......####..
........####
......####..
....####....
..####......
####........
############
############"""
ALONG = """
##..........
####........
..####......
....####....
......######
........####
......####..
....####..##
..####..####
####..####..
##..####....
..####......
####........
##.........."""


@pytest.mark.parametrize("drawing", [TOUCHING, ALONG])
@pytest.mark.parametrize("mirrored", [False, True])
def test_other_shapes_of_a_comparison_are_known(drawing: str, *, mirrored: bool) -> None:
    rows = [[sign == "#" for sign in row] for row in drawing.split()]
    part = np.repeat(np.repeat(np.array(rows), 2, 0), 2, 1)
    ink = np.zeros((60, 60), np.uint8)
    height, width = part.shape
    ink[10 : 10 + height, 10 : 10 + width] = np.where(part[:, ::-1] if mirrored else part, 255, 0)
    word = Word("=", (10, 10, 10 + width, 10 + height), 90.0)
    assert with_signs(word, 40.0, ink).text == ("≤" if mirrored else "≥")


@pytest.mark.filterwarnings("error")
def test_two_bars_of_the_smallest_type_are_no_plus_minus_sign() -> None:
    ink = np.zeros((20, 20), np.uint8)
    ink[5, 7], ink[6, 5:10], ink[7, 7], ink[8, 5:10] = 255, 255, 255, 255
    assert with_signs(Word("+", (5, 5, 10, 9), 90.0), 10.0, ink).text == "+"


def test_the_sign_of_the_next_word_is_not_this_ones() -> None:
    sheet, (letter, sign, number) = drawn("A=7,4", "±", "0,3")
    reaching = (letter[0], letter[1], number[2], letter[3])
    assert with_signs(Word("A=7,4", reaching, 90.0), EM, sheet.ink).text == "A=7,4"
    assert with_signs(Word("+", sign, 90.0), EM, sheet.ink).text == "±"


@pytest.mark.parametrize(("printed", "halved"), [(("5", "±", "2"), 1), (("t", "×", "9"), 1), (("≥", "9"), 0)])
def test_a_lone_sign_has_all_of_its_ink(printed: Sequence[str], halved: int) -> None:
    sheet, boxes = drawn(*printed)
    read = [Word(text, box, 90.0) for text, box in zip(printed, boxes, strict=True)]
    x0, y0, x1, y1 = boxes[halved]
    for cut in ((x0, y0, (x0 + x1) // 2, y1), ((x0 + x1) // 2, y0, x1, y1)):
        words = [*read[:halved], Word("+", cut, 90.0), *read[halved + 1 :]]
        whole = with_whole_signs(make_line(words), sheet.ink).words[halved]
        assert whole.box[0] == pytest.approx(x0, abs=1) and whole.box[2] == pytest.approx(x1, abs=1)


@pytest.mark.parametrize(
    ("read", "written"),
    [("@139x11", "Ø139x11"), ("@9,5", "Ø9,5"), ("@9gag", "@9gag"), ("x@139", "x@139"), ("@5-2", "@5-2")],
)
def test_a_diameter_that_was_read_as_an_at_sign_is_known_by_its_width(read: str, written: str) -> None:
    sheet, (diameter, price) = drawn("Ø139x11", "@9,5")
    assert with_signs(Word(read, diameter, 80.0), 28.0, sheet.ink).text == written
    assert with_signs(Word("@9,5", price, 80.0), 28.0, sheet.ink).text == "@9,5"
