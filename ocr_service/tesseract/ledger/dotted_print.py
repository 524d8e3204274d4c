"""Print of dots that do not touch, as needle printers and displays set it: its dots joined to strokes.

A dot by itself is too small for a letter, and Tesseract sees specks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letters_of, text_rows
from ocr_service.geometry.ink_pieces import Stats, ink_stats
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Word

_LEAST_SIDE, _SIDE = 2, 0.3  # of a dot: pixels, and em of ten points
_SQUARE, _SOLID = 1.6, 0.5  # its longer side in shorter ones, at most; of its box
_LEAST, _MOST = 40, 40_000  # dots a page: four letters, and a screen of dots
_GAP = 1.3  # of a dot's side: the widest white between two of a stroke
_IN_LETTER = 4.0  # dots of a piece, on average, once the gaps of their strokes are closed
_SURE = 60.0  # Tesseract's confidence of a word whose dots are of its letters
_DARK = 40  # the level of strokes


def with_joined_dots(sheet: Sheet, stats: Stats, words: Sequence[Word]) -> Sheet:
    """``sheet`` with dotted letters in strokes where ``words`` have not read them. ``stats``: of its ink."""
    dots = _dots(stats, sheet, [word.box for word in words if word.confidence >= _SURE])
    if not _LEAST <= len(dots) <= _MOST:
        return sheet
    gray, ink = sheet.gray.copy(), sheet.ink.copy()
    sides = dots[:, 2:4].max(axis=1)
    for side in range(_LEAST_SIDE, int(sides.max()) + 1):
        alike = dots[(sides == side) | (sides == side + 1)]  # of one size, on the grid of pixels
        strokes = _strokes(alike, side, sheet.ink.shape) if len(alike) >= _LEAST else None
        if strokes is None:
            continue
        for x0, y0, x1, y1 in _rows(strokes, sheet.dpi):
            part = strokes[y0:y1, x0:x1] > 0
            gray[y0:y1, x0:x1][part], ink[y0:y1, x0:x1][part] = _DARK, 255
    return replace(sheet, gray=gray, ink=ink) if (ink != sheet.ink).any() else sheet


def _strokes(dots: Stats, side: int, shape: tuple[int, int]) -> Gray | None:
    """The strokes (255) that dots of this ``side`` make by the narrowest gap that joins them to letters."""
    mask = np.zeros(shape, np.uint8)
    for x, y, w, h, _ in dots.tolist():
        mask[y : y + h, x : x + w] = 255
    for gap in range(1, round(_GAP * side) + 1):
        reach = cv2.getStructuringElement(cv2.MORPH_RECT, (gap + 1, gap + 1))
        strokes = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, reach).astype(np.uint8)
        if len(dots) >= _IN_LETTER * (components(strokes)[0] - 1):
            return strokes
    return None


def _dots(stats: Stats, sheet: Sheet, read: Sequence[Box]) -> Stats:
    """The dots that stand in no word that was ``read``."""
    w, h, area = (stats[:, column] for column in (2, 3, 4))
    shorter, longer = np.minimum(w, h), np.maximum(w, h)
    dot = (shorter >= _LEAST_SIDE) & (longer <= max(4.0, _SIDE * TEN_POINTS_IN * sheet.dpi))
    dots: Stats = stats[dot & (longer <= _SQUARE * shorter) & (area >= _SOLID * w * h)]
    if len(dots) < _LEAST:
        return dots
    inside = np.zeros(sheet.ink.shape, bool)
    for x0, y0, x1, y1 in read:
        inside[y0:y1, x0:x1] = True
    middle = dots[:, :2] + dots[:, 2:4] // 2
    free: Stats = dots[~inside[middle[:, 1], middle[:, 0]]]
    return free


def _rows(strokes: Gray, dpi: int) -> list[Box]:
    letters = letters_of(ink_stats(strokes), TEN_POINTS_IN * dpi, dpi)
    if not len(letters.boxes):
        return []
    shape = (strokes.shape[0], strokes.shape[1])
    return [row.box for row in text_rows(letters, np.ones(len(letters.boxes), bool), shape)]
