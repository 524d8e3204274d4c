"""Columns of short lines beside others, as in a CV: their lines stand at heights of their own, which rows do not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from ocr_service.tesseract.words import Line

_LINES = 10  # on each side of the white, and that begin at one place behind it
_MOST_TRIED = 6  # such places
_NEAR = 0.3  # em between the beginnings of such lines
_WHITE = 0.8  # em between the columns
_LEVEL = 0.12  # em between baselines of one row, and from the middle of two
_UNEVEN = 0.4  # of the lines of one side; of columns with leadings of their own 0.6
_ROW_STEP = 2.5  # em to the next line of the other side


def uneven_columns(lines: Sequence[Line]) -> Iterator[tuple[float, int, int]]:
    """White between columns whose lines share no heights: its x, top and bottom, in pixels.

    The cells of a row stand at one height, or one in the middle of two lines of another.
    """
    for start, em in _beginnings(lines):
        found = _white_before(start, em, lines)
        if found is None:
            continue
        x, top, bottom = found
        level = [line for line in lines if top <= _middle(line) <= bottom]
        left = [line for line in level if line.box[2] <= x]
        right = [line for line in level if abs(line.box[0] - start) < 4 * em]
        if min(len(left), len(right)) >= _LINES and _uneven(left, right) >= _UNEVEN <= _uneven(right, left):
            yield x, top, bottom


def _beginnings(lines: Sequence[Line]) -> list[tuple[int, float]]:
    """Where many lines begin one under the other, and their type size; the most first."""
    starts = sorted((line.box[0], line.em) for line in lines)
    places, counts = [start for start, _ in starts], []
    place = 0
    while place < len(starts):
        start, em = starts[place]
        end = bisect_right(places, start + _NEAR * em, place)
        if end - place >= _LINES:
            counts.append((end - place, start, em))
        place = end
    return [(start, em) for _, start, em in sorted(counts, reverse=True)[:_MOST_TRIED]]


def _white_before(start: int, em: float, lines: Sequence[Line]) -> tuple[float, int, int] | None:
    """The longest white before ``start`` that no line crosses, between the first and the last line that begin there."""
    edge = start - _WHITE * em
    first: int | None = None
    best: tuple[int, int, int] | None = None
    count = last = 0
    for line in sorted(lines, key=_middle):
        x0, y0, x1, y1 = line.box
        if x0 < start - _NEAR * em and x1 > edge:
            first = None
        elif abs(x0 - start) < _NEAR * em:
            count = count + 1 if first is not None else 1
            first, last = y0 if first is None else first, y1
            if best is None or count > best[0]:
                best = count, first, last
    return None if best is None or best[0] < _LINES else (start - _WHITE * em / 2, best[1], best[2])


def _uneven(lines: Sequence[Line], others: Sequence[Line]) -> float:
    """The share of ``lines`` with no baseline of ``others`` at their height, nor two the same way above and below."""
    baselines = sorted(line.baseline for line in others)
    beside = uneven = 0
    for line in lines:
        place = bisect_left(baselines, line.baseline)
        if not 0 < place < len(baselines):
            continue
        above, below = line.baseline - baselines[place - 1], baselines[place] - line.baseline
        if above + below > _ROW_STEP * line.em:
            continue
        beside += 1
        near = _LEVEL * line.em
        uneven += min(above, below) > near and abs(above - below) > 2 * near
    return uneven / beside if beside >= _LINES // 2 else 0.0


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2
