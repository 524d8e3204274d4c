"""Dots in a row, as leaders and dotted lines have them: taken off the page that Tesseract reads.

Tesseract makes words of them (``eee``, ``00...``) and takes the entry's last word and its number into them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.geometry.ink_pieces import Stats

_SIDE_IN = 0.034  # inches, of the largest dot: 0.2 em of type of twelve points
_SQUARE = 2.0  # its longer side in shorter ones, at most
_LEAST = 6  # dots in a row; an ellipsis has three or four
_PITCH = 1.8, 12.0  # of a dot's side, from dot to dot
_UNEVEN = 0.2  # of the pitch, at least 1.5 pixels
_TO_THE_FIRST = 1.8  # pitches to the dot at either end, which the words beside it move
_LEVEL = 2  # pixels that the dots of a row are off each other
_LINE_IN, _GAP_IN, _NUMBER_IN = 0.1, 0.12, 0.5  # inches: of a line's letters, between columns, of a page's number
_MOST = 20_000  # small pieces a page: more are grain, or a screen of dots


def leader_dots(pieces: Stats, ink: Gray, dpi: int) -> Stats:
    """Those ``pieces`` of ``ink`` that are dots of a row: at least six on one line, evenly spaced.

    Not those that lead to one number at the end of a line, as in a table of contents: they keep an entry and its number
    together, where Tesseract would make columns of them.
    """
    dots = _dots(pieces, dpi)
    if not _LEAST <= len(dots) <= _MOST:
        return dots[:0]
    in_row = np.zeros(len(dots), bool)
    for offset in (0, _LEVEL):  # a row may lie over the edge of two bands
        for row in _rows(dots, (_bottoms(dots) + offset) // (2 * _LEVEL)):
            in_row[row] |= not _leads_to_one(dots[row], ink, dpi)
    rows: Stats = dots[in_row]
    return rows


def without_leader_dots(gray: Gray, dots: Stats) -> Gray:
    """The page with ``dots`` painted in the paper's colour around them."""
    if not len(dots):
        return gray
    cleared = gray.copy()
    height, width = gray.shape
    for x, y, w, h, _ in dots.tolist():
        x0, y0, x1, y1 = max(0, x - 2), max(0, y - 2), min(width, x + w + 2), min(height, y + h + 2)
        cleared[max(0, y - 1) : y + h + 1, max(0, x - 1) : x + w + 1] = gray[y0:y1, x0:x1].max()
    return cleared


def _dots(stats: Stats, dpi: int) -> Stats:
    shorter, longer = stats[:, 2:4].min(axis=1), stats[:, 2:4].max(axis=1)
    small = (longer <= max(3.0, _SIDE_IN * dpi)) & (longer <= np.maximum(_SQUARE * shorter, shorter + 1))
    dots: Stats = stats[small]
    return dots


def _bottoms(dots: Stats) -> npt.NDArray[np.int32]:
    bottoms: npt.NDArray[np.int32] = dots[:, 1] + dots[:, 3]
    return bottoms


def _rows(dots: Stats, bands: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int64]]:
    """The rows of at least six of ``dots``, by their places, in the bands that they stand in."""
    middles = dots[:, 0] + dots[:, 2] / 2
    order = np.lexsort((middles, bands))
    steps = np.diff(middles[order])
    sides = dots[order, 2:4].max(axis=1)
    wide = (steps >= _PITCH[0] * sides[1:]) & (steps <= _PITCH[1] * sides[1:]) & (np.diff(bands[order]) == 0)
    even = np.abs(np.diff(steps)) <= np.maximum(1.5, _UNEVEN * steps[1:])
    goes_on = wide[1:] & wide[:-1] & even  # three dots, evenly
    for first, last in _runs(goes_on):
        if last - first + 2 < _LEAST:
            continue
        before = int(first > 0 and wide[first - 1] and steps[first - 1] <= _TO_THE_FIRST * steps[first])
        after = int(last + 1 < len(steps) and wide[last + 1] and steps[last + 1] <= _TO_THE_FIRST * steps[last])
        yield order[first - before : last + 2 + after]


def _leads_to_one(row: Stats, ink: Gray, dpi: int) -> bool:
    """Whether one number or word stands behind a row of dots, and nothing else up to the page's edge."""
    bottom, right = int(_bottoms(row).max()), int((row[:, 0] + row[:, 2]).max())
    band = ink[max(0, bottom - round(_LINE_IN * dpi)) : bottom + 1, right + 1 :]
    columns = np.flatnonzero(band.any(axis=0))
    if not len(columns):
        return False
    gap = _GAP_IN * dpi
    return bool((np.diff(columns) < gap).all() and columns[-1] - columns[0] < _NUMBER_IN * dpi)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where ``flags`` are set without a break: first, and one after the last."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
