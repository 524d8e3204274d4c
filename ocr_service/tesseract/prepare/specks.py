"""Specks of copied and microfilmed pages: taken off where there are many more of them than letters.

Between letters and on them they keep Tesseract from its lines. A point at the end of a sentence is as large as they
are; on such a page the words are worth more.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.geometry.ink_pieces import LabelledInk

# Inches, of a piece's longer side: a speck wherever it is, a speck where no letter is near, a letter's or a picture's.
_SPECK_IN, _LONE_SPECK_IN, _LETTER_IN = 0.022, 0.042, 0.046
_BESIDE_IN, _OVER_IN = 0.05, 0.04  # inches from a letter at which its own points and accents stand
# Specks a page, and for each larger piece. Of twelve copied pages of typescript those with more gave 1.2 to 3 times as
# many words of Tesseract's dictionaries without them, those with fewer about the same.
_LEAST, _MANY = 1500, 5.0
# How much the distances to the next piece vary, as a share of their mean: 0.42 and more on those pages, 0.1 where dots
# are of print or a screen. Measured on as many pieces.
_IRREGULAR, _MEASURED = 0.35, 150


def speck_mask(pieces: LabelledInk, dpi: int) -> Gray | None:
    """Where the specks of a page are (255), with the pixel around them that is not ink; None where it has few."""
    sides = pieces.stats[:, 2:4].max(axis=1)
    small = sides <= _LONE_SPECK_IN * dpi
    if small.sum() < max(_LEAST, _MANY * (sides > _LETTER_IN * dpi).sum()):
        return None
    middles = pieces.stats[:, :2] + pieces.stats[:, 2:4] // 2
    if _variation(middles[small]) < _IRREGULAR:
        return None
    reach = np.ones((2 * round(_OVER_IN * dpi) + 1, 2 * round(_BESIDE_IN * dpi) + 1), np.uint8)
    near = cv2.dilate(pieces.mask(~small), reach)
    specks = small & ((sides <= _SPECK_IN * dpi) | (near[middles[:, 1], middles[:, 0]] == 0))
    around = np.ones((3, 3), np.uint8)
    found, kept = (cv2.dilate(pieces.mask(which), around) for which in (specks, ~specks))
    return np.where(kept > 0, 0, found).astype(np.uint8)


def _variation(middles: npt.NDArray[np.int32]) -> float:
    """The standard deviation of the distances from piece to next piece, as a share of their mean."""
    x, y = middles.T.astype(np.float32)
    step = max(1, len(middles) // _MEASURED)
    squares = (x[::step, None] - x) ** 2 + (y[::step, None] - y) ** 2
    squares[squares == 0] = np.inf  # the piece itself
    nearest = np.sqrt(squares.min(axis=1))
    return float(nearest.std() / nearest.mean())
