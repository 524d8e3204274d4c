"""Where bands of characters fall into columns: at white that the lines above and below have, too."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ocr_service.text_layer.lines.words import WORD_GAP, Frame

_GUTTER = 0.75  # em: white that parts columns where the lines above and below have it too
_GUTTER_LINES = 4
_LONG_GUTTER = 8
_COLUMN_END, _SAME_END = 3, 0.1  # lines that end at one place, and em: three spaces do not by chance
_TEXT_WIDTH = 8.0  # em of text before them: no column of labels or numbers
_WIDE = 2.0  # em: no space of running text
_EVEN, _EVEN_SPACES = 0.03, 4  # em by which the spaces of a stretched line differ, and how many tell
_EVEN_AROUND = 3  # side by side, beside other columns
_AROUND = 3  # lines above and below


@dataclass(frozen=True)
class Row:
    """A band's extent, and its white: ``gaps`` of GUTTER and more by the place of the glyph after them.

    ``spaces`` are the widths of all that is wide enough to part words, by the same; all in pixels.
    """

    base: float
    size: float
    left: float
    right: float
    gaps: dict[int, tuple[float, float]]
    spaces: dict[int, float]

    @classmethod
    def of(cls, frame: Frame, row: list[int]) -> Row:
        size = float(np.median(frame.size[row]))
        gaps: dict[int, tuple[float, float]] = {}
        spaces: dict[int, float] = {}
        right = float(frame.right[row[0]])
        for place, i in enumerate(row):
            left = float(frame.left[i])
            if place and left - right > WORD_GAP * size:
                spaces[place] = left - right
                if left - right > _GUTTER * size:
                    gaps[place] = (right, left)
            right = max(right, float(frame.right[i]))
        return cls(float(frame.base[row[0]]), size, float(frame.left[row[0]]), right, gaps, spaces)

    def part(self, start: float, end: float) -> tuple[float, float]:
        """Where the part between two of its gaps begins and ends; 0 and infinity are the band's own ends."""
        left = self.gaps[int(start)][1] if start else self.left
        right = self.gaps[int(end)][0] if end != math.inf else self.right
        return left, right

    @cached_property
    def is_stretched(self) -> bool:
        """Whether all its spaces are one width: of a justified line, whose spaces lie over a table's gaps by chance."""
        widths = self.spaces.values()
        return len(widths) >= _EVEN_SPACES and max(widths) - min(widths) < _EVEN * self.size

    def is_stretched_at(self, gap: tuple[float, float]) -> bool:
        """The same of the spaces around ``gap``: the line of another column may stand beside it."""
        if self.is_stretched:
            return True
        widths, places = self._spaces_by_gap
        at = places.get(gap)
        if at is None:
            return False
        width, apart = gap[1] - gap[0], _EVEN * self.size
        first = last = at
        while first and abs(widths[first - 1] - width) < apart:
            first -= 1
        while last + 1 < len(widths) and abs(widths[last + 1] - width) < apart:
            last += 1
        return last - first + 1 >= _EVEN_AROUND

    @cached_property
    def _spaces_by_gap(self) -> tuple[list[float], dict[tuple[float, float], int]]:
        """The widths of all spaces from left to right, and the number among these of each gap."""
        places = sorted(self.spaces)
        numbers = {self.gaps[place]: number for number, place in enumerate(places) if place in self.gaps}
        return [self.spaces[place] for place in places], numbers

    @cached_property
    def edges(self) -> tuple[list[float], list[float]]:
        """Where parts of it may begin, and where they may end, each from left to right."""
        return [self.left, *(g[1] for g in self.gaps.values())], [*(g[0] for g in self.gaps.values()), self.right]

    def begins_near(self, x: float, near: float) -> bool:
        """Whether a part of it may begin less than ``near`` from ``x``."""
        begins = self.edges[0]
        place = bisect.bisect_right(begins, x - near)
        return place < len(begins) and begins[place] < x + near

    def white(self, stripe: tuple[float, float]) -> tuple[float, float] | None:
        """What of ``stripe`` is white here too; None where text crosses it."""
        if self.right <= stripe[0] or self.left >= stripe[1]:
            return stripe
        begins, ends = self.edges  # the gap ``place`` lies between an end and the next begin
        first, last = bisect.bisect_right(begins, stripe[0], 1), bisect.bisect_left(ends, stripe[1], 0, len(ends) - 1)
        inner = ((ends[place - 1], begins[place]) for place in range(first, last + 1))
        for left, right in (*inner, (-math.inf, self.left), (self.right, math.inf)):
            shared = max(left, stripe[0]), min(right, stripe[1])
            if shared[1] - shared[0] > 0.75 * _GUTTER * self.size:
                return shared
        return None


def cuts_of(rows: list[Row], at: int) -> list[int]:
    """Where a band falls into pieces: at the gutters of columns, and at white that no space of its line is as wide as.

    Narrow justified columns have spaces of three em; but such lines end where their neighbours do, and words do not
    begin one under the other behind their spaces, as columns do behind a gutter.
    """
    row = rows[at]
    gutters = {place for place, gap in row.gaps.items() if _is_gutter(rows, at, gap)}
    ends = [0, *sorted(gutters), math.inf]
    cuts = []
    for place, (left, right) in row.gaps.items():
        if place in gutters:
            cuts.append(place)
            continue
        # Between two gutters, the other spaces of the line.
        start = max(end for end in ends if end <= place)
        end = min(end for end in ends if end > place)
        others = sorted(width for at_, width in row.spaces.items() if start < at_ < end and at_ != place)
        usual = others[len(others) // 2] if others else 0.0
        width = right - left
        if width <= max(1.6 * usual, _WIDE * row.size):
            continue
        if (len(others) > 1 and width > 3 * usual) or not _is_justified(rows, at, row.part(start, end)):
            cuts.append(place)
    return cuts


def _is_gutter(rows: list[Row], at: int, gap: tuple[float, float]) -> bool:
    """Whether this white parts columns: lines above and below leave it white, and behind it all begin at one place."""
    begun = before = behind = 1
    near = 0.35 * rows[at].size
    for step in (-1, 1):
        stripe, place, base = gap, at + step, rows[at].base
        while 0 <= place < len(rows) and abs(rows[place].base - base) < 4 * rows[at].size:
            found = rows[place].white(stripe)
            if found is None:
                break
            stripe = found
            begun += rows[place].begins_near(gap[1], near)
            before += rows[place].left < stripe[0]
            behind += rows[place].right > stripe[1]
            # No white between words goes on for so long, but over a table.
            if min(before, behind) >= _LONG_GUTTER and not rows[at].is_stretched_at(gap):
                return True
            if begun >= _GUTTER_LINES and before >= _GUTTER_LINES - 1:
                return not _is_chance(rows, at, gap)
            base = rows[place].base
            place += step
    return _ends_a_column(rows, at, gap)


def _is_chance(rows: list[Row], at: int, gap: tuple[float, float]) -> bool:
    """Whether it is a space of a justified line, of whose even spaces most have no words' beginnings under them.

    The last words of some such lines are equally long now and then. Of a table's row all gaps are as this one.
    """
    row = rows[at]
    if not row.is_stretched_at(gap):
        return False
    others = [other[1] for other in row.gaps.values() if other != gap]
    around = [rows[i] for i in range(max(0, at - _AROUND), min(len(rows), at + _AROUND + 1)) if i != at]
    aligned = sum(sum(other.begins_near(x, 0.35 * row.size) for other in around) >= _GUTTER_LINES - 1 for x in others)
    return 2 * aligned < len(others)


def _ends_a_column(rows: list[Row], at: int, gap: tuple[float, float]) -> bool:
    """Whether lines right above and below end where this white begins: justified text beside a column of few lines."""
    size, found = rows[at].size, 1
    if gap[0] - rows[at].left < _TEXT_WIDTH * size:
        return False
    for step in (-1, 1):
        place, base = at + step, rows[at].base
        while 0 <= place < len(rows) and abs(rows[place].base - base) < 2 * size:
            if not any(abs(left - gap[0]) < _SAME_END * size for left, _ in rows[place].gaps.values()):
                break
            found += 1
            base = rows[place].base
            place += step
    return found >= _COLUMN_END


def _is_justified(rows: list[Row], at: int, span: tuple[float, float]) -> bool:
    """Whether lines above or below begin and end where this one does: a paragraph's, stretched to its width."""
    near = 0.4 * rows[at].size
    for place in range(max(0, at - 4), min(len(rows), at + 5)):
        other = rows[place]
        if place == at or abs(other.base - rows[at].base) > 4 * rows[at].size:
            continue
        starts, ends = other.edges
        # The lines below an item's first one begin behind its mark.
        if any(-near < x - span[0] < 3 * rows[at].size for x in starts) and any(abs(x - span[1]) < near for x in ends):
            return True
    return False
