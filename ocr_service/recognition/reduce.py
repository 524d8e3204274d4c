"""Very large pages, reduced for reading: a poster's letters need no more pixels than a letter's."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.font_metrics import X_HEIGHT

_LARGE = 12_000_000  # pixels: an A3 page at 250 dpi; what is smaller is read as it is
# An A1 sheet at 200 dpi. More costs a gigabyte and 10 s even where nothing is written: only small print gets it.
_MOST = 32_000_000
_MEASURED = 20_000_000  # pixels in which the letters are measured
# Tesseract reads best at an x-height of 20 px and more (its FAQ); type of half the size can still be read there.
_X_HEIGHT, _LEAST_X_HEIGHT = 20.0, 12.0
_FEW = 30  # letters that say nothing of a page's type
_LEAST_DPI = 70  # Tesseract's own
_TEN_POINTS_X_HEIGHT_IN = 10 / 72 * X_HEIGHT


def reading_scale(gray: Gray, dpi: int) -> tuple[float, int]:
    """What to reduce a page by for reading, at most 1.0, and the dpi at which its type is then of ordinary size.

    The smallest tenth of the letters decides, so that the small print below a headline stays readable.
    """
    pixels = gray.shape[0] * gray.shape[1]
    if pixels <= _LARGE:
        return 1.0, dpi
    least = math.sqrt(_LARGE / 4 / pixels)
    most = min(1.0, math.sqrt(_MOST / pixels))
    x_height = _small_x_height(gray)
    if x_height is None:
        return most, max(_LEAST_DPI, round(dpi * most))
    if _X_HEIGHT / x_height < most:
        scale = max(least, _X_HEIGHT / x_height)
        return scale, max(_LEAST_DPI, round(x_height * scale / _TEN_POINTS_X_HEIGHT_IN))
    scale = min(1.0, max(most, _LEAST_X_HEIGHT / x_height))
    return scale, max(_LEAST_DPI, round(dpi * scale))


def _small_x_height(gray: Gray) -> float | None:
    """Pixels of the lower case in the page's smaller type; None where there are hardly any letters."""
    factor = min(1.0, math.sqrt(_MEASURED / (gray.shape[0] * gray.shape[1])))
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    # The local mean is dark all over inside a large letter: its outline measures as high as it does itself.
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 18)
    _, _, parts, _ = cv2.connectedComponentsWithStats(ink)
    w, h, area = (parts[1:, column].astype(float) for column in (2, 3, 4))
    filled = area / (w * h)
    shaped = (h >= 4) & (w > 0.15 * h) & (w < 3 * h) & (filled > 0.1)
    dots = (filled > 0.68) & (w > 0.7 * h) & (w < 1.4 * h)
    heights = h[shaped & ~dots]
    return float(np.percentile(heights, 10)) / factor if len(heights) >= _FEW else None
