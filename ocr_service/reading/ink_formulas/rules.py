"""Level rules of formulas: the bars of fractions, and lines over signs."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.reading.ink_formulas.pieces import Piece

_THICKEST, _EDGE, _SHORTEST = 0.08, 2, 0.3  # em, and pixels of soft edges
_SOLID, _SOLID_LONG, _LONG = 0.85, 0.5, 0.9  # of its box that is ink, more than of a tilde; of one of these em
_NEAR = 0.5  # em from a fraction's bar to what is over and under it


def is_level(piece: Piece, em: float) -> bool:
    """Whether a piece is a thin level line."""
    solid = float(piece.mask.mean()) >= (_SOLID if piece.width < _LONG * em else _SOLID_LONG)
    return solid and piece.height <= _THICKEST * em + _EDGE and piece.width >= max(_SHORTEST * em, 3 * piece.height)


def is_rule(piece: Piece, pieces: Sequence[Piece], em: float) -> bool:
    """Whether a level line has something over it and under it, as a fraction's bar has and a minus sign has not."""
    if not is_level(piece, em):
        return False
    x0, y0, x1, y1 = piece.box
    over = under = False
    for other in pieces:
        middle = (other.box[0] + other.box[2]) / 2
        if other is piece or not x0 <= middle <= x1 or other.width > 1.1 * piece.width or is_level(other, em):
            continue
        over = over or 0 <= y0 - other.box[3] < _NEAR * em
        under = under or 0 <= other.box[1] - y1 < _NEAR * em
    return over and under
