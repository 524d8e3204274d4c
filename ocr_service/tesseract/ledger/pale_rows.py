"""Rows of letters too pale for the sheet's ink, or of a colour as light as paper: made dark, so that they are read.

Yellow and light green are as light as paper in grey, but not in their weakest channel. The other side of a sheet that
shines through is paler than these, and blurred.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letters_of, text_rows
from ocr_service.tesseract.prepare.preprocess import is_light_on_dark

_STEP = 2  # rows are looked for at half the size
_WINDOW = 21  # pixels of the half: a line and a half, as the sheet's ink has it
_PALE, _INK = 7, 18  # grey levels under the local mean: of pale letters, and of the sheet's ink
_LEAST = 60  # pixels of the half that pale ink has at least: a word
_CONTRAST, _SHARP = 25.0, 0.85  # levels; the steepest edge of what is paler, as a part of its contrast a pixel
_PAD = 3  # pixels of a row's edge
_DARK = 40.0  # the level that the darkest of a row gets


def with_pale_rows(gray: Gray, pixels: Pixels, dpi: int) -> Gray:
    """``gray`` with pale rows of letters dark. ``pixels``: the same page in colour."""
    if is_light_on_dark(gray):
        return gray
    weakest = cv2.min(cv2.min(pixels[:, :, 0], pixels[:, :, 1]), pixels[:, :, 2]).astype(np.uint8)
    weakest = cv2.min(weakest, gray).astype(np.uint8)
    rows = _pale_rows(gray, weakest, dpi)
    if not rows:
        return gray
    result = gray.copy()
    for x0, y0, x1, y1 in rows:
        crop = weakest[y0:y1, x0:x1].astype(np.float32)
        paper, darkest = float(np.percentile(crop, 90)), float(np.percentile(crop, 2))
        dark = paper - (paper - crop) * (paper - _DARK) / max(1.0, paper - darkest)
        result[y0:y1, x0:x1] = dark.clip(0, 255).astype(np.uint8)
    return result


def _pale_rows(gray: Gray, weakest: Gray, dpi: int) -> list[Box]:
    """The rows of letters of which ``gray`` shows no ink."""
    half = _halved(weakest)
    pale = _darker(half, _PALE)
    ink = cv2.dilate(_darker(_halved(gray), _INK), np.ones((3, 3), np.uint8)).astype(np.uint8)
    if cv2.countNonZero(cv2.subtract(pale, ink)) < _LEAST:
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pale)
    inked: npt.NDArray[np.bool_] = np.zeros(len(stats), bool)
    inked[np.unique(labels[ink > 0])] = True
    own = stats[1:][~inked[1:]].astype(np.int32)
    half_dpi = dpi // _STEP
    pieces = letters_of(own, TEN_POINTS_IN * half_dpi, half_dpi)
    if not len(pieces.boxes):
        return []
    rows = text_rows(pieces, np.ones(len(pieces.boxes), bool), (half.shape[0], half.shape[1]))
    boxes = [_on_page(row.box, gray) for row in rows]
    free = (box for box in boxes if not ink[box[1] // 2 : box[3] // 2, box[0] // 2 : box[2] // 2].any())
    return [box for box in free if _is_printed(weakest[box[1] : box[3], box[0] : box[2]])]


def _is_printed(row: Gray) -> bool:
    """Whether a row is no print of the other side."""
    levels = row.astype(np.float32)
    contrast = float(np.percentile(levels, 90) - np.percentile(levels, 2))
    steps = np.abs(cv2.Sobel(levels, cv2.CV_32F, 1, 0, ksize=3)) / 4
    return contrast >= _CONTRAST or float(np.percentile(steps, 98)) >= _SHARP * contrast


def _halved(gray: Gray) -> Gray:
    return cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _darker(gray: Gray, by: int) -> Gray:
    mean, inverted = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    return cv2.adaptiveThreshold(gray, 255, mean, inverted, _WINDOW, by).astype(np.uint8)


def _on_page(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    x0, y0, x1, y1 = (side * _STEP for side in box)
    return max(0, x0 - _PAD), max(0, y0 - _PAD), min(width, x1 + _PAD), min(height, y1 + _PAD)
