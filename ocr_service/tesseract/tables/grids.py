"""Ruling lines that cross, and boxes side by side: the grids that tables are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.prepare.ruling_lines import RulingLines

_CELLS_APART_IN = 0.1  # of white between boxes that are the cells of a table
_OWN_BARS = 3  # level ruling lines that each of two tables side by side has for itself
_ONE_TABLE = 0.6  # of the level ruling lines of boxes that are the cells of one table, at one height


@dataclass(frozen=True, slots=True)
class Grid:
    """Ruling lines that cross and so make a table: its box and the ruling lines inside it."""

    box: Box
    horizontal: tuple[Box, ...]
    vertical: tuple[Box, ...]


def find_grids(ruling_lines: RulingLines, dpi: int) -> list[Grid]:
    """Tables drawn with ruling lines: groups of at least two horizontal and two vertical ruling lines that touch.

    Boxes side by side are the cells of one table as well.
    """
    slack, apart = max(4, dpi // 25), round(_CELLS_APART_IN * dpi)
    level, upright = ruling_lines.horizontal, ruling_lines.vertical
    bars = [*level, *upright]
    groups = _Groups(len(bars))
    for i, a in enumerate(upright, len(level)):
        for j, b in enumerate(level):
            if _touch(a, b, slack):
                groups.join(i, j)
    turned = [_transposed(box) for box in upright]
    beside = [(i + len(level), j + len(level)) for i, j in _facing(turned, slack, apart)]
    for i, j in beside:
        groups.join(i, j)
    rows = {groups.root(i) for i, _ in beside}  # boxes one under the other alone are a form's
    for i, j in _facing(level, slack, apart):
        if groups.root(i) in rows and groups.root(j) in rows:
            groups.join(i, j)
            rows.add(groups.root(i))
    grids = []
    for members in groups.all():
        across = tuple(bars[i] for i in members if i < len(level))
        down = tuple(bars[i] for i in members if i >= len(level))
        grids += _side_by_side(across, down, slack, apart)
    return grids


def _side_by_side(across: tuple[Box, ...], down: tuple[Box, ...], slack: int, apart: int) -> list[Grid]:
    """The tables of ruling lines that touch: white that hardly a level one crosses lies between two tables.

    Between boxes that are the cells of one table it is narrow, and their level ruling lines are at one height.
    """
    if len(across) < 2 or len(down) < 2:
        return []
    sides = sorted(down)
    for place, (left, right) in enumerate(pairwise(sides), start=1):
        if right[0] - left[2] <= slack:
            continue
        before = tuple(bar for bar in across if bar[2] <= left[2] + slack)
        after = tuple(bar for bar in across if bar[0] >= right[0] - slack)
        if min(len(before), len(after)) < _OWN_BARS or len(across) - len(before) - len(after) > 1:
            continue
        if right[0] - left[2] <= apart and _level_with(before, after, slack) >= _ONE_TABLE:
            continue
        over = [bar for bar in across if bar[2] > left[2] + slack and bar[0] < right[0] - slack]
        own = tuple((x0, y0, min(x1, left[2]), y1) for x0, y0, x1, y1 in over)
        others = tuple((max(x0, right[0]), y0, x1, y1) for x0, y0, x1, y1 in over)
        one = _side_by_side((*before, *own), tuple(sides[:place]), slack, apart)
        return one + _side_by_side((*after, *others), tuple(sides[place:]), slack, apart)
    return [Grid(enclosing(across + down), across, down)]


def _level_with(some: Sequence[Box], others: Sequence[Box], slack: int) -> float:
    """The share of the level ruling lines of the side with fewer that have one of the other side at their height."""
    few, many = sorted((some, others), key=len)
    return sum(any(abs(a[1] - b[1]) <= slack for b in many) for a in few) / len(few)


class _Groups:
    """Numbers from 0 on that are joined to groups."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, a: int, b: int) -> None:
        self._parent[self.root(a)] = self.root(b)

    def all(self) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            groups.setdefault(self.root(index), []).append(index)
        return list(groups.values())


def _facing(bars: Sequence[Box], slack: int, apart: int) -> list[tuple[int, int]]:
    """Pairs of level bars of one length that lie one above the other, the edges of two boxes."""
    pairs = []
    for i, a in enumerate(bars):
        for j, b in enumerate(bars[:i]):
            alike = abs(a[0] - b[0]) <= slack and abs(a[2] - b[2]) <= slack
            if alike and max(a[1], b[1]) - min(a[3], b[3]) <= apart:
                pairs.append((i, j))
    return pairs


def _transposed(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]


def _touch(a: Box, b: Box, slack: int) -> bool:
    return a[0] - slack <= b[2] and b[0] - slack <= a[2] and a[1] - slack <= b[3] and b[1] - slack <= a[3]
