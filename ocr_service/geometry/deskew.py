"""The skew of a page: the angle found, the page rotated level, and boxes mapped between the two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray

_SEARCH_WIDTH = 600  # pixels; the rows of 9 pt text are still apart
_MAX_ANGLE = 12.0  # degrees
# Degrees, and by which factor level lines are sharper than the same lines rotated so. (Rotation itself blurs a little.)
_LESS_SHARP = ((2.0, 2.0), (0.5, 1.1), (0.25, 1.05), (0.75, 1.2))
_LEAST_ANGLE = 0.15  # degrees: a line of 1,500 px rises by 4 px, under a third of the x-height at 200 dpi


@dataclass(frozen=True, slots=True)
class Skew:
    """How a page was made level: rotated by ``angle`` degrees (anticlockwise).

    ``to_level`` maps pixels of the page as delivered to the level one's, ``to_source`` the other way (affine, 2 x 3).
    ``size``: width and height of the page as delivered, in pixels. ``shifts``: by how many pixels each column of the
    level page was moved up to make bent lines straight.
    """

    angle: float
    to_level: npt.NDArray[np.float64]
    to_source: npt.NDArray[np.float64]
    size: tuple[int, int]
    shifts: npt.NDArray[np.int32] | None = None

    def to_page(self, box: Box) -> Box:
        """A box of the level page as the box around it on the page as delivered."""
        if self.shifts is not None and len(moved := self.shifts[max(0, box[0]) : max(1, box[2])]):
            height = self.size[1] if not self.angle else box[3] + int(moved.max())
            top, bottom = max(0, box[1] + int(moved.min())), min(height, box[3] + int(moved.max()))
            box = (box[0], min(top, height - 1), box[2], max(bottom, 1))
        if not self.angle:
            return box
        corners = np.array([(box[0], box[1], 1), (box[2], box[1], 1), (box[2], box[3], 1), (box[0], box[3], 1)], float)
        points = corners @ self.to_source.T
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        width, height = self.size
        return (
            max(0, min(width - 1, math.floor(x0))),
            max(0, min(height - 1, math.floor(y0))),
            max(1, min(width, math.ceil(x1))),
            max(1, min(height, math.ceil(y1))),
        )

    def from_page(self, box: Box) -> Box:
        """The level box whose rotated image has ``box`` around it."""
        box = self._rotated_level(box)
        if self.shifts is None:
            return box
        moved = int(self.shifts[min(len(self.shifts) - 1, max(0, (box[0] + box[2]) // 2))])
        return box[0], box[1] - moved, box[2], box[3] - moved

    def _rotated_level(self, box: Box) -> Box:
        if not self.angle:
            return box
        x, y = self.to_level @ np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0])
        rise = abs(math.sin(math.radians(self.angle)))
        outer_width, outer_height = box[2] - box[0], box[3] - box[1]
        width = max(outer_width * 0.5, outer_width - outer_height * rise)
        height = max(outer_height * 0.5, outer_height - outer_width * rise)
        return round(x - width / 2), round(y - height / 2), round(x + width / 2), round(y + height / 2)


def deskew(gray: Gray) -> tuple[Gray, Skew]:
    """``gray`` with its lines level, on a canvas that holds all of it, and how it was rotated.

    A skew of less than 0.15 degrees stays: the page is returned as it is.
    """
    height, width = gray.shape
    angle = skew_angle(gray)
    if abs(angle) < _LEAST_ANGLE:
        identity = np.array([[1.0, 0, 0], [0, 1, 0]])
        return gray, Skew(0.0, identity, identity, (width, height))
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    new_width, new_height = math.ceil(width * cos + height * sin), math.ceil(height * cos + width * sin)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    paper = int(np.percentile(gray[::8, ::8], 80))
    level = cv2.warpAffine(
        gray, matrix, (new_width, new_height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    to_level = matrix.astype(np.float64)
    to_source = cv2.invertAffineTransform(matrix).astype(np.float64)
    return level.astype(np.uint8), Skew(angle, to_level, to_source, (width, height))


def skew_angle(gray: Gray) -> float:
    """Degrees to rotate the page by (anticlockwise) so that its lines are level, -12 to 12; 0.0 where none is sharper.

    The profile method (Postl, 1986): level lines make the sharpest steps between a page's rows.
    """
    scale = min(1.0, _SEARCH_WIDTH / gray.shape[1])
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15).astype(np.uint8)
    # A dark edge of the scanner's lid would outweigh the text.
    edge = max(4, ink.shape[1] // 40)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    if cv2.countNonZero(ink) < 100 or _is_level(ink):
        return 0.0
    best = 0.0
    for step, reach in ((1.0, _MAX_ANGLE), (0.25, 1.0), (0.05, 0.25)):
        angles = [best + k * step for k in range(-round(reach / step), round(reach / step) + 1)]
        best = max(angles, key=lambda angle: _sharpness(ink, angle))
    # A page of figures or of nothing has no true maximum: it must clearly beat the page as it is.
    return best if _sharpness(ink, best) > 1.03 * _sharpness(ink, 0.0) else 0.0


def _is_level(ink: Gray) -> bool:
    """Whether the lines of a page surely are level: seen with 7 to 9 rotations where a search takes 50."""
    level = _sharpness(ink, 0.0)
    return all(level > least * _sharpness(ink, sign * angle) for angle, least in _LESS_SHARP for sign in (-1, 1))


def _sharpness(ink: Gray, angle: float) -> float:
    height, width = ink.shape
    rotated = cv2.warpAffine(ink, cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), (width, height))
    rows = cv2.reduce(rotated, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel().astype(np.float64)
    return float(np.square(np.diff(rows)).sum())


def slope_of(gray: Gray) -> float:
    """How much lines fall from left to right, in pixels a pixel; 0.0 for level ones."""
    angle = skew_angle(gray)
    return math.tan(math.radians(angle)) if abs(angle) >= _LEAST_ANGLE else 0.0


def sheared_level(gray: Gray, slope: float) -> tuple[Gray, int]:
    """``gray`` with its columns moved so that lines of ``slope`` are level, and the row of its upper left corner.

    White where the page had nothing. Columns stay where they are: boxes need only their rows moved back.
    """
    height, width = gray.shape
    offset = math.ceil(max(0.0, slope * width))
    shifts = np.round(slope * np.arange(width)).astype(np.int64) - offset
    rows = np.arange(height + math.ceil(abs(slope) * width) + 1)[:, None] + shifts[None, :]
    inside = (rows >= 0) & (rows < height)
    moved = np.take_along_axis(gray, np.clip(rows, 0, height - 1), axis=0)
    return np.where(inside, moved, np.uint8(255)), offset
