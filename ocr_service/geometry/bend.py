"""Pages that are bent, as at the spine of a book: how far each column lies off, and the page with its lines straight.

Neighbouring strips of a page are laid over each other; a smooth curve through their shifts is the bend, if the page's
rows are clearly sharper with it.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray

Shifts = npt.NDArray[np.int32]  # a column each: pixels that it is moved up by

_WIDTH = 800  # pixels of the page that is looked at
_STRIPS = 40
_MOST = 2  # pixels between neighbouring strips: a slope of 6 degrees
_DEGREE = 5  # of the curve
_LEAST_INK = 0.01  # of a strip's pixels
_ALIKE = 0.35  # correlation of two strips that have the same lines
_LEAST = 3.0  # pixels of the reduced page by which a bent page is off somewhere
_SHARPER = 1.12  # of the page's rows, with the curve; figures and level columns have less
_FACTORS = (1.0, 1.15, 1.3, 1.5, 1.75)
_BLOCK = 4  # columns that are moved together


def bend_of(gray: Gray) -> Shifts | None:
    """The shifts that make the lines of a page straight; None for a page that is not bent."""
    scale = min(1.0, _WIDTH / gray.shape[1])
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    width = small.shape[1] // _STRIPS
    if width < 4 or small.shape[0] < 100:
        return None
    strips = ink[:, : width * _STRIPS].reshape(ink.shape[0], _STRIPS, width).sum(axis=2, dtype=np.float32).T
    curve = _curve(strips, width)
    if curve is None or float(np.abs(curve - np.median(curve)).max()) < _LEAST:
        return None
    curve -= np.median(curve)
    # Steep places look less steep than they are, since lines rise inside of a strip.
    curve = max((curve * factor for factor in _FACTORS), key=lambda tried: _sharpness(strips, tried))
    if _sharpness(strips, curve) < _SHARPER * _sharpness(strips, np.zeros(_STRIPS)):
        return None
    middles = (np.arange(_STRIPS) + 0.5) * width / scale
    shifts: Shifts = np.round(np.interp(np.arange(gray.shape[1]), middles, curve / scale)).astype(np.int32)
    return shifts


def _curve(strips: npt.NDArray[np.float32], width: int) -> npt.NDArray[np.float64] | None:
    """Rows by which each strip lies below the first, as a smooth curve."""
    steps = np.zeros(_STRIPS - 1)
    known = np.zeros(_STRIPS - 1, bool)
    inked = strips.mean(axis=1) > _LEAST_INK * width
    calm = strips - strips.mean(axis=1, keepdims=True)
    for index in range(_STRIPS - 1):
        if inked[index] and inked[index + 1]:
            shift, alike = _step(calm[index], calm[index + 1])
            steps[index], known[index] = shift, alike > _ALIKE
    if known.sum() < 0.4 * _STRIPS:
        return None
    # The steps are the curve's slope: fitted, so that a wrong one counts little, and summed.
    x = np.linspace(-1, 1, _STRIPS - 1)
    slope = np.polynomial.polynomial.polyfit(x[known], steps[known], _DEGREE - 1)
    fitted = np.polynomial.polynomial.polyval(x, slope)
    return np.concatenate([[0.0], np.cumsum(np.clip(fitted, -_MOST, _MOST))])


def _step(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Rows by which ``right`` lies below ``left``, and how alike they are then, -1 to 1."""
    norm = math.sqrt(float((left * left).sum() * (right * right).sum())) or 1.0
    scores = [
        float((left[_MOST + 1 : -_MOST - 1] * right[_MOST + 1 + s : len(right) - _MOST - 1 + s]).sum()) / norm
        for s in range(-_MOST - 1, _MOST + 2)
    ]
    best = int(np.argmax(scores[1:-1])) + 1
    before, here, after = scores[best - 1 : best + 2]
    bow = before - 2 * here + after
    part = 0.5 * (before - after) / bow if bow < 0 else 0.0
    return best - _MOST - 1 + max(-0.5, min(0.5, part)), here


def _sharpness(strips: npt.NDArray[np.float32], curve: npt.NDArray[np.float64]) -> float:
    return float(np.square(np.diff(_moved(strips, curve).sum(axis=0))).sum())


def _moved(strips: npt.NDArray[np.float32], curve: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The strips, each moved up by the curve."""
    return np.stack([np.roll(strip, -round(float(shift))) for strip, shift in zip(strips, curve, strict=True)])


def straightened(gray: Gray, shifts: Shifts) -> Gray:
    """``gray`` with each column moved up by its shift; paper's colour where it had nothing."""
    height, width = gray.shape
    flat = np.full_like(gray, int(np.percentile(gray[::8, ::8], 80)))
    for x in range(0, width, _BLOCK):
        shift = int(shifts[x])
        source = gray[max(0, shift) : min(height, height + shift), x : x + _BLOCK]
        flat[max(0, -shift) : max(0, -shift) + len(source), x : x + _BLOCK] = source
    return flat
