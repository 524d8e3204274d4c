"""The lines that run around a round stamp, unrolled so that they are level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray

_ROUND = (0.88, 1.06)  # of the ellipse through its outline that a round stamp's outline fills; a rectangle: 0.64
_EVEN = 0.85  # of its longer axis, the least shorter one
_INSIDE = 0.45  # of the radius: what stands nearer to the middle is no ring
_LINE = (0.06, 0.3)  # of the radius, the height of a ring's line
_INKED = 0.01  # of a row of the unrolled ring: less ink is none
_AROUND = 0.35  # of the circle, the least that a line takes
_PAD = 0.3  # of a line's height, above and below it


@dataclass(frozen=True, slots=True)
class RingLine:
    """A line of a ring, level, its letters' tops outside; dark on 255."""

    picture: Gray
    middle: tuple[float, float]  # of the ring, in pixels of the stamp
    outer: float  # the radius at the top row
    start: int  # the column of the unrolled circle, clockwise from the right, at which the picture begins

    def placed(self, box: Box) -> Box:
        """A box of the picture as the box around it on the stamp."""
        width = self.picture.shape[1]
        angles = 2 * np.pi * (self.start + np.linspace(box[0], box[2], 9)) / width
        radii = self.outer - np.array([[box[1]], [box[3]]])
        x = self.middle[0] + radii * np.cos(angles)
        y = self.middle[1] + radii * np.sin(angles)
        return round(x.min()), round(y.min()), round(x.max()), round(y.max())

    def area(self, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """Where on the stamp of this ``shape`` the line runs."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        radius = np.hypot(x - self.middle[0], y - self.middle[1])
        inside: npt.NDArray[np.bool_] = (radius <= self.outer) & (radius >= self.outer - self.picture.shape[0])
        return inside


def ring_lines(stamp: Gray, letters: Gray) -> Iterator[RingLine]:
    """From the outermost line inwards. ``stamp``: its picture; ``letters``: the same without its frame."""
    circle = _circle(stamp)
    if circle is None:
        return
    middle, radius = circle
    around = round(2 * np.pi * radius)
    size, whole = (round(radius), around), cv2.WARP_POLAR_LINEAR | cv2.INTER_LINEAR
    unrolled = cv2.warpPolar(255 - letters, size, middle, radius, whole)  # a row an angle, a column a radius
    level = 255 - cv2.rotate(unrolled, cv2.ROTATE_90_COUNTERCLOCKWISE).astype(np.uint8)
    for top, bottom in _bands(level[: round((1 - _INSIDE) * radius)], radius):
        line = level[top:bottom]
        start = _gap(line)
        yield RingLine(np.roll(line, -start, axis=1), middle, radius - top, start)


def _circle(stamp: Gray) -> tuple[tuple[float, float], float] | None:
    """The middle and the radius of a round stamp."""
    points = cv2.findNonZero(np.where(stamp < 255, 255, 0).astype(np.uint8))
    hull = cv2.convexHull(points) if points is not None else None
    if hull is None or len(hull) < 5:
        return None
    (x, y), axes, _ = cv2.fitEllipse(hull)
    shorter, longer = sorted(axes)
    if not longer or shorter < _EVEN * longer:
        return None
    if not _ROUND[0] <= cv2.contourArea(hull) / (np.pi * shorter * longer / 4) <= _ROUND[1]:
        return None
    return (float(x), float(y)), (shorter + longer) / 4


def _bands(level: Gray, radius: float) -> Iterator[tuple[int, int]]:
    """The rows of each line, with some white above and below."""
    inked = np.count_nonzero(level < 128, axis=1) > _INKED * level.shape[1]
    edges = np.flatnonzero(np.diff(inked, prepend=False, append=False))
    for top, bottom in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        taken = np.count_nonzero(_closed(level[top:bottom]))
        if _LINE[0] * radius <= bottom - top <= _LINE[1] * radius and taken >= _AROUND * level.shape[1]:
            pad = round(_PAD * (bottom - top))
            yield max(0, top - pad), min(len(level), bottom + pad)


def _closed(line: Gray) -> Gray:
    """The columns (255) of the line's letters and of the spaces between them."""
    columns = np.where(np.any(line < 128, axis=0), 255, 0).astype(np.uint8)[None, :]
    return cv2.morphologyEx(columns, cv2.MORPH_CLOSE, np.ones((1, len(line)), np.uint8)).astype(np.uint8)


def _gap(line: Gray) -> int:
    """The column where the widest gap ends: the line begins there."""
    inked = np.flatnonzero(np.any(line < 128, axis=0))
    gaps = np.diff(inked, append=inked[0] + line.shape[1])
    return int(inked[(int(np.argmax(gaps)) + 1) % len(inked)]) - int(min(gaps.max() // 2, len(line)))
