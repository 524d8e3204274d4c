"""Light letters on dark areas that stayed dark on the sheet: there they are holes in a large piece of ink, no letters.

Rows of such holes are made dark on white, so that they are read, or reported like other ink.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letters_of, rows_and_members
from ocr_service.geometry.ink_pieces import Stats, ink_stats
from ocr_service.tesseract.sheet import Sheet

_LEAST = (1.6, 0.5)  # em of ten points: width and height of a dark area with a number or a line of fine print on it
_SOLID, _DARK = 0.15, 0.5  # of its box, and of a row's: the holes of a grid take more
_MOST = 4  # times the page that the boxes of its dark areas may be, the smallest first
_EVEN, _CONTRAST = 12.0, 60.0  # levels off the usual one of a row's ground, and of letters
_LEVEL = 0.65  # of the ground that is level, less in a photograph
_EDGE = 0.3  # of a row's height around it
_WORD_GAP = 0.5  # of a row's height: buttons stand in a row, each on its own ground


def with_inverse_text(sheet: Sheet, stats: Stats) -> Sheet:
    """``sheet`` with the light rows of its dark areas dark on white. ``stats``: of its ink."""
    em = TEN_POINTS_IN * sheet.dpi
    w, h, area = (stats[:, column].astype(np.int64) for column in (2, 3, 4))
    dark = np.flatnonzero((w >= _LEAST[0] * em) & (h >= _LEAST[1] * em) & (area >= _SOLID * w * h))
    gray, ink = sheet.gray, sheet.ink
    dark = dark[np.argsort((w * h)[dark], kind="stable")]
    dark = dark[np.cumsum((w * h)[dark]) <= _MOST * sheet.gray.size]
    for x, y, width, height, _ in stats[dark].tolist():
        for row in _rows(sheet.ink[y : y + height, x : x + width], sheet.dpi):
            boxes = [(x + a, y + b, x + c, y + d) for a, b, c, d in row]
            found = [(box, white) for box in boxes[:1] if (white := _on_white(sheet.gray, sheet.ink, box)) is not None]
            if not found:
                parts = ((box, _on_white(sheet.gray, sheet.ink, box)) for box in boxes[1:])
                found = [(box, white) for box, white in parts if white is not None]
            for (x0, y0, x1, y1), white in found:
                if gray is sheet.gray:
                    gray, ink = sheet.gray.copy(), sheet.ink.copy()
                gray[y0:y1, x0:x1] = white
                ink[y0:y1, x0:x1] = 255 - sheet.ink[y0:y1, x0:x1]
    return sheet if gray is sheet.gray else replace(sheet, gray=gray, ink=ink)


def _rows(ink: Gray, dpi: int) -> Iterator[list[Box]]:
    """The rows of holes that stand as letters do, with some of the ground around; after each row its words."""
    height, width = ink.shape
    stats = ink_stats(np.ascontiguousarray(255 - ink))
    x, y, w, h = stats[:, :4].T
    inner = (x > 0) & (y > 0) & (x + w < width) & (y + h < height)  # the others are the paper beside a round area
    holes = letters_of(stats[inner], TEN_POINTS_IN * dpi, dpi)
    if not len(holes.boxes):
        return
    for row, members in rows_and_members(holes, np.ones(len(holes.boxes), bool), (height, width), short=True):
        letters = holes.boxes[members][np.argsort(holes.boxes[members, 0], kind="stable")]
        gaps = np.flatnonzero(letters[1:, 0] - np.maximum.accumulate(letters[:, 2])[:-1] > _WORD_GAP * row.height)
        words = [(*part[:, :2].min(axis=0), *part[:, 2:].max(axis=0)) for part in np.split(letters, gaps + 1)]
        edge = round(_EDGE * row.height)
        yield [
            (max(0, int(x0) - edge), max(0, int(y0) - edge), min(width, int(x1) + edge), min(height, int(y1) + edge))
            for x0, y0, x1, y1 in [row.box, *words]
        ]


def _on_white(gray: Gray, ink: Gray, box: Box) -> Gray | None:
    """The row in ``box`` dark on white; None where its ground is not of one level, or as light as the holes in it."""
    x0, y0, x1, y1 = box
    levels, dark = gray[y0:y1, x0:x1].astype(np.float32), ink[y0:y1, x0:x1] > 0
    ground = levels[cv2.erode(dark.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0]
    if float(dark.mean()) < _DARK or not len(ground):
        return None
    level = float(np.median(ground))
    if float(np.mean(np.abs(ground - level) <= _EVEN)) < _LEVEL:  # the rest is beside a button's edge
        return None
    contrast = float(np.median(levels[~dark])) - level
    if contrast < _CONTRAST:
        return None
    white: Gray = (255 * (1 - (levels - level) / contrast)).clip(0, 255).astype(np.uint8)
    return white
