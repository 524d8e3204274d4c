"""Pieces of ink that have a letter's size, and the areas that they form.

A piece is a connected component of ink. An area counts as text where its pieces have the regular heights of type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components
from ocr_service.geometry.ink_pieces import Stats, ink_stats

TEN_POINTS_IN = 10 / 72  # inches: the usual size of type
_HEIGHTS = (0.3, 2.6)  # em, of letters from footnotes to headings; dots, dashes and pictures are outside
_WIDEST = 8.0  # times the height: letters that touch
_SOLID = 0.92  # of its box: a bar or a bullet, no letter (but an l, which is narrow)
_FAINT = 0.06
_REACH = (0.7, 0.35)  # em, sideways and up and down, within which pieces are one area
_REGULAR = 0.7  # of an area's pieces must be within a third of their median height
_LEAST_PIECES, _ROW = 3, 1.4  # a line is wider than high; pieces of a drawing are stacked as they come
_MANY_PIECES = 10  # of one height, in a column, are digits
# Of a piece's box, what letters that touch fill, strokes of a drawing fill less and bars more; of its height, a letter.
_JOINED, _WIDTH = (0.3, 0.7), 0.9
_LOWEST = 0.45  # em, of letters that touch; grain is lower
_OVERLAP = 0.12  # em of a piece's height, above and below, that does not join it to another row
_ROW_PIECES, _LONG = 5, 3.0  # of a row that is text for sure: how many, and its width in their height
_SHORT_ROW = (3, 1.4)  # the same of a label, which stands among others
# Of a piece's height, and pixels, that its foot may be off the line of the others.
_LEVEL, _LEVEL_PIXELS = 0.25, 2.0
_PATTERN_PIECES, _PATTERN_SIZES, _PATTERN = 16, 4, 0.9  # least pieces, sizes at most, and their share of the pieces
_DASHES, _ONE_COLUMN = 10, 2.0  # least pieces of a broken line, and its width in that of its dashes
_SAME_SIZE, _SAME_INK = 3, 1.15  # pixels, and times the ink
# Areas are grouped at a quarter of the size; rows of type of less than 20 pixels would run together there.
_STEP, _COARSE_EM, _FINER = 4, 20.0, 8


@dataclass(frozen=True, slots=True)
class Pieces:
    """Letter-like pieces: ``boxes`` (n x 4, x0 y0 x1 y1) and ``areas`` in pixels. ``em``: the usual size of type."""

    boxes: npt.NDArray[np.int32]
    areas: npt.NDArray[np.int32]
    em: float


@dataclass(frozen=True, slots=True)
class InkArea:
    """A place with letter-like pieces: how many ``pieces``, their ink and their usual height in pixels.

    ``regular``: the pieces have the heights and the places of type.
    """

    box: Box
    pieces: int
    ink: int
    height: float
    regular: bool


def letter_pieces(ink: Gray, em: float, dpi: int, *, least_height: float = 5.0) -> Pieces:
    """The pieces of ``ink`` (255 is ink) of the size of letters, in type of ``em`` pixels or of ten points.

    ``least_height``: pixels below which a piece says nothing.
    """
    return letters_of(ink_stats(ink), em, dpi, least_height=least_height)


def letters_of(stats: Stats, em: float, dpi: int, *, least_height: float = 5.0) -> Pieces:
    """``letter_pieces`` of ink whose pieces are known."""
    x, y, w, h, area = (stats[:, column] for column in range(5))
    filled = area / (w * h)
    least, most = max(least_height, least_letter(em, dpi)), _HEIGHTS[1] * max(em, TEN_POINTS_IN * dpi)
    letter = (h >= least) & (h <= most) & (w <= _WIDEST * h) & (w >= 2)
    letter &= (filled > _FAINT) & ((filled < _SOLID) | (w < 0.4 * h))
    boxes = np.stack([x, y, x + w, y + h], axis=1)[letter].astype(np.int32)
    return Pieces(boxes, area[letter].astype(np.int32), em)


def least_letter(em: float, dpi: int) -> float:
    """The least height in pixels of a letter in type of ``em`` pixels or of ten points."""
    return _HEIGHTS[0] * min(em, TEN_POINTS_IN * dpi)


def ink_areas(pieces: Pieces, chosen: npt.NDArray[np.bool_], shape: tuple[int, int]) -> list[InkArea]:
    """The areas of the ``chosen`` pieces, the one with the most ink first. ``shape``: of the page, height and width."""
    areas = []
    for members in _groups(pieces, chosen, shape, _REACH):
        area, alike = _area(pieces, members)
        x0, y0, x1, y1 = area.box
        row = letters_in(pieces, members) >= _LEAST_PIECES and x1 - x0 >= _ROW * (y1 - y0)
        regular = alike >= _REGULAR and (row or area.pieces >= _MANY_PIECES) and not _is_pattern(pieces, members)
        areas.append(replace(area, regular=regular))
    return sorted(areas, key=lambda area: -area.ink)


def text_rows(
    pieces: Pieces, chosen: npt.NDArray[np.bool_], shape: tuple[int, int], *, short: bool = False
) -> list[InkArea]:
    """Of the ``chosen`` pieces those that stand in a row as letters do: of one height, on one line.

    What a photograph or a drawing has of a letter's size does not. ``short``: rows of a short word count as well.
    """
    return [row for row, _ in rows_and_members(pieces, chosen, shape, short=short)]


def rows_and_members(
    pieces: Pieces, chosen: npt.NDArray[np.bool_], shape: tuple[int, int], *, short: bool = False
) -> Iterator[tuple[InkArea, npt.NDArray[np.intp]]]:
    """The ``text_rows``, each with the indices of its pieces."""
    least, long = _SHORT_ROW if short else (_ROW_PIECES, _LONG)
    for members in _groups(pieces, chosen, shape, (_REACH[0], -_OVERLAP)):
        area, alike = _area(pieces, members)
        x0, _, x1, _ = area.box
        feet = pieces.boxes[members, 3]
        level = float(np.mean(np.abs(feet - np.median(feet)) <= max(_LEVEL * area.height, _LEVEL_PIXELS)))
        count = letters_in(pieces, members) if short else area.pieces
        row = count >= least and x1 - x0 >= long * area.height and min(alike, level) >= _REGULAR
        if row and not _is_pattern(pieces, members):
            yield replace(area, regular=True), members


def letters_in(pieces: Pieces, members: npt.NDArray[np.intp]) -> int:
    """How many letters these pieces are at least: in coarse print letters touch, and a word is a piece or two."""
    boxes = pieces.boxes[members]
    w, h = (boxes[:, 2:] - boxes[:, :2]).T
    filled = pieces.areas[members] / (w * h)
    joined = (filled >= _JOINED[0]) & (filled <= _JOINED[1]) & (h >= _LOWEST * pieces.em)
    return int(np.where(joined, np.maximum(1, w // (_WIDTH * h)), 1).sum())


def _is_pattern(pieces: Pieces, members: npt.NDArray[np.intp]) -> bool:
    """Whether nearly all of many pieces have the same few sizes: dots, a border's ornaments. Text has many letters."""
    boxes = pieces.boxes[members]
    across = np.ptp(boxes[:, [0, 2]]) <= _ONE_COLUMN * float(np.median(boxes[:, 2] - boxes[:, 0]))
    if len(members) < (_DASHES if across else _PATTERN_PIECES):
        return False
    inked = np.log(np.maximum(1, pieces.areas[members])) / math.log(_SAME_INK)
    sizes = np.stack([*(boxes[:, 2:] - boxes[:, :2]).T // _SAME_SIZE, inked.round()], axis=1)
    _, counts = np.unique(sizes, axis=0, return_counts=True)
    commonest = np.sort(counts)[::-1][: max(2, len(members) // _PATTERN_PIECES)][:_PATTERN_SIZES]
    return float(commonest.sum()) >= _PATTERN * len(members)


def _groups(
    pieces: Pieces, chosen: npt.NDArray[np.bool_], shape: tuple[int, int], reach: tuple[float, float]
) -> list[npt.NDArray[np.intp]]:
    """The indices of the ``chosen`` pieces by areas. ``reach`` in em, sideways, and up and down."""
    indices = np.flatnonzero(chosen)
    if not len(indices):
        return []
    step = _STEP if pieces.em >= _COARSE_EM else max(1, int(pieces.em / _FINER))
    mask = np.zeros((shape[0] // step + 2, shape[1] // step + 2), np.uint8)
    dx, dy = (round(side * pieces.em) for side in reach)
    for x0, y0, x1, y1 in pieces.boxes[indices].tolist():
        top, bottom = sorted((y0 - dy, y1 + dy))
        mask[max(0, top) // step : bottom // step + 1, max(0, x0 - dx) // step : (x1 + dx) // step + 1] = 1
    _, labels = components(mask)
    middles = (pieces.boxes[indices, :2] + pieces.boxes[indices, 2:]) // 2
    group = labels[middles[:, 1] // step, middles[:, 0] // step]
    order = np.argsort(group, kind="stable")
    return np.split(indices[order], np.flatnonzero(np.diff(group[order])) + 1)


def _area(pieces: Pieces, members: npt.NDArray[np.intp]) -> tuple[InkArea, float]:
    """The area of these pieces, and the share of them that are about as high as most."""
    boxes = pieces.boxes[members]
    heights = (boxes[:, 3] - boxes[:, 1]).astype(float)
    height = float(np.median(heights))
    alike = float(np.mean((heights > height / 1.5) & (heights < height * 1.5)))
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    return InkArea((x0, y0, x1, y1), len(members), int(pieces.areas[members].sum()), height, False), alike
