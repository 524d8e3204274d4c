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
_STEPS_IN = 50  # an inch: less is left out of coarse sheets
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
_REACH = (_GROUND // 2 + 1) * _STEP  # pixels that letters in an area or beside it may move its edge by
_ON_GROUND, _PAPER = 0.3, 0.9  # of a row of pixels: of an area, and of the white beside one


@dataclass(frozen=True, slots=True)
class FilledArea:
    """A rectangle on the sheet and the grey level of its ground. ``dark``: text on it can only be lighter."""

    box: Box
    ground: float
    dark: bool


def filled_areas(gray: Gray, dpi: int) -> list[FilledArea]:
    """The rectangles that one colour fills, without photographs and large letters."""
    step = min(_STEP, max(1, round(dpi / _STEPS_IN)))
    small = cv2.resize(gray, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(small.astype(np.uint8), _GROUND).astype(np.uint8)
    paper = float(np.percentile(ground, 80))
    bands = ((low * paper, high * paper) for low, high in _BANDS)
    return [area for band in bands for area in _areas_between(gray, ground, band, step, dpi)]


def _areas_between(
    gray: Gray, ground: npt.NDArray[np.uint8], band: tuple[float, float], step: int, dpi: int
) -> Iterator[FilledArea]:
    low, high = band
    mask = ((ground >= low) & (ground < high)).astype(np.uint8)
    if not mask.any():
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if w * step < _LEAST_IN[0] * dpi or h * step < _LEAST_IN[1] * dpi or area < _RECTANGULAR * w * h:
            continue
        inside = labels[y : y + h, x : x + w] == label
        levels = ground[y : y + h, x : x + w][inside].astype(np.float32)
        level = float(np.median(levels))
        bar = h * step <= _BAR_IN * dpi and w >= _BAR_SHAPE * h
        even = bar and float(np.mean(np.abs(levels - level) <= _UNIFORM)) >= _BAR_LEVEL
        if not even and float(levels.std()) > _UNIFORM:
            continue
        box = _trimmed(gray, (x * step, y * step, (x + w) * step, (y + h) * step), level)
        if box is not None:
            yield FilledArea(box, level, dark=low == 0.0)


def _trimmed(gray: Gray, box: Box, level: float) -> Box | None:
    """``box`` with the rows and columns beside it, or without those in it, that tell where the ground's level ends."""
    height, width = gray.shape
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    left, top = max(0, x0 - _REACH), max(0, y0 - _REACH)
    off = gray[top : y1 + _REACH, left : x1 + _REACH].astype(np.int16) - np.int16(round(level))
    rows = _extent(off[:, x0 - left : x1 - left].T, y0 - top, y1 - top)
    columns = _extent(off[y0 - top : y1 - top], x0 - left, x1 - left)
    if rows is None or columns is None:
        return None
    return left + columns[0], top + rows[0], left + columns[1], top + rows[1]


def _extent(off: npt.NDArray[np.int16], start: int, stop: int) -> tuple[int, int] | None:
    """The first and one after the last column at the ground's level, where those from ``start`` to ``stop`` are about.

    ``off``: of the ground's level, that of an area and of what is beside it. The blurred edges of letters beside an
    area have its level, too, but beyond white; letters at its very edge hide it at a quarter of the size.
    """
    ground, paper = (np.abs(off) < _INK).mean(axis=0) > _ON_GROUND, (off >= _INK).mean(axis=0) >= _PAPER
    inner = np.flatnonzero(ground[start:stop])
    if not len(inner):
        return None
    reach = min(_REACH, (stop - start) // 2)
    first, last = start + int(inner[0]), start + int(inner[-1])
    before, after = np.flatnonzero(paper[first : start + reach]), np.flatnonzero(paper[stop - reach : last])
    if len(before):
        first += int(before[-1]) + 1
    if len(after):
        last = stop - reach + int(after[0]) - 1
    while first > 0 and ground[first - 1]:
        first -= 1
    while last + 1 < len(ground) and ground[last + 1]:
        last += 1
    return first, last + 1


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
