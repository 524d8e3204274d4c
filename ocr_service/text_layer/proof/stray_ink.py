"""Ink of text that is no character's: a map that has nothing, or a space, for a letter makes its word a shorter one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.lines.words import LayerLine
from ocr_service.text_layer.page.glyphs import Flags, Floats

_EDGE = 2  # pixels around a glyph's box that its smoothed edges may reach
_LEAST_SIDE, _MOST_SIDE = 0.06, 2.0  # of the type's size: a full stop, the widest letter
_DASH = 0.18  # of the type's size: its width, however thin it is
_BESIDE = 0.3  # of the type's size from a word: a letter of it
_MOST_PIECES = 5_000  # of a page; text whose boxes are wrong has more, and is not proven either way


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
    pieces = _pieces(rest)
    if not len(pieces):
        return found
    sides = np.minimum(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    longest = np.maximum(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
    order = np.argsort(y)
    x, y, sides, longest, left, right = x[order], y[order], sides[order], longest[order], *pieces[order][:, [0, 2]].T
    for line in lines:
        _, top, _, bottom = line.box
        first, last = np.searchsorted(y, (top, bottom)).tolist()
        if line.angle or first == last:
            continue
        part = slice(first, last)
        large = (sides[part] >= _LEAST_SIDE * line.size) | (right[part] - left[part] >= _DASH * line.size)
        letters = large & (longest[part] <= _MOST_SIDE * line.size)
        for word in line.words:
            near = (right[part] > word.box[0] - _BESIDE * line.size) & (left[part] < word.box[2] + _BESIDE * line.size)
            if (letters & near).any():
                found[list(word.glyphs)] = True
    return found


def _pieces(rest: Gray) -> Floats:
    """The boxes of connected pieces."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((rest > 127).astype(np.uint8), connectivity=8)
    if not 1 < count <= _MOST_PIECES:
        return np.zeros((0, 4))
    boxes = stats[1:, :4].astype(float)
    boxes[:, 2:] += boxes[:, :2]
    return boxes
