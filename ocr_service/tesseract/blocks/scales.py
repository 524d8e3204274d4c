"""Numbers of scales: along the axes of a chart they stand in rows and in columns, a lone ``0`` among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ocr_service.tesseract.words import Line

_NUMBER = re.compile(r"[-−–+]?+\d{1,6}+(?:[.,]\d{1,4}+)?+[%°]?+ ?+[-−–—]?+")  # a tick may stand beside it
_SURE = 60.0  # Tesseract's confidence: lone digits of charts have more, strokes that it takes for one are in no scale
_LEAST = 3  # numbers of a scale
_LINED_UP = 0.3  # em between their edges
_AS_HIGH = 1.3  # times the height of another one


def scale_numbers(lines: Sequence[Line]) -> list[Line]:
    """Those of the ``lines`` of a figure that are one number each, in a row or a column of three and more."""
    numbers = [line for line in lines if _is_number(line)]
    if len(numbers) < _LEAST:
        return []
    found: set[Line] = set()
    for group in _lined_up(numbers):
        if len(group) >= _LEAST:
            found.update(group)
    return [line for line in numbers if line in found]


def _is_number(line: Line) -> bool:
    return len(line.words) == 1 and line.confidence >= _SURE and _NUMBER.fullmatch(line.text) is not None


def _lined_up(numbers: Sequence[Line]) -> Iterator[list[Line]]:
    """The numbers under one another, by their left and right edges and their middles, and those in a row."""
    edges: tuple[Callable[[Line], float], ...] = (_left, _right, _middle, _foot)
    for edge in edges:
        group: list[Line] = []
        for line in sorted(numbers, key=edge):
            if group and (edge(line) - edge(group[0]) > _LINED_UP * line.em or not _as_high(line, group[0])):
                yield group
                group = []
            group.append(line)
        yield group


def _left(line: Line) -> float:
    return line.box[0]


def _right(line: Line) -> float:
    return line.box[2]


def _middle(line: Line) -> float:
    return (line.box[0] + line.box[2]) / 2


def _foot(line: Line) -> float:
    return line.box[3]


def _as_high(line: Line, other: Line) -> bool:
    heights = line.box[3] - line.box[1], other.box[3] - other.box[1]
    return max(heights) <= _AS_HIGH * min(heights)
