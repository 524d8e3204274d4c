"""Lines of text that run up or down a little: how much, and the picture with them level.

The columns of the picture are moved up or down (a shear); for the few degrees of a skew scan that is as good as a turn,
and its way back is one sum.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray

_STEEPEST = 0.14  # 8 degrees; what is steeper is no scan but a photograph
_LEAST = 0.002  # over a page's width less than half a line
_POINTS = 8_000  # of ink are looked at: 25 ms a page


def find_slope(ink: npt.NDArray[np.bool_]) -> float:
    """How much lines fall from left to right, pixels a pixel; 0 for level ones.

    The slope at which the ink falls into the fewest rows: its projection has the largest sum of squares (Postl, 1986).
    """
    y, x = np.nonzero(ink)
    if len(y) < 100:
        return 0.0
    step = -(-len(y) // _POINTS)
    y, x = y[::step], x[::step]

    def sharpness(slope: float) -> float:
        rows = np.round(y - slope * x).astype(np.int64)
        counts = np.bincount(rows - rows.min())
        return float((counts.astype(np.float64) ** 2).sum())

    coarse = max(np.linspace(-_STEEPEST, _STEEPEST, 57), key=sharpness)
    fine = float(max(np.linspace(coarse - 0.005, coarse + 0.005, 21), key=sharpness))
    # A page without lines has some sharpest slope too; it must be clearly better than none.
    return fine if abs(fine) > _LEAST and sharpness(fine) > 1.1 * sharpness(0.0) else 0.0


def level(gray: Gray, slope: float) -> tuple[Gray, int]:
    """The picture with its lines level, and the row that the upper left corner is in; white where nothing was."""
    height, width = gray.shape
    offset = math.ceil(max(0.0, slope * width))
    shifts = np.round(slope * np.arange(width)).astype(np.int64) - offset
    rows = np.arange(height + math.ceil(abs(slope) * width) + 1)[:, None] + shifts[None, :]
    inside = (rows >= 0) & (rows < height)
    moved = np.take_along_axis(gray, np.clip(rows, 0, height - 1), axis=0)
    return np.where(inside, moved, np.uint8(255)), offset
