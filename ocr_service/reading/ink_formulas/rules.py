"""Level rules of formulas: the bars of fractions, and lines over signs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_service.reading.ink_formulas.pieces import Piece

_THICKEST, _EDGE, _SHORTEST = 0.08, 2, 0.3  # em, and pixels of soft edges
_SOLID, _SOLID_LONG, _LONG = 0.85, 0.5, 0.9  # of its box that is ink, more than of a tilde; of one of these em
_NEAR = 0.5  # em from a fraction's bar to what is over and under it
_CLOSE = 0.22  # em from a line over letters to these


def is_level(piece: Piece, em: float) -> bool:
    """Whether a piece is a thin level line."""
    solid = float(piece.mask.mean()) >= (_SOLID if piece.width < _LONG * em else _SOLID_LONG)
    return solid and piece.height <= _THICKEST * em + _EDGE and piece.width >= max(_SHORTEST * em, 3 * piece.height)


def rules_of(pieces: Sequence[Piece], em: float) -> frozenset[int]:
    """Which pieces are level lines with something over and under them, as a fraction's bar and no minus sign has."""
    near = _Neighbours(pieces, em)
    return frozenset(n for n in near.level if near.is_over(n, _NEAR * em) and near.is_under(n, _NEAR * em))


def lines_over_signs(pieces: Sequence[Piece], em: float) -> frozenset[int]:
    """Which pieces are level lines close over something no wider than they are: no minus sign has that."""
    near = _Neighbours(pieces, em)
    return frozenset(n for n in near.level if near.is_under(n, _CLOSE * em))


class _Neighbours:
    """What is over and under the level pieces, which are left out of it."""

    def __init__(self, pieces: Sequence[Piece], em: float) -> None:
        self.level = [n for n, piece in enumerate(pieces) if is_level(piece, em)]
        self._pieces = pieces
        self._others = np.delete(np.array([piece.box for piece in pieces]).reshape(-1, 4), self.level, axis=0)
        self._middle = (self._others[:, 0] + self._others[:, 2]) / 2
        self._width = self._others[:, 2] - self._others[:, 0]

    def is_over(self, n: int, most: float) -> bool:
        gap = self._pieces[n].box[1] - self._within(n)[:, 3]
        return bool(((gap >= 0) & (gap < most)).any())

    def is_under(self, n: int, most: float) -> bool:
        gap = self._within(n)[:, 1] - self._pieces[n].box[3]
        return bool(((gap >= 0) & (gap < most)).any())

    def _within(self, n: int) -> npt.NDArray[np.int_]:
        x0, _, x1, _ = self._pieces[n].box
        inside = (self._middle >= x0) & (self._middle <= x1) & (self._width <= 1.1 * self._pieces[n].width)
        return self._others[inside]
