"""How high a page's letters are, measured on its ink before anything is read."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.components import components_with_stats

_MEASURED = 20_000_000  # pixels in which the letters are measured
_FEW = 30  # letters that say nothing of a page's type
SMALL_TYPE = 10.0  # percent of a page's letters that are in its smaller type


def x_height_of(gray: Gray, percent: float) -> float | None:
    """Pixels of the lower case that ``percent`` of the page's letters reach at most.

    None where there are hardly any letters.
    """
    factor = min(1.0, math.sqrt(_MEASURED / (gray.shape[0] * gray.shape[1])))
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    # The local mean is dark all over inside a large letter: its outline measures as high as it does itself.
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 18)
    _, _, parts, _ = components_with_stats(ink)
    w, h, area = (parts[1:, column].astype(float) for column in (2, 3, 4))
    filled = area / (w * h)
    shaped = (h >= 4) & (w > 0.15 * h) & (w < 3 * h) & (filled > 0.1)
    dots = (filled > 0.68) & (w > 0.7 * h) & (w < 1.4 * h)
    heights = h[shaped & ~dots]
    return float(np.percentile(heights, percent)) / factor if len(heights) >= _FEW else None
