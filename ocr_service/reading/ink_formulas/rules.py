"""Level rules of formulas: the bars of fractions, and lines over signs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_service.reading.ink_formulas.pieces import Piece

_THICKEST, _EDGE, _SHORTEST = 0.08, 2, 0.3  # em, and pixels of soft edges
_SOLID, _SOLID_LONG, _LONG = 0.85, 0.5, 0.9  # of its box that is ink, more than of a tilde; of one of these em
_NEAR = 0.5  # em from a fraction's bar to what is over and under it


def is_level(piece: Piece, em: float) -> bool:
    """Whether a piece is a thin level line."""
    solid = float(piece.mask.mean()) >= (_SOLID if piece.width < _LONG * em else _SOLID_LONG)
    return solid and piece.height <= _THICKEST * em + _EDGE and piece.width >= max(_SHORTEST * em, 3 * piece.height)


def rules_of(pieces: Sequence[Piece], em: float) -> frozenset[int]:
    """Which pieces are level lines with something over and under them, as a fraction's bar and no minus sign has."""
    level = [n for n, piece in enumerate(pieces) if is_level(piece, em)]
    others = np.delete(np.array([piece.box for piece in pieces]).reshape(-1, 4), level, axis=0)
    middle, width = (others[:, 0] + others[:, 2]) / 2, others[:, 2] - others[:, 0]
    found = set()
    for n in level:
        x0, y0, x1, y1 = pieces[n].box
        here = others[(middle >= x0) & (middle <= x1) & (width <= 1.1 * pieces[n].width)]
        over, under = y0 - here[:, 3], here[:, 1] - y1
        if ((over >= 0) & (over < _NEAR * em)).any() and ((under >= 0) & (under < _NEAR * em)).any():
            found.add(n)
    return frozenset(found)
