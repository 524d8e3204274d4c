"""Braces over and under a part of a formula, whose four glyphs and the rules between them are one piece of ink."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.sizes import Sizes
from ocr_service.reading.ink_formulas.table import ink_table
from ocr_service.text_layer.page.glyphs import Flags

_LIKE = 0.98  # the likeness that is said of them
_HIGH, _OFF, _EDGE = 0.547, 0.08, 1.5  # em from the ends to the tip, what a scan changes of it, and pixels of its edges
_TO_RULE, _RULE = 0.214, 0.12  # em from the upper side to the rule, and that it is thick
_CURVE, _END = 0.5, 0.15  # em of an end, or of half of the tip, that is no rule; em in which an end is highest
_OVER, _UNDER = (0, 3, 2, 1), (2, 1, 0, 3)  # the glyphs from left to right


def brace_of(piece: Piece, sizes: Sizes) -> list[Match] | None:
    """The four glyphs that a piece consists of; None where it is no brace."""
    em, ink = sizes.line, piece.mask > 0
    if abs(piece.height - _HIGH * em) > _OFF * em + _EDGE or piece.width <= 4 * _CURVE * em + 4:
        return None
    if not _is_rule(ink, em):
        return None
    end, middle = max(2, round(_END * em)), piece.width // 2
    sides = np.concatenate([ink[:, :end], ink[:, -end:]], axis=1)
    tip = ink[:, middle - end : middle + end]
    up, down = slice(0, round(_TO_RULE * em / 2)), slice(piece.height - round(_TO_RULE * em / 2), piece.height)
    if sides[up].any() and tip[down].any() and not (sides[down].any() or tip[up].any()):
        return _glyphs(piece, em, _UNDER)
    if sides[down].any() and tip[up].any() and not (sides[up].any() or tip[down].any()):
        return _glyphs(piece, em, _OVER)
    return None


def _is_rule(ink: Flags, em: float) -> bool:
    """Whether there is a rule and nothing else between the ends and the tip."""
    curve, middle = round(_CURVE * em), ink.shape[1] // 2
    parts = np.concatenate([ink[:, curve : middle - curve], ink[:, middle + curve : -curve]], axis=1)
    top, bottom = _TO_RULE * em - _EDGE, (_TO_RULE + _RULE) * em + _EDGE + 1
    rows = np.flatnonzero(parts.any(axis=1))
    return bool(parts.all(axis=1).any()) and bool(rows[0] >= top and rows[-1] <= bottom)


def _glyphs(piece: Piece, em: float, order: tuple[int, ...]) -> list[Match]:
    table, rows = ink_table(), _rows()
    x0, y0, x1, y1 = piece.box
    middle = (x0 + x1) / 2
    half = _CURVE * em
    places = ((x0, x0 + half), (middle - half, middle), (middle, middle + half), (x1 - half, x1))
    base = y0 + (_TO_RULE + _RULE) * em
    found = []
    for number, (left, right) in zip(order, places, strict=True):
        symbol = table.symbols[int(table.symbol[rows[number]])]
        box = (float(left), float(y0), float(right), float(y1))
        found.append(Match(rows[number], symbol, _LIKE, em, float(left), base, box))
    return found


@lru_cache(maxsize=1)
def _rows() -> dict[int, int]:
    """The rows of the four glyphs."""
    table = ink_table()
    names = {f"brace:{number}": number for number in range(4)}
    return {
        names[table.symbols[number].latex]: row
        for row, number in enumerate(table.symbol.tolist())
        if table.symbols[number].kind == "brace"
    }
