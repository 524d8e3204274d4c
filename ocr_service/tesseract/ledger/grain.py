"""Grain of a picture that has the size of small letters: the largest of many specks, where letters have few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ocr_service.geometry.ink_areas import InkArea
from ocr_service.geometry.ink_pieces import Stats

_MANY = 16  # pieces of an area that may be grain
_VERY_MANY, _LARGER = 400, 1.7  # the same of an area that Tesseract takes seconds for
_SPECKS = 1.5  # of the pieces of an area; a dirty scan has as many, but its letters are larger
_USUAL, _ALIKE = (5, 95), 1.7  # percentiles of a texture's ink, and their ratio: 1.6 of a woven one, 2.5 of letters
_LARGEST = 1.3  # times the least height of a letter: the usual height of grain's largest pieces


def is_grain(area: InkArea, stats: Stats, least: float) -> bool:
    """Whether an area's pieces are no letters. ``stats``: all pieces of the sheet's ink; ``least``: a letter's height.

    The heights of grain fall off from specks to the largest, those of letters begin with the smallest letters.
    """
    if area.pieces < _MANY or area.height >= _LARGEST * least:
        return False
    return _specks(area, stats, least) >= _SPECKS * area.pieces


def takes_too_long(area: InkArea, stats: Stats, least: float) -> bool:
    """Whether so much of an area is specks that reading it again takes half a minute and finds nothing.

    Of a texture all pieces have about the same ink; words may stand on it, so that it is no grain.
    """
    if area.pieces < _VERY_MANY:
        return False
    few_letters = area.height < _LARGER * least and _specks(area, stats, least) >= area.pieces
    return few_letters or _is_texture(area, stats, least)


def _is_texture(area: InkArea, stats: Stats, least: float) -> bool:
    """Whether nearly all of an area's many pieces of a letter's height have the same ink."""
    ink = stats[_within(area, stats) & (stats[:, 3] >= least), 4]
    if len(ink) < _VERY_MANY:
        return False
    few, most = np.percentile(ink, _USUAL)
    return bool(most < _ALIKE * few)


def _specks(area: InkArea, stats: Stats, least: float) -> int:
    return int(np.count_nonzero(_within(area, stats) & (stats[:, 3] < least)))


def _within(area: InkArea, stats: Stats) -> npt.NDArray[np.bool_]:
    x0, y0, x1, y1 = area.box
    x, y = stats[:, 0] + stats[:, 2] // 2, stats[:, 1] + stats[:, 3] // 2
    within: npt.NDArray[np.bool_] = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    return within
