"""A formula is whole where no ink stands close to it that it may have lost."""

from __future__ import annotations

import numpy as np

from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.wholeness import KnownInk

_EM = 28.0
_FORMULA = (300.0, 100.0, 600.0, 140.0)
_PROSE = [(100, 20, 800, 50)]


def piece(label: int, x0: int, y0: int, x1: int, y1: int) -> Piece:
    return Piece((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), np.uint8), label)


def is_whole(rule: Piece) -> bool:
    signs = [piece(1, 300, 100, 320, 140), piece(2, 580, 110, 600, 130), rule]
    return KnownInk.of(signs, signs, [], _PROSE, _EM).is_whole(_FORMULA, _EM)


def test_the_rule_over_footnotes_is_no_part_of_the_formula_over_it() -> None:
    assert is_whole(piece(3, 100, 155, 350, 157))


def test_a_rule_that_does_not_begin_where_the_lines_do_may_be_a_fraction_s() -> None:
    assert not is_whole(piece(3, 250, 155, 500, 157))
