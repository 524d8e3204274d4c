"""Which level lines are minus signs and which are rules: by what stands over and under them."""

from __future__ import annotations

import numpy as np

from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.rules import lines_over_signs, rules_of

_EM = 28.0


def piece(x0: int, y0: int, x1: int, y1: int) -> Piece:
    return Piece((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), np.uint8), 1)


_LINE = piece(100, 100, 114, 102)
_LETTER = piece(100, 105, 114, 118)


def test_a_line_close_over_a_letter_is_a_rule_over_it() -> None:
    assert lines_over_signs([_LINE, _LETTER], _EM) == {0}


def test_a_minus_sign_is_over_nothing_that_is_no_wider() -> None:
    beside, lower = piece(120, 90, 134, 112), piece(100, 112, 114, 125)
    sum_below, line_below = piece(90, 105, 124, 145), piece(100, 105, 114, 107)
    for other in (beside, lower, sum_below, line_below):
        assert not lines_over_signs([_LINE, other], _EM)


def test_a_bar_has_something_over_it_and_under_it() -> None:
    numerator, denominator = piece(101, 80, 113, 93), piece(101, 110, 113, 123)
    assert rules_of([numerator, _LINE, denominator], _EM) == {1}
    assert not rules_of([_LINE, denominator], _EM)
