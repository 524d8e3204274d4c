"""The number of an equation in another font is taken from what Tesseract read."""

from __future__ import annotations

import numpy as np

from ocr_service.reading.ink_formulas.numbers import equation_numbers, with_numbers
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.signs import Signs
from ocr_service.reading.ink_formulas.sizes import Sizes
from ocr_service.tesseract.words import Word, make_line

_FORMULA = (300, 100, 600, 160)
_NUMBER = Word("(12)", (1000, 118, 1060, 146), 95.0)


def test_a_number_stands_level_with_its_formula() -> None:
    level = make_line([Word("a?b", (310, 110, 500, 150), 40.0), _NUMBER])
    below = make_line([Word("(13)", (1000, 418, 1060, 446), 95.0)])
    unsure = make_line([Word("(14)", (1000, 118, 1060, 146), 50.0)])
    assert equation_numbers([level, below, unsure], [_FORMULA]) == [_NUMBER]


def test_its_signs_take_the_place_of_unknown_ones() -> None:
    unknown = Piece((1002, 120, 1010, 146), np.ones((26, 8), np.uint8), 1)
    other = Piece((400, 120, 410, 140), np.ones((20, 10), np.uint8), 2)
    signs = with_numbers(Signs([], [], [unknown, other], Sizes(28.0, (19.6, 14.0))), [_NUMBER])
    assert [sign.symbol.latex for sign in signs.found] == ["(", "1", "2", ")"]
    assert signs.unknown == [other]
    assert {sign.base for sign in signs.found} == {139.0}


def test_a_number_whose_signs_are_known_stays_as_it_is() -> None:
    signs = Signs([], [], [], Sizes(28.0, (19.6, 14.0)))
    assert with_numbers(signs, [_NUMBER]) == signs
