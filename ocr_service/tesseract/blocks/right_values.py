"""Dates, prices and pages that stand at the right end of the lines they belong to, with other text between these."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.tesseract.words import Line, make_line

_WORDS = 5  # of a value
_LEVEL = 0.2  # em between two baselines of one line
_APART = 1.0  # em between a line and its value at least; pieces nearer to each other are joined anyhow
_ALIGNED, _ALIGNED_LINES = 0.5, 1.0  # em between the right ends of values, and the beginnings of their lines
_REACH = 12.0  # em to a line that goes over the white between: it parts no columns
_MOST = 400  # lines of a page


@dataclass(frozen=True, slots=True)
class _Pair:
    line: Line
    value: Line


def with_right_values(lines: Sequence[Line]) -> list[Line]:
    """``lines``, those with a value at the right as one with it, where several stand alike and no column parts them."""
    values = [line for line in lines if _may_be_value(line)]
    if len(values) < 2 or len(lines) > _MOST:
        return list(lines)
    ordered = sorted(lines, key=lambda line: line.baseline)
    baselines = [line.baseline for line in ordered]
    pairs = []
    for value in values:
        line = _beside(value, _around(value, _LEVEL, ordered, baselines))
        if line is not None and _is_crossed(line, value, _around(value, _REACH, ordered, baselines)):
            pairs.append(_Pair(line, value))
    kept = [pair for pair in pairs if any(_are_alike(pair, other) for other in pairs if other is not pair)]
    by_line, taken = {id(pair.line): pair.value for pair in kept}, {id(pair.value) for pair in kept}
    return [
        make_line([*line.words, *by_line[id(line)].words], line.weight) if id(line) in by_line else line
        for line in lines
        if id(line) not in taken
    ]


def _may_be_value(line: Line) -> bool:
    """Whether a line is short and has digits; ``(12)`` is a formula's number."""
    if line.text.startswith("(") and line.text.endswith(")"):
        return False
    return len(line.words) <= _WORDS and any(map(str.isdigit, line.text)) and not line.is_sideways


def _around(line: Line, em: float, ordered: Sequence[Line], baselines: Sequence[float]) -> Sequence[Line]:
    reach = em * line.em
    return ordered[bisect_left(baselines, line.baseline - reach) : bisect_right(baselines, line.baseline + reach)]


def _beside(value: Line, level: Sequence[Line]) -> Line | None:
    """The only line on the height of a value, left of it."""
    others = [line for line in level if line is not value]
    if len(others) != 1 or value.box[0] - others[0].box[2] < _APART * value.em or _may_be_value(others[0]):
        return None
    return None if others[0].is_sideways else others[0]


def _is_crossed(line: Line, value: Line, near: Sequence[Line]) -> bool:
    """Whether another line goes over all the white between a line and its value."""
    return any(other.box[0] < line.box[2] and other.box[2] > value.box[0] for other in near if other is not line)


def _are_alike(pair: _Pair, other: _Pair) -> bool:
    ends = abs(pair.value.box[2] - other.value.box[2]) < _ALIGNED * pair.value.em
    return ends and abs(pair.line.box[0] - other.line.box[0]) < _ALIGNED_LINES * pair.line.em
