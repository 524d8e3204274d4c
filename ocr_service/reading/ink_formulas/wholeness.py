"""Whether a formula has all the ink that stands there: what was left out makes it another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import Box
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.rules import is_level
from ocr_service.text_layer.page.glyphs import Flags, Floats

Sides = tuple[float, float, float, float]
_BESIDE, _OVER = 1.5, 0.28  # em from a formula to ink that is no part of it
_BESIDE_COLUMN = 0.9  # em to prose of another column
_OVER_SIGN = 0.7  # the same to signs of formulas
_EDGE = 0.15  # em around a formula, in which its ink may be
_NOTES_RULE, _AT_EDGE, _INDENT = 4.0, 0.3, 1.0  # em it is long, from the lines' left edge to it, from it to a formula


@dataclass(frozen=True, slots=True)
class KnownInk:
    """All pieces of a page by their ``boxes``; ``sign``: of formulas; ``known``: no sign that could not be read.

    ``prose``: of lines of words. ``notes_rule``: a rule that begins where lines of prose do, as that over footnotes.
    """

    boxes: Floats
    sign: Flags
    known: Flags
    prose: Flags
    notes_rule: Flags

    @classmethod
    def of(
        cls, every: Sequence[Piece], signs: Sequence[Piece], unknown: Sequence[Piece], prose: Sequence[Box], em: float
    ) -> KnownInk:
        of_formulas, unread = {piece.label for piece in signs}, {piece.label for piece in unknown}
        boxes = np.array([piece.box for piece in every], float).reshape(-1, 4)
        return cls(
            boxes,
            np.array([piece.label in of_formulas for piece in every], bool),
            np.array([piece.label not in unread for piece in every], bool),
            _any_inside(boxes, prose, 0.0),
            np.array([_is_notes_rule(piece, prose, em) for piece in every], bool),
        )

    def without_signs_in(self, boxes: Sequence[Sides]) -> KnownInk:
        """The same, where these boxes hold no formulas."""
        return replace(self, sign=self.sign & ~_any_inside(self.boxes, boxes, 0.0))

    def is_whole(
        self, box: Sides, em: float, others: Sequence[Sides] = (), inner: tuple[float, float] | None = None
    ) -> bool:
        """Whether no other ink stands beside a formula, or close over and under it, and all in it is read.

        ``others``: the boxes of other whole formulas, whose ink may be as near as it likes; ``inner``: from and to
        which x the formula is without its number, which has no limits.
        """
        x0, _, x1, _ = box
        beside = np.where(self.prose & ~self.sign, _BESIDE_COLUMN, _BESIDE) * em
        over = np.where(self.sign & (self._across(*(inner or (x0, x1))) < 0), _OVER_SIGN, _OVER) * em
        across, down = self._across(x0, x1), np.maximum(self.boxes[:, 1] - box[3], box[1] - self.boxes[:, 3])
        near = ((across < beside) & (down < -0.1 * em)) | ((across < 0) & (down < over))
        read = _any_inside(self.boxes, [box, *others], _EDGE * em) & self.known & self.sign
        apart = self.notes_rule & (self.boxes[:, 0] < x0 - _INDENT * em)
        return not bool((near & ~read & ~apart).any())

    def _across(self, x0: float, x1: float) -> Floats:
        """Pixels of white between all pieces and what reaches from ``x0`` to ``x1``."""
        return np.maximum(self.boxes[:, 0] - x1, x0 - self.boxes[:, 2])


def _is_notes_rule(piece: Piece, prose: Sequence[Box], em: float) -> bool:
    long = piece.width > _NOTES_RULE * em and is_level(piece, em)
    return long and any(abs(piece.box[0] - line[0]) < _AT_EDGE * em for line in prose)


def _any_inside(pieces: Floats, boxes: Sequence[Sides], pad: float) -> Flags:
    """The pieces whose middle is in one of the boxes."""
    x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
    inside = np.zeros(len(pieces), bool)
    for x0, y0, x1, y1 in boxes:
        inside |= (x > x0 - pad) & (x < x1 + pad) & (y > y0 - pad) & (y < y1 + pad)
    return inside
