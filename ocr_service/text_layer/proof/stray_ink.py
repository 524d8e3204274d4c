"""Ink of text that is no character's: a map that has nothing, or a space, for a letter makes its word a shorter one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.text_layer.lines.words import LayerLine
from ocr_service.text_layer.page.glyphs import Flags, Floats

_EDGE = 2  # pixels around a glyph's box that its smoothed edges may reach
_LEAST_SIDE, _MOST_SIDE = 0.06, 2.0  # of the type's size: a full stop, the widest letter
_DASH = 0.18  # of the type's size: its width, however thin it is
_BESIDE = 0.3  # of the type's size from a word: a letter of it
_MOST_PIECES = 5_000  # of a page; text whose boxes are wrong has more, and is not proven either way

Place = tuple[float, float, float, float]


def unexplained(plate: Gray, boxes: Floats) -> Gray:
    """The ink of text outside of all ``boxes``: PDFium leaves out some glyphs that fonts without a map have."""
    rest = plate.copy()
    for x0, y0, x1, y1 in boxes.tolist():
        left, top = max(0, int(x0) - _EDGE), max(0, int(y0) - _EDGE)
        rest[top : max(0, int(y1) + 1 + _EDGE), left : max(0, int(x1) + 1 + _EDGE)] = 0
    return rest


def beside_stray_ink(lines: Sequence[LayerLine], rest: Gray, count: int) -> Flags:
    """Which of the ``count`` glyphs are of words with pieces of ``rest`` inside or at their ends."""
    found = np.zeros(count, bool)
    boxes = _pieces(rest)
    if not len(boxes):
        return found
    level, sideways = _Pieces(boxes), _Pieces(boxes[:, [1, 0, 3, 2]])
    for line in lines:
        turned = line.angle % 180 == 90
        pieces, box = (sideways, _swapped(line.box)) if turned else (level, line.box)
        here = pieces.between(box[1], box[3])
        if here.start == here.stop:
            continue
        letters = pieces.letters(here, line.size)
        for word in line.words:
            place = _swapped(word.box) if turned else word.box
            near = pieces.near(here, place, _BESIDE * line.size, within=bool(line.angle % 90))
            if (letters & near).any():
                found[list(word.glyphs)] = True
    return found


class _Pieces:
    """Pieces of ink by their ``boxes``, pixels, in the order of their middles down the page."""

    def __init__(self, boxes: Floats) -> None:
        boxes = boxes[np.argsort(boxes[:, 1] + boxes[:, 3])]
        self._left, self._right = boxes[:, 0], boxes[:, 2]
        self._y = (boxes[:, 1] + boxes[:, 3]) / 2
        sides = boxes[:, 2:] - boxes[:, :2]
        self._width, self._shorter, self._longer = sides[:, 0], sides.min(axis=1), sides.max(axis=1)

    def between(self, top: float, bottom: float) -> slice:
        first, last = np.searchsorted(self._y, (top, bottom)).tolist()
        return slice(first, last)

    def letters(self, here: slice, size: float) -> Flags:
        """Which are as large as a letter of this type's size may be."""
        large = (self._shorter[here] >= _LEAST_SIDE * size) | (self._width[here] >= _DASH * size)
        found: Flags = large & (self._longer[here] <= _MOST_SIDE * size)
        return found

    def near(self, here: slice, box: Place, by: float, within: bool) -> Flags:
        """Which reach as near as ``by`` to a word; ``within``: only those between its top and bottom, too."""
        left, top, right, bottom = box
        found: Flags = (self._right[here] > left - by) & (self._left[here] < right + by)
        if within:
            found &= (self._y[here] > top) & (self._y[here] < bottom)
        return found


def _swapped(box: Place) -> Place:
    """A box with its x and y exchanged: what stands sideways as if it were level."""
    return box[1], box[0], box[3], box[2]


def _pieces(rest: Gray) -> Floats:
    """The boxes of connected pieces."""
    ink = (rest > 127).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)  # mostly there is little or nothing
    if not width:
        return np.zeros((0, 4))
    count, _, stats, _ = components_with_stats(ink[y : y + height, x : x + width], connectivity=8)
    if not 1 < count <= _MOST_PIECES:
        return np.zeros((0, 4))
    boxes = stats[1:, :4].astype(float)
    boxes[:, :2] += (x, y)
    boxes[:, 2:] += boxes[:, :2]
    return boxes
