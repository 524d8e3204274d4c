"""The moments of a piece of ink, and its picture in units of them: what a size and a place are measured by.

Centre and spread of ink are known to a tenth of a pixel where its edges are known to a whole one, so that a glyph's
size and baseline follow from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ink = npt.NDArray[np.float32]  # 0 is paper, 1 is ink
GRID = 24  # samples of a picture, across and down
REACH = 2.6  # of the spread, on each side of the centre
SMOOTH, SOFT = 0.18, 0.4  # of the spread, in sharp pictures and in those of small pieces
_SMALL = 3.2  # pixels
PIXEL = 1 / 12  # the variance of a pixel


@dataclass(frozen=True, slots=True)
class Moments:
    """``mass``: the ink. ``x``, ``y``: its centre. ``xx``, ``yy``: its variances."""

    mass: float
    x: float
    y: float
    xx: float
    yy: float

    @property
    def spread(self) -> float:
        return math.sqrt(max(self.xx + self.yy, 1e-9))


def moments_of(ink: Ink) -> Moments:
    """In pixels; the centre of the first pixel is 0."""
    down, across = ink.sum(axis=1, dtype=np.float64), ink.sum(axis=0, dtype=np.float64)
    mass = float(down.sum())
    if mass <= 0:
        return Moments(0.0, 0.0, 0.0, 0.0, 0.0)
    ys, xs = np.arange(len(down)), np.arange(len(across))
    x, y = float(xs @ across) / mass, float(ys @ down) / mass
    xx = float((xs - x) ** 2 @ across) / mass
    yy = float((ys - y) ** 2 @ down) / mass
    return Moments(mass, x, y, xx, yy)


def picture_of(ink: Ink, moments: Moments) -> npt.NDArray[np.float32]:
    """GRID x GRID samples around the centre, as a vector of mean 0 and length 1; softer ones of what ``is_small``."""
    spread = moments.spread
    smooth = math.sqrt(max(((SOFT if is_small(moments) else SMOOTH) * spread) ** 2 - PIXEL, 0.05))
    at = (np.arange(GRID) + 0.5) / GRID * 2 * REACH - REACH
    across = _weights(moments.x + at * spread, ink.shape[1], smooth)
    down = _weights(moments.y + at * spread, ink.shape[0], smooth)
    picture: npt.NDArray[np.float32] = unit((down @ ink @ across.T).reshape(1, -1).astype(np.float32))[0]
    return picture


def is_small(moments: Moments) -> bool:
    """Whether a pixel is too large for a sharp picture."""
    return moments.spread < _SMALL


def unit(pictures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each row with mean 0 and length 1."""
    level = pictures - pictures.mean(axis=1, keepdims=True)
    made: npt.NDArray[np.float32] = level / np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-9)
    return made.astype(np.float32)


def _weights(places: npt.NDArray[np.float64], count: int, smooth: float) -> npt.NDArray[np.float32]:
    away = (places[:, None] - np.arange(count)[None, :]) / smooth
    weights: npt.NDArray[np.float32] = np.exp(-0.5 * away * away).astype(np.float32)
    return weights
