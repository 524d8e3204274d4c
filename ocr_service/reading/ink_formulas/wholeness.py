"""Whether a formula has all the ink that stands there: what was left out makes it another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.text_layer.page.glyphs import Flags, Floats

_BESIDE, _OVER = 1.5, 0.28  # em from a formula to ink that is no part of it
_OVER_SIGN = 0.7  # the same to signs of formulas
_EDGE = 0.15  # em around a formula, in which its ink may be


@dataclass(frozen=True, slots=True)
class KnownInk:
    """All pieces of a page by their ``boxes``; ``sign``: of formulas; ``known``: no sign that could not be read."""

    boxes: Floats
    sign: Flags
    known: Flags

    @classmethod
    def of(cls, every: Sequence[Piece], signs: Sequence[Piece], unknown: Sequence[Piece]) -> KnownInk:
        of_formulas, unread = {piece.label for piece in signs}, {piece.label for piece in unknown}
        return cls(
            np.array([piece.box for piece in every], float).reshape(-1, 4),
            np.array([piece.label in of_formulas for piece in every], bool),
            np.array([piece.label not in unread for piece in every], bool),
        )

    def is_whole(self, box: tuple[float, float, float, float], em: float) -> bool:
        """Whether no other ink stands beside a formula, or close over and under it, and all in it is read."""
        x, y = (self.boxes[:, 0] + self.boxes[:, 2]) / 2, (self.boxes[:, 1] + self.boxes[:, 3]) / 2
        x0, y0, x1, y1 = box
        pad = _EDGE * em
        inside = (x > x0 - pad) & (x < x1 + pad) & (y > y0 - pad) & (y < y1 + pad)
        across = np.maximum(self.boxes[:, 0] - x1, x0 - self.boxes[:, 2])
        down = np.maximum(self.boxes[:, 1] - y1, y0 - self.boxes[:, 3])
        over = np.where(self.sign, _OVER_SIGN, _OVER) * em
        near = ((across < _BESIDE * em) & (down < -0.1 * em)) | ((across < 0) & (down < over))
        return not bool((near & ~(inside & self.known & self.sign)).any())
