"""A page's small skew: found, turned back for reading, and boxes carried between the two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray

_SEARCH_WIDTH = 600  # pixels; the rows of 9 pt text are still apart
_MAX_ANGLE = 12.0  # degrees
_WORTH_TURNING = 0.15  # degrees: a line of 1,500 px rises by 4 px, under a third of the x-height at 200 dpi


@dataclass(frozen=True, slots=True)
class Straightened:
    """A page turned by ``angle`` degrees (anticlockwise).

    ``forth`` maps pixels of the delivered page to this one's, ``back`` the other way (affine, 2 x 3).
    """

    gray: Gray
    angle: float
    forth: np.ndarray
    back: np.ndarray
    size: tuple[int, int]  # width and height of the page as delivered

    def to_page(self, box: Box) -> Box:
        """A box of the straight page as the box around it on the delivered page."""
        if not self.angle:
            return box
        corners = np.array([(box[0], box[1], 1), (box[2], box[1], 1), (box[2], box[3], 1), (box[0], box[3], 1)], float)
        points = corners @ self.back.T
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        width, height = self.size
        return (
            max(0, min(width - 1, math.floor(x0))),
            max(0, min(height - 1, math.floor(y0))),
            max(1, min(width, math.ceil(x1))),
            max(1, min(height, math.ceil(y1))),
        )

    def from_page(self, box: Box) -> Box:
        """The straight box whose turned image has ``box`` around it."""
        if not self.angle:
            return box
        x, y = self.forth @ np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0])
        rise = abs(math.sin(math.radians(self.angle)))
        outer_width, outer_height = box[2] - box[0], box[3] - box[1]
        width = max(outer_width * 0.5, outer_width - outer_height * rise)
        height = max(outer_height * 0.5, outer_height - outer_width * rise)
        return round(x - width / 2), round(y - height / 2), round(x + width / 2), round(y + height / 2)


def straighten(gray: Gray) -> Straightened:
    """``gray`` with its lines level."""
    height, width = gray.shape
    angle = skew_angle(gray)
    if abs(angle) < _WORTH_TURNING:
        still = np.array([[1.0, 0, 0], [0, 1, 0]])
        return Straightened(gray, 0.0, still, still, (width, height))
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    new_width, new_height = math.ceil(width * cos + height * sin), math.ceil(height * cos + width * sin)
    forth = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    forth[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    paper = int(np.percentile(gray[::8, ::8], 80))
    turned = cv2.warpAffine(
        gray, forth, (new_width, new_height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    return Straightened(turned.astype(np.uint8), angle, forth, cv2.invertAffineTransform(forth), (width, height))


def skew_angle(gray: Gray) -> float:
    """Degrees to turn the page by (anticlockwise) so that its lines are level; 0.0 where nothing speaks for another.

    The profile method (Postl, 1986): level lines make the sharpest steps between a page's rows.
    """
    scale = min(1.0, _SEARCH_WIDTH / gray.shape[1])
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15).astype(np.uint8)
    # A dark edge of the scanner's lid would outweigh the text.
    edge = max(4, ink.shape[1] // 40)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    if cv2.countNonZero(ink) < 100:
        return 0.0
    best = 0.0
    for step, reach in ((1.0, _MAX_ANGLE), (0.25, 1.0), (0.05, 0.25)):
        angles = [best + k * step for k in range(-round(reach / step), round(reach / step) + 1)]
        best = max(angles, key=lambda angle: _sharpness(ink, angle))
    # A page of figures or of nothing has no true maximum: it must clearly beat the page as it is.
    return best if _sharpness(ink, best) > 1.03 * _sharpness(ink, 0.0) else 0.0


def _sharpness(ink: Gray, angle: float) -> float:
    height, width = ink.shape
    turned = cv2.warpAffine(ink, cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), (width, height))
    rows = turned.sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())


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
