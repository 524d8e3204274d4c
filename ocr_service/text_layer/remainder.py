"""The page's picture without its proven text: whether writing is left that needs OCR."""

from __future__ import annotations

import cv2
import numpy as np

from ocr_service.document import Gray, Pixels
from ocr_service.geometry.components import components_with_stats

_DPI = 100  # enough to tell letters from pictures
_LEAST_LETTERS = 4  # in a row
_HEIGHTS_PT = (4.0, 40.0)
_RULE_IN = 0.4  # inches; longer strokes are rules


def gray_of(pixels: Pixels) -> Gray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)


def has_writing(gray: Gray, dpi: int) -> bool:
    """Whether there are rows of marks of letters' sizes on ``gray``: cheap, and rather too often yes than no."""
    small = _reduced(gray, dpi)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12).astype(np.uint8)
    if not ink.any():
        return False
    ink = _without_rules(ink)
    low, high = (points * _DPI / 72 for points in _HEIGHTS_PT)
    count, _, stats, _ = components_with_stats(ink, connectivity=8)
    marks = [
        (int(x), int(y), int(w), int(h))
        for x, y, w, h, filled in stats[1:count]
        if low <= h <= high and w <= 8 * h and filled >= 0.12 * w * h and not (w > 3 * h and filled > 0.8 * w * h)
    ]
    return _has_row(marks)


def ink_without_rules(gray: Gray, dpi: int) -> Gray:
    """What is darker than its surroundings and no long rule, as 255, at 100 dpi."""
    small = _reduced(gray, dpi)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12).astype(np.uint8)
    return _without_rules(ink)


def is_blank(gray: Gray) -> bool:
    """Whether there is nothing on it at all."""
    return int(gray.max()) - int(gray.min()) < 12


def has_pictures(gray: Gray, dpi: int) -> bool:
    """Whether there is more than rules, frames and flat grounds: photographs, drawings, charts."""
    ink = ink_without_rules(gray, dpi)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, _, stats, _ = components_with_stats(joined, connectivity=8)
    least = 0.35 * _DPI
    return any(w >= least and h >= least for _, _, w, h, _ in stats[1:count])


def _reduced(gray: Gray, dpi: int) -> Gray:
    scale = min(1.0, _DPI / dpi)
    if scale == 1.0 or scale * min(gray.shape) < 1:  # nothing is left of a page that is a pixel high
        return gray
    return cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _without_rules(ink: Gray) -> Gray:
    length = round(_RULE_IN * _DPI)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    rules = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    return cv2.subtract(ink, rules).astype(np.uint8)


def _has_row(marks: list[tuple[int, int, int, int]]) -> bool:
    """Whether LEAST_LETTERS marks of like height stand side by side; one long mark counts for several."""
    marks = sorted(marks)[:20_000]
    rows: list[tuple[float, float, float, float]] = []  # middle, height, right end, letters
    for x, y, w, h in marks:
        letters = max(1.0, w / h)
        for at in range(len(rows) - 1, max(-1, len(rows) - 40), -1):
            middle, height, right, so_far = rows[at]
            if abs(y + h / 2 - middle) < 0.6 * max(h, height) and 0.4 < h / height < 2.5 and x - right < 1.5 * height:
                rows[at] = (y + h / 2, max(h, height), max(right, x + w), so_far + letters)
                if so_far + letters >= _LEAST_LETTERS:
                    return True
                break
        else:
            rows.append((y + h / 2, float(h), float(x + w), letters))
            if letters >= _LEAST_LETTERS:
                return True
    return False
