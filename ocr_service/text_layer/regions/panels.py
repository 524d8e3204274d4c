"""Coloured or framed areas of a page with text beside them: sidebars, boxes, charts. No line of text leaves one.

What stands in a panel is read by itself, and its words are in no row or paragraph with those outside.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Pixels
from ocr_service.geometry.boxes import area, contains_centre, shared_area
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, Word

_STEP = 4  # pixels of the page to one that is looked at
_OFF_PAPER = 10  # levels of a colour channel
_RECTANGULAR = 0.9  # of its box: rounded corners take off a little
_LEAST_IN = 0.6  # inches of width and height
_MOST_OF_PAGE = 0.7
_MOST_PANELS = 12
_LEAST_LINES = 3  # inside of a panel, and outside
_LEVEL = 0.08  # em between baselines of one row of a table
_IN_ROWS = 0.5  # of the lines of a shaded part of a table
_ALIKE = 0.02  # of the page's width, that the sides of shaded rows of one table are off
_ROWS = 3  # shaded rows of a table
_MOST_COMPARED = 200  # lines
_OUT = 0.3  # em that a word may stick out of its panel


def find_panels(ground: Pixels, dpi: int, lines: Sequence[Line]) -> list[Box]:
    """The panels of a page, the largest first. ``ground``: the page without its text, ``lines``: its level text."""
    if len(lines) < 2 * _LEAST_LINES:
        return []
    areas = sorted(_rectangles(ground, dpi), key=area, reverse=True)
    height, width = ground.shape[:2]
    areas = [box for box in areas if area(box) < _MOST_OF_PAGE * width * height]
    outer = [box for i, box in enumerate(areas) if not any(shared_area(o, box) > 0.5 * area(box) for o in areas[:i])]
    outer = [box for box in outer if sum(_same_sides(box, other, width) for other in outer) < _ROWS]
    if not outer:
        return []
    rows = _Rows.of(lines, prose_lines(lines))
    return [box for box in outer[: 4 * _MOST_PANELS] if _is_panel(box, lines, rows)][:_MOST_PANELS]


def _rectangles(ground: Pixels, dpi: int) -> Iterator[Box]:
    """What differs from the paper and hangs together, with all that it encloses, if that is a rectangle: no cells.

    Where areas of several colours touch, as a sidebar and the bar over both, each of them.
    """
    small = cv2.resize(ground, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA)
    paper = _paper(small.astype(np.uint8))
    mask = (np.abs(small.astype(np.int16) - paper).max(axis=2) > _OFF_PAPER).astype(np.uint8)
    least = _LEAST_IN * dpi / _STEP
    for x, y, w, h in _filled_rectangles(mask, small.astype(np.uint8), least):
        yield x * _STEP, y * _STEP, (x + w) * _STEP, (y + h) * _STEP


def _filled_rectangles(mask: np.ndarray, small: Pixels, least: float) -> Iterator[tuple[int, int, int, int]]:
    """Place and size of the outer contours of ``mask`` that are rectangles, or of their one-coloured parts that are.

    ``small``: the picture of ``mask``; ``least``: their width and height.
    """
    contours, levels = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for place, contour in enumerate(contours):
        x, y, w, h = cv2.boundingRect(contour)
        if levels[0][place][3] >= 0 or w <= least or h <= least:
            continue
        if _is_rectangle(contour, w, h):
            yield x, y, w, h
            continue
        part = small[y : y + h, x : x + w]
        edges = cv2.morphologyEx(part, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)).max(axis=2) > _OFF_PAPER
        own = cv2.drawContours(np.zeros((h, w), np.uint8), [contour - (x, y)], 0, 1, cv2.FILLED)
        alone = (own & mask[y : y + h, x : x + w] & ~edges).astype(np.uint8)
        # Rules that touch an area at a corner are none of it.
        alone = cv2.morphologyEx(alone, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.uint8)
        parts, _ = cv2.findContours(alone, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for inner in parts:
            dx, dy, inner_w, inner_h = cv2.boundingRect(inner)
            if inner_w > least and inner_h > least and _is_rectangle(inner, inner_w, inner_h):
                yield x + dx, y + dy, inner_w, inner_h


def _is_rectangle(contour: np.ndarray, width: int, height: int) -> bool:
    return cv2.contourArea(contour) > _RECTANGULAR * (width - 1) * (height - 1)


def _paper(small: Pixels) -> np.ndarray:
    """The most frequent colour, in steps of four levels."""
    red, green, blue = (small[::2, ::2, channel].astype(np.int32) // 4 for channel in range(3))
    most = int(np.bincount((red * 64 + green).ravel() * 64 + blue.ravel()).argmax())
    return np.array([most // 4096, most // 64 % 64, most % 64], np.int16) * 4 + 2


def _same_sides(box: Box, other: Box, width: int) -> bool:
    return abs(box[0] - other[0]) < _ALIKE * width and abs(box[2] - other[2]) < _ALIKE * width


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines by their baselines, and those of running text."""

    baselines: list[float]
    lines: list[Line]
    prose: set[Line]

    @classmethod
    def of(cls, lines: Sequence[Line], prose: set[Line]) -> _Rows:
        ordered = sorted(lines, key=lambda line: line.baseline)
        return cls([line.baseline for line in ordered], ordered, prose)

    def is_in_row(self, line: Line, box: Box) -> bool:
        """Whether something outside of ``box`` stands on the baseline of a line that is no running text."""
        if line in self.prose:
            return False
        return any(not contains_centre(box, other.box) for other in self.level_with(line))

    def level_with(self, line: Line) -> list[Line]:
        near, base = _LEVEL * line.em, line.baseline
        first = bisect.bisect_left(self.baselines, base - near)
        last = bisect.bisect_right(self.baselines, base + near)
        return self.lines[first : min(last, first + _MOST_COMPARED)]


def _is_panel(box: Box, lines: Sequence[Line], rows: _Rows) -> bool:
    """Whether all words are inside or outside, there is text beside it, and it is no shaded part of a table."""
    inside = [line for line in lines if _reaches_into(line, box)]
    words = [word for line in inside for word in line.words if _reaches_into(word, box)]
    em = max((line.em for line in inside), default=0.0)
    if any(word.box[0] < box[0] - _OUT * em or word.box[2] > box[2] + _OUT * em for word in words):
        return False
    level = [line for line in lines if line.box[1] < box[3] and line.box[3] > box[1]]
    if len(inside) < _LEAST_LINES or all(contains_centre(box, line.box) for line in level):
        return False
    inside = inside[:: 1 + len(inside) // _MOST_COMPARED]
    aligned = sum(rows.is_in_row(line, box) for line in inside)
    return aligned < _IN_ROWS * len(inside)


def _reaches_into(part: Line | Word, box: Box) -> bool:
    x0, y0, x1, y1 = part.box
    return box[0] < x1 and x0 < box[2] and box[1] < (y0 + y1) / 2 < box[3]
