"""Rectangles filled with one colour, such as the head of a table: made white, with the text on them as ink.

Tesseract takes a dark bar for one blob and loses the light text on it; text on a mid grey falls under its one level for
the whole page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray

_STEP = 4  # areas are looked for at a quarter of the size
_GROUND = 9  # pixels of the quarter: wider than strokes, narrower than a bar of one line
_BANDS = ((0.0, 0.45), (0.45, 0.8))  # of the paper's level; lighter grounds are read as they are
_LEAST_IN = (0.5, 0.12)  # inches: a bar of one line of 6-point type
_RECTANGULAR = 0.85  # of its bounding box
_UNIFORM = 12.0  # grey levels of standard deviation of the ground: photographs have more
# Bold letters and the ruling lines around a head vary the ground of a bar of one or two lines; most of it is level.
_BAR_IN, _BAR_SHAPE, _BAR_LEVEL = 0.6, 4.0, 0.65  # inches of height, width to height, share of the ground
_CONTRAST = 60.0  # grey levels that count as full ink, at least
_INK = 45  # grey levels off the ground: a letter's
_OUTLINE = 2  # pixels


@dataclass(frozen=True, slots=True)
class FilledArea:
    """A rectangle on the sheet and the grey level of its ground. ``dark``: text on it can only be lighter."""

    box: Box
    ground: float
    dark: bool


def filled_areas(gray: Gray, dpi: int) -> list[FilledArea]:
    """The rectangles that one colour fills, without photographs and large letters."""
    small = cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(small.astype(np.uint8), _GROUND).astype(np.uint8)
    paper = float(np.percentile(ground, 80))
    return [area for low, high in _BANDS for area in _areas_between(gray, ground, low * paper, high * paper, dpi)]


def _areas_between(
    gray: Gray, ground: npt.NDArray[np.uint8], low: float, high: float, dpi: int
) -> Iterator[FilledArea]:
    mask = ((ground >= low) & (ground < high)).astype(np.uint8)
    if not mask.any():
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if w * _STEP < _LEAST_IN[0] * dpi or h * _STEP < _LEAST_IN[1] * dpi or area < _RECTANGULAR * w * h:
            continue
        inside = labels[y : y + h, x : x + w] == label
        levels = ground[y : y + h, x : x + w][inside].astype(np.float32)
        level = float(np.median(levels))
        bar = h * _STEP <= _BAR_IN * dpi and w >= _BAR_SHAPE * h
        even = bar and float(np.mean(np.abs(levels - level) <= _UNIFORM)) >= _BAR_LEVEL
        if not even and float(levels.std()) > _UNIFORM:
            continue
        box = _trimmed(gray, (x * _STEP, y * _STEP, (x + w) * _STEP, (y + h) * _STEP), level)
        if box is not None:
            yield FilledArea(box, level, dark=low == 0.0)


def _trimmed(gray: Gray, box: Box, level: float) -> Box | None:
    """``box`` grown by a step and cut back to the rows and columns that have the ground's level."""
    height, width = gray.shape
    x0, y0, x1, y1 = max(0, box[0] - _STEP), max(0, box[1] - _STEP), box[2] + _STEP, box[3] + _STEP
    crop = gray[y0 : min(height, y1), x0 : min(width, x1)]
    on_ground = np.abs(crop.astype(np.int16) - level) < _INK
    rows = np.flatnonzero(on_ground.mean(axis=1) > 0.3)
    columns = np.flatnonzero(on_ground.mean(axis=0) > 0.3)
    if not len(rows) or not len(columns):
        return None
    return x0 + int(columns[0]), y0 + int(rows[0]), x0 + int(columns[-1]) + 1, y0 + int(rows[-1]) + 1


def on_white(gray: Gray, areas: list[FilledArea]) -> Gray:
    """``gray`` with the ground of ``areas`` white and all that differs from it dark; dark areas get an outline.

    The outline stands for the edge of the fill, which is the ruling line of such a row.
    """
    if not areas:
        return gray
    result = gray.copy()
    for area in areas:
        x0, y0, x1, y1 = area.box
        crop = gray[y0:y1, x0:x1].astype(np.float32)
        above = (crop - area.ground) / max(_CONTRAST, 255.0 - area.ground)
        below = (area.ground - crop) / max(_CONTRAST, area.ground)
        result[y0:y1, x0:x1] = (255 * (1 - np.maximum(above, below))).clip(0, 255).astype(np.uint8)
        if area.dark:
            cv2.rectangle(result, (x0, y0), (x1 - 1, y1 - 1), 0, _OUTLINE)
    return result
