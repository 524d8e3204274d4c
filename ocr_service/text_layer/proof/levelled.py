"""Turned and slanted text set level beside the page: places, heights and shapes tell of it what they tell of the rest.

A comma of a sideways table reaches below its baseline as any other one does.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints

_LEVEL = 1.0  # degrees
_SAME_ANGLE = 0.5  # degrees between texts that are set level together
_MOST_ANGLES = 6
_DIAGONAL = 0.15  # the cosine of twice the angle: under it a box around a slanted glyph does not tell its two sides
_PAD = 4  # pixels
_INK = 64  # of 255


def levelled(glyphs: Glyphs, plates: Sequence[Gray]) -> tuple[Glyphs, tuple[Gray, ...]]:
    """The glyphs as if all were level, with plates that show them so: at the right of the page as it is.

    Of what has too many angles some stays as it is.
    """
    angles = np.array([item.angle for item in glyphs.objects])
    amount = Counter(np.rint(angles[glyphs.object] / _SAME_ANGLE).astype(int).tolist())
    turned = [step * _SAME_ANGLE for step, _ in amount.most_common() if not _is_level(step * _SAME_ANGLE)]
    if not turned:
        return glyphs, tuple(plates)
    pictures = list(plates)
    ink, cell, origin = glyphs.ink.copy(), glyphs.cell.copy(), glyphs.origin.copy()
    objects = list(glyphs.objects)
    for angle in turned[:_MOST_ANGLES]:
        here = np.flatnonzero(np.abs(angles[glyphs.object] - angle) <= _SAME_ANGLE / 2)
        exact = float(np.median(angles[glyphs.object[here]]))
        turn = _Turn(exact, glyphs.ink[here], max(picture.shape[1] for picture in pictures))
        for number in np.unique(glyphs.plate[here]).tolist():
            pictures[number] = turn.beside(pictures[number], plates[number])
        ink[here] = turn.boxes(glyphs.ink[here], pictures, glyphs.plate[here])
        cell[here] = turn.boxes(glyphs.cell[here])
        origin[here] = turn.points(glyphs.origin[here])
        for number in np.unique(glyphs.object[here]).tolist():
            objects[number] = replace(objects[number], angle=0.0)
    return replace(glyphs, ink=ink, cell=cell, origin=origin, objects=tuple(objects)), tuple(pictures)


def are_measured(glyphs: Glyphs) -> Flags:
    """Of which ``glyphs``, as they stand, the boxes tell both sides exactly: not at half a quarter."""
    angles = np.radians([item.angle for item in glyphs.objects])
    exact: Flags = np.abs(np.cos(2 * angles)) >= _DIAGONAL
    return exact[glyphs.object]


def _is_level(angle: float) -> bool:
    return min(angle % 360, -angle % 360) < _LEVEL


class _Turn:
    """The turn that sets text of one ``angle`` level at ``left`` pixels. ``boxes``: those of its glyphs, pixels."""

    def __init__(self, angle: float, boxes: Floats, left: int) -> None:
        radians = math.radians(angle)
        self._cos, self._sin = math.cos(radians), math.sin(radians)
        self._turn = np.array([[self._cos, self._sin], [-self._sin, self._cos]])
        corners = np.array([(x, y) for x0, y0, x1, y1 in boxes.tolist() for x in (x0, x1) for y in (y0, y1)])
        turned = corners @ self._turn.T
        first, last = np.floor(turned.min(axis=0)) - _PAD, np.ceil(turned.max(axis=0)) + _PAD
        self._size = int(last[0] - first[0]), int(last[1] - first[1])
        self._left = left
        self._shift = np.array([left, 0]) - first
        self._is_quarter = abs(angle / 90 - round(angle / 90)) * 90 < _LEVEL

    def points(self, xy: Floats) -> Floats:
        turned: Floats = xy @ self._turn.T + self._shift
        return turned

    def beside(self, picture: Gray, plate: Gray) -> Gray:
        """``picture`` with the level part of ``plate`` at its right."""
        half = np.array([0.5, 0.5])  # pixels have their middles there
        shift = self._shift - np.array([self._left, 0]) + self._turn @ half - half
        how = cv2.INTER_NEAREST if self._is_quarter else cv2.INTER_LINEAR
        part = cv2.warpAffine(plate, np.hstack([self._turn, shift[:, None]]), self._size, flags=how)
        result = np.zeros((max(picture.shape[0], part.shape[0]), self._left + part.shape[1]), np.uint8)
        result[: picture.shape[0], : picture.shape[1]] = picture
        result[: part.shape[0], self._left :] = part
        return result

    def boxes(self, boxes: Floats, pictures: Sequence[Gray] = (), plate: Ints | None = None) -> Floats:
        """The boxes of glyphs around which ``boxes`` stand: both have one middle.

        At half a quarter these tell only the sum of their sides; there the ink in the ``pictures`` tells the rest.
        """
        middle = self.points((boxes[:, :2] + boxes[:, 2:]) / 2)
        across, down = (boxes[:, 2:] - boxes[:, :2]).T
        cos, sin = abs(self._cos), abs(self._sin)
        double = cos * cos - sin * sin
        if abs(double) >= _DIAGONAL:
            sides = np.stack([across * cos - down * sin, down * cos - across * sin], axis=1) / double
        else:
            both = (across + down) / (cos + sin)
            sides = np.stack([both / 2, both / 2], axis=1)
            if plate is not None:
                width = [
                    _width(pictures[p], x, y, s) for p, (x, y), s in zip(plate, middle.tolist(), both, strict=True)
                ]
                sides = np.stack([width, both - width], axis=1)
        sides = np.maximum(sides, 0.1) / 2
        return np.concatenate([middle - sides, middle + sides], axis=1)


def _width(picture: Gray, x: float, y: float, both: float) -> float:
    """How wide the ink around a middle is, where its width and height are ``both`` together: the box that it fills."""
    left, top = max(0, int(x - both / 2) - 1), max(0, int(y - both / 2) - 1)
    part = picture[top : int(y + both / 2) + 2, left : int(x + both / 2) + 2] > _INK
    best, least = both / 2, math.inf
    for width in np.arange(1.0, both - 0.5, 0.5).tolist():
        height = both - width
        box = x - width / 2 - left, y - height / 2 - top, x + width / 2 - left, y + height / 2 - top
        x0, y0, x1, y1 = (max(0, round(side)) for side in box)
        inner, outer = part[y0:y1, x0:x1], part[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1]
        ys, xs = np.nonzero(inner)
        if not len(ys):
            continue
        empty = (xs.min() + inner.shape[1] - 1 - xs.max()) + (ys.min() + inner.shape[0] - 1 - ys.max())
        apart = float(empty) + float(outer.sum() - inner.sum()) / 2
        if apart < least:
            best, least = width, apart
    return best
