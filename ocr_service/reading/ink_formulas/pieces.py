"""Connected pieces of ink, and the few pieces that may be one sign together, as those of ``=`` are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import Boxed, enclosing
from ocr_service.geometry.components import components_with_stats
from ocr_service.reading.ink_formulas.moments import Ink

DARK = 0.28  # of ink: an edge
SPECK = 0.0016  # em²: less is no sign, a full stop has 0.008
_STACK_GAP, _SIDE_GAP = 0.42, 0.3  # em between the parts of a sign
_HIGHEST_STACK, _WIDEST_SIDE = 1.25, 1.2  # em
_DOT = 0.2  # em: dots are lower
_WIDE, _NARROW = np.ones((5, 5), np.uint8), np.ones((3, 3), np.uint8)  # soft edges of a piece, and of its neighbours


@dataclass(frozen=True, slots=True)
class Piece(Boxed):
    """``box`` and ``mask`` in pixels; ``mask`` is that of its box."""

    box: Box
    mask: Gray
    label: int


def pieces_of(ink: Ink, em: float) -> list[Piece]:
    """The pieces of ink that are no specks. ``em``: pixels of the type size."""
    _, labels, stats, _ = components_with_stats((ink > DARK).astype(np.uint8))
    found = []
    for label, (x, y, w, h, count) in enumerate(stats.tolist()):
        if label and count >= max(3.0, SPECK * em * em):
            mask = (labels[y : y + h, x : x + w] == label).astype(np.uint8)
            found.append(Piece((x, y, x + w, y + h), mask, label))
    return found


def patch_of(ink: Ink, pieces: Sequence[Piece]) -> tuple[Ink, tuple[int, int]]:
    """The ink of these pieces alone with its soft edges, and the corner of it."""
    x0, y0, x1, y1 = enclosing([piece.box for piece in pieces])
    left, top = max(0, x0 - 3), max(0, y0 - 3)
    part = ink[top : y1 + 3, left : x1 + 3]
    mask = np.zeros(part.shape, np.uint8)
    for piece in pieces:
        a, b = piece.box[0] - left, piece.box[1] - top
        mask[b : b + piece.height, a : a + piece.width] |= piece.mask
    others = ((part > DARK) & (mask == 0)).astype(np.uint8)
    own = (cv2.dilate(mask, _WIDE) > 0) & (cv2.dilate(others, _NARROW) == 0) | (mask > 0)
    patch: Ink = np.where(own, part, np.float32(0))
    return patch, (left, top)


def groups_of(pieces: Sequence[Piece], em: float) -> list[tuple[int, ...]]:
    """Pieces by themselves, and those that stand one above the other or side by side as the parts of a sign do."""
    groups: list[tuple[int, ...]] = [(n,) for n in range(len(pieces))]
    near: dict[int, list[int]] = {n: [] for n in range(len(pieces))}
    order = sorted(range(len(pieces)), key=lambda n: pieces[n].box[0])
    boxes = np.array([pieces[n].box for n in order]).reshape(-1, 4)
    ends = np.searchsorted(boxes[:, 0], boxes[:, 2] + _SIDE_GAP * em, "right")
    for place, n in enumerate(order):
        behind = boxes[place + 1 : ends[place]]
        apart = np.maximum(behind[:, 1] - pieces[n].box[3], pieces[n].box[1] - behind[:, 3])
        for at in np.flatnonzero(apart < _STACK_GAP * em).tolist():
            other = order[place + 1 + at]
            if _is_stacked(pieces[n].box, pieces[other].box, em) or _is_beside(pieces[n].box, pieces[other].box, em):
                near[n].append(other)
                near[other].append(n)
    pairs = {tuple(sorted((n, other))) for n, others in near.items() for other in others}
    groups += sorted(pairs)
    threes = set()
    for n, others in near.items():
        for a, b in itertools.combinations(others[:8], 2):
            three = tuple(sorted((n, a, b)))
            x0, y0, x1, y1 = enclosing([pieces[m].box for m in three])
            if y1 - y0 <= _HIGHEST_STACK * em and x1 - x0 <= _WIDEST_SIDE * em:
                threes.add(three)
    return groups + sorted(threes)


def _is_stacked(a: Box, b: Box, em: float) -> bool:
    shared = min(a[2], b[2]) - max(a[0], b[0])
    gap = max(a[1], b[1]) - min(a[3], b[3])
    high = max(a[3], b[3]) - min(a[1], b[1])
    narrow = min(a[2] - a[0], b[2] - b[0])
    return shared > 0.4 * narrow and gap < _STACK_GAP * em and high < _HIGHEST_STACK * em


def _is_beside(a: Box, b: Box, em: float) -> bool:
    """Two of one height, as the bars of a norm and the dots of an accent."""
    heights = a[3] - a[1], b[3] - b[1]
    level = abs(a[1] - b[1]) < 0.06 * max(heights) + 1 and abs(a[3] - b[3]) < 0.06 * max(heights) + 1
    gap = max(a[0], b[0]) - min(a[2], b[2])
    return level and 0 <= gap < _SIDE_GAP * em and (min(heights) > 0.6 * em or max(heights) < _DOT * em)
