"""The outlines of stamps, signatures and watermarks: strokes larger than letters which cross the text.

What is looked through is ink that is coloured, or paler than the text's; its strokes form groups, as words do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces, text_rows
from ocr_service.tesseract.stamps.bars import Mask, is_frame

# Inches. Of 60 pages of text, clean and blurred, at 100 to 300 dpi, none had a pale stroke as large as a seed.
_SEED = 0.22  # the least width of a stroke that tells of a stamp; letters of text that touch are long only
_SEEDS = 0.15  # of a stamp's strokes that are so wide; a faded text around one such stroke is no stamp
_STROKE = 0.1  # the least length of the others of that stamp
_CLOSED = 0.02  # gaps in a stroke where something crosses it
_STRAIGHT, _THIN = 0.6, 0.06  # level and upright strokes so long are ruling lines, where they are not thicker
_CELL, _GRID = 0.2, 0.6  # so long are those of small cells; of all strokes those of a grid of pale lines
_LARGE = 0.25  # the sides of a frame or of a watermark's letter, which text in colour has none of
_ROWS = 0.6  # of the strokes that stand as letters do in text
_APART = 0.25  # between strokes of one stamp
_SPACE, _ALIKE = 1.0, 1.6  # of the height of a watermark's words: the space between them, and the highest's
_FILLED = 0.15  # of the smallest rectangle around it that a word's strokes fill at least; a frame fills less
_EDGE = 0.04  # around the outermost strokes
_LEAST = (0.6, 0.3)  # sides of a stamp, the longer and the shorter
_OUTLINE = 0.5  # of its box that a stroke fills at most; what fills more is a picture or a coloured cell
_BOLD = 0.7  # the same of a stroke beside others of a stamp: a bold letter
_CROSSED = 0.2  # of its strokes that lie beside dark ink
# Large blurred print is black inside of pale strokes, which is no text that they cross, and pale around black ones: of
# its strokes more lie beside dark ink, of 20 stamps no more than 0.36.
_INSIDE, _RIM = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Outline:
    """A stamp's box on the page, and the area in it (255) that its strokes surround."""

    box: Box
    area: Gray


def outlines(ink: Gray, dark: Gray, inch: float) -> Iterator[Outline]:
    """The stamps of a page with ``inch`` pixels an inch.

    ``ink``: 255 is coloured or pale ink; ``dark``: 255 is the text's.
    """
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, square(_CLOSED * inch)).astype(np.uint8)
    strokes, seeds = _strokes(cv2.subtract(closed, _ruling_lines(closed, inch)).astype(np.uint8), inch)
    if not seeds.any():
        return
    areas = np.zeros_like(ink)
    _, groups, stats, _ = components_with_stats(cv2.dilate(strokes, square(_APART * inch)))
    found = []
    for group in np.unique(groups[seeds > 0]):
        x, y, w, h = (int(value) for value in stats[group][:4])
        part = np.s_[y : y + h, x : x + w]
        points = cv2.findNonZero(as_ink((groups[part] == group) & (strokes[part] > 0)))
        found.append(_Group.of((points + np.array((x, y))).astype(np.int32)))
    for group in _joined(found):
        cv2.drawContours(areas, [cv2.convexHull(group.points)], 0, 255, cv2.FILLED)
    areas = cv2.dilate(areas, square(_EDGE * inch)).astype(np.uint8)
    rim = cv2.dilate(strokes, np.ones((5, 5), np.uint8)).astype(np.uint8)
    crossed = cv2.bitwise_and(strokes, cv2.dilate(_reaching_out(dark, rim), np.ones((5, 5), np.uint8)))
    beside_dark = cv2.bitwise_and(strokes, cv2.dilate(dark, np.ones((5, 5), np.uint8)))
    _, labels, stats, _ = components_with_stats(areas)
    for label, (x, y, w, h, _area) in enumerate(stats.tolist()):
        if not label or max(w, h) < _LEAST[0] * inch or min(w, h) < _LEAST[1] * inch:
            continue
        part = np.s_[y : y + h, x : x + w]
        own = labels[part] == label
        written, stroked = as_ink(own & (ink[part] > 0)), own & (strokes[part] > 0)
        crosses = np.count_nonzero(crossed[part][own]) >= _CROSSED * inch
        rims = np.count_nonzero(beside_dark[part][own]) > _RIM * np.count_nonzero(stroked)
        wide = np.count_nonzero(own & (seeds[part] > 0)) >= _SEEDS * np.count_nonzero(stroked)
        if crosses and wide and not rims and not _is_grid(as_ink(stroked), inch) and not _is_text(written, inch):
            yield Outline((x, y, x + w, y + h), as_ink(own))


def _reaching_out(dark: Gray, rim: Gray) -> Gray:
    """The pieces of ``dark`` that lie for the most part outside ``rim``, the strokes and what is close beside them."""
    count, labels, stats, _ = components_with_stats(dark)
    inside = np.bincount(labels[rim > 0], minlength=count)
    out = inside < _INSIDE * stats[:, 4]
    out[0] = False
    return as_ink(out[labels])


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Strokes that stand near each other: their points, and the smallest rectangle (OpenCV's) around them.

    ``height``: of a word, however it is rotated; ``is_filled``: with ink.
    """

    points: npt.NDArray[np.int32]
    rectangle: tuple[tuple[float, float], tuple[float, float], float]
    height: float
    is_filled: bool

    @classmethod
    def of(cls, points: npt.NDArray[np.int32]) -> _Group:
        middle, size, angle = cv2.minAreaRect(points)
        filled = len(points) > _FILLED * size[0] * size[1]
        return cls(points, ((middle[0], middle[1]), (size[0], size[1]), angle), min(size), filled)

    def grown(self, by: float) -> tuple[tuple[float, float], tuple[float, float], float]:
        middle, (w, h), angle = self.rectangle
        return middle, (w + by, h + by), angle

    def goes_on_in(self, other: _Group) -> bool:
        """Whether both are words of one watermark: as high, and no more than a space apart."""
        if not (self.is_filled and other.is_filled):
            return False
        low, high = sorted((self.height, other.height))
        if high >= _ALIKE * low:
            return False
        space = _SPACE * low
        return bool(cv2.rotatedRectangleIntersection(self.grown(space), other.grown(space))[0])


def _joined(groups: list[_Group]) -> list[_Group]:
    """The groups, those of one watermark as one: the larger its letters, the wider its spaces."""
    joined: list[_Group] = []
    for group in sorted(groups, key=lambda group: group.rectangle[0]):
        parts = [other for other in joined if other.goes_on_in(group)]
        joined = [other for other in joined if other not in parts]
        joined.append(_Group.of(np.concatenate([part.points for part in (*parts, group)])) if parts else group)
    return joined


def _strokes(ink: Gray, inch: float) -> tuple[Gray, Gray]:
    """The strokes of ``ink`` that may be a stamp's, without filled areas; and those that are too large for letters.

    What touches the edge of the picture is the shadow of the page's, or the table under it.
    """
    _, labels, stats, _ = components_with_stats(ink)
    x, y, w, h, area = (stats[:, column] for column in range(5))
    within = (x > 0) & (y > 0) & (x + w < ink.shape[1]) & (y + h < ink.shape[0])
    seed = within & (area < _OUTLINE * w * h) & (np.minimum(w, h) >= _SEED * inch)
    seed[0] = False
    if not seed.any():
        return ink, np.zeros_like(ink)
    open_ = area < _BOLD * w * h
    open_[0] = False
    for piece in np.flatnonzero(seed).tolist():
        own = labels[y[piece] : y[piece] + h[piece], x[piece] : x[piece] + w[piece]] == piece
        if is_frame(own, inch):
            seed[piece] = open_[piece] = False
    return as_ink((open_ & (np.maximum(w, h) >= _STROKE * inch))[labels]), as_ink(seed[labels])


def _ruling_lines(ink: Gray, inch: float) -> Gray:
    """The thin level and upright runs of ``ink``, which may be a hair off level."""
    length = round(_STRAIGHT * inch)
    level = cv2.morphologyEx(cv2.dilate(ink, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(cv2.dilate(ink, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return _without_thick(cv2.bitwise_or(level, down).astype(np.uint8), inch)


def _is_grid(strokes: Gray, inch: float) -> bool:
    """Whether most of the strokes are thin level and upright ones, those of small cells."""
    length = round(_CELL * inch)
    level = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    straight = _without_thick(cv2.bitwise_or(level, down).astype(np.uint8), inch)
    return cv2.countNonZero(straight) > _GRID * cv2.countNonZero(strokes)


def _is_text(ink: Gray, inch: float) -> bool:
    """Whether the strokes are letters in rows and no more: text in colour, between black ruling lines."""
    _, _, stats, _ = components_with_stats(ink)
    if np.any(np.minimum(stats[1:, 2], stats[1:, 3]) > _LARGE * inch):
        return False
    pieces = letter_pieces(ink, TEN_POINTS_IN * inch, round(inch))
    rows = text_rows(pieces, np.ones(len(pieces.boxes), bool), (ink.shape[0], ink.shape[1]))
    return sum(row.ink for row in rows) > _ROWS * cv2.countNonZero(ink)


def _without_thick(ink: Gray, inch: float) -> Gray:
    return cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, square(_THIN * inch))).astype(np.uint8)


def as_ink(where: Mask) -> Gray:
    """Ink, 255, where ``where`` says so."""
    return where.astype(np.uint8) * np.uint8(255)


def square(side: float) -> Gray:
    """An area of that many pixels a side, for OpenCV's morphology."""
    return np.ones((max(1, round(side)), max(1, round(side))), np.uint8)
