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
_REACH = 2.6  # of the spread, on each side of the centre
_SMOOTH = 0.18  # of the spread
_PIXEL = 1 / 12  # the variance of a pixel


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
    """GRID x GRID samples around the centre, as a vector of mean 0 and length 1."""
    spread = moments.spread
    smooth = math.sqrt(max((_SMOOTH * spread) ** 2 - _PIXEL, 0.05))
    at = (np.arange(GRID) + 0.5) / GRID * 2 * _REACH - _REACH
    across = _weights(moments.x + at * spread, ink.shape[1], smooth)
    down = _weights(moments.y + at * spread, ink.shape[0], smooth)
    picture = (down @ ink @ across.T).ravel().astype(np.float32)
    picture -= picture.mean()
    unit: npt.NDArray[np.float32] = picture / max(float(np.linalg.norm(picture)), 1e-9)
    return unit


def _weights(places: npt.NDArray[np.float64], count: int, smooth: float) -> npt.NDArray[np.float32]:
    away = (places[:, None] - np.arange(count)[None, :]) / smooth
    weights: npt.NDArray[np.float32] = np.exp(-0.5 * away * away).astype(np.float32)
    return weights
