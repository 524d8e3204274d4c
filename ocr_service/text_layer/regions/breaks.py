"""Between which of a region's proven words something else may stand: text that is not proven, or a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box
from ocr_service.tesseract.words import Line, Word

_WIDE = 1.5  # em between two words: the second may be another column's
_LEAST_PIXELS = 2
_THIN = 3  # pixels; what is narrower has room for nothing


def breaks(lines: Sequence[Line], box: Box, other: npt.NDArray[np.bool_], *, of_table: bool) -> tuple[int, ...]:
    """Places in the words of ``lines``, which are level and in the region ``box``, before which more may stand.

    ``other``: the page's pixels with ink that is not of these words. The number of words is the place behind them all.
    ``of_table``: a line's last word is never followed by the next line's first.
    """
    found = [] if _is_free(other, _before(lines[0], box)) else [0]
    at = 0
    for line, following in (*pairwise(lines), (lines[-1], None)):
        for left, right in pairwise(line.words):
            at += 1
            if right.box[0] - left.box[2] > _WIDE * line.em or not _is_free(other, [_gap(line, left, right)]):
                found.append(at)
        at += 1
        strips = _after(line, box) if following is None else _between(line, following, box)
        beside = following is not None and (of_table or following.box[1] < (line.box[1] + line.box[3]) / 2)
        if beside or not _is_free(other, strips):
            found.append(at)
    return tuple(found)


def _gap(line: Line, left: Word, right: Word) -> Box:
    return left.box[2], line.box[1], right.box[0], line.box[3]


def _before(line: Line, box: Box) -> Iterator[Box]:
    yield box[0], box[1], box[2], line.box[1]
    yield box[0], line.box[1], line.box[0], line.box[3]


def _after(line: Line, box: Box) -> Iterator[Box]:
    yield line.box[2], line.box[1], box[2], line.box[3]
    yield box[0], line.box[3], box[2], box[3]


def _between(line: Line, following: Line, box: Box) -> Iterator[Box]:
    yield line.box[2], line.box[1], box[2], line.box[3]
    yield box[0], line.box[3], box[2], following.box[1]
    yield box[0], following.box[1], following.box[0], following.box[3]


def _is_free(other: npt.NDArray[np.bool_], strips: Iterator[Box] | Sequence[Box]) -> bool:
    return all(
        min(x1 - x0, y1 - y0) < _THIN or np.count_nonzero(other[y0:y1, x0:x1]) <= _LEAST_PIXELS
        for x0, y0, x1, y1 in strips
    )
