"""The rotation by a multiple of 90° at which text is readable, found by reading a window at all four."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.tesseract.words import Line, reading_score

_WINDOW_IN = (2.6, 0.9)  # inches; four lines or so, which take 0.1 s where a page takes 0.35 s
_MIN_INK = 400  # pixels of the reduced page: a few words
READING_DPI = 200  # windows of coarser pages are enlarged to it
# Scores of windows (``reading_score``, in letters): upright ones have 9 to 380, others at most a third of it (14 pages,
# three lines to 6-point print, 100 and 200 dpi).
_LEAST_SCORE = 8.0
BETTER = 1.5

BlockReader = Callable[[Gray, int], Sequence[Line]]  # reads a block of text of this dpi as it stands


def best_rotation(gray: Gray, dpi: int, read: BlockReader) -> int:
    """The clockwise degrees (0 to 270) at which the densest text of ``gray`` reads clearly better than as it is.

    0 where no rotation does, and where there is hardly any text.
    """
    window = densest_window(gray, dpi)
    return window_rotation(window, dpi, read) if window is not None else 0


def window_rotation(window: Gray, dpi: int, read: BlockReader) -> int:
    """The same for a window that holds nothing but text."""
    scale = max(1.0, READING_DPI / dpi)
    scores = {}
    for degrees in (0, 90, 180, 270):
        turned = rotate(window, degrees)
        if scale > 1.0:
            turned = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        scores[degrees] = reading_score(read(turned, round(dpi * scale)))
    best = max(scores, key=lambda degrees: scores[degrees])
    others = max(score for degrees, score in scores.items() if degrees != best)
    return best if scores[best] >= max(_LEAST_SCORE, BETTER * others) else 0


def rotate(gray: Gray, degrees: int) -> Gray:
    """``gray`` rotated clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(gray, k=-degrees // 90))


def box_before_rotation(box: Box, degrees: int, size: tuple[int, int]) -> Box:
    """A box of the rotated picture as it lies on the picture of ``size`` (width, height) that was rotated clockwise."""
    width, height = size
    x0, y0, x1, y1 = box
    if degrees == 90:
        return y0, height - x1, y1, height - x0
    if degrees == 180:
        return width - x1, height - y1, width - x0, height - y0
    if degrees == 270:
        return width - y1, x0, width - y0, x1
    return box


def densest_window(gray: Gray, dpi: int) -> Gray | None:
    """The part of the page with the most text-like ink; None for a page with hardly any."""
    step = 8
    small = cv2.resize(gray, None, fx=2 / step, fy=2 / step, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    # Bars and photographs: no letter is that solid.
    ink = cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    if int(ink.sum()) < _MIN_INK:
        return None
    width, height = (max(1, round(side * dpi * 2 / step)) for side in _WINDOW_IN)
    best: tuple[int, int, int, int] | None = None
    most = -1.0
    for w, h in ((width, height), (height, width)):  # text that stands sideways fills a standing window
        w, h = min(w, ink.shape[1]), min(h, ink.shape[0])
        sums = cv2.boxFilter(
            ink.astype(np.float32), -1, (w, h), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        valid = sums[: ink.shape[0] - h + 1, : ink.shape[1] - w + 1]
        y, x = divmod(int(valid.argmax()), valid.shape[1])
        if valid[y, x] > most:
            most, best = float(valid[y, x]), (x, y, w, h)
    assert best is not None
    x, y, w, h = (side * step // 2 for side in best)
    return gray[y : y + h, x : x + w]
