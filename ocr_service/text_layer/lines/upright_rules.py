"""Drawn lines between the letters of one row: cells of a table whose text reaches to their sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.lines.words import Frame
from ocr_service.text_layer.page.glyphs import Flags, Glyphs
from ocr_service.text_layer.remainder import is_blank

_THICKEST_IN, _SHORTEST_IN = 0.03, 0.3  # inches: the sides of cells run on from row to row
_SEEN = 28  # of 255, as for text
_NEAR = 0.42  # em between two letters without a space: across more white nothing joins them
_HIGH = 0.5  # em above the baseline
_PARTS, _DRIFT = 5, 0.5  # of a rule's length, and pixels between their middles
_LEAST = 2  # letters between two rules: in the boxes of a form stands one


@dataclass(frozen=True, slots=True)
class UprightRules:
    """Where the page has ``thin`` upright strokes, and which of them are as long as rules, at half its size.

    ``shortest``: of these, in pixels of that size.
    """

    thin: Flags
    drawn: Flags
    shortest: int

    @classmethod
    def of(cls, ground: Gray, dpi: int) -> UprightRules:
        """``ground``: the page without its text."""
        wide, high = 2 * round(_THICKEST_IN * dpi / 2) + 1, max(3, round(_SHORTEST_IN * dpi / 2))
        if is_blank(ground):
            none = np.zeros((ground.shape[0] // 2, ground.shape[1] // 2), bool)
            return cls(none, none, high)
        even = ground[: ground.shape[0] // 2 * 2, : ground.shape[1] // 2 * 2]
        rows = np.minimum(even[::2], even[1::2])
        small = np.ascontiguousarray(np.minimum(rows[:, ::2], rows[:, 1::2]))  # the darkest: no line gets fainter
        thin = (cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((1, wide), np.uint8)) >= _SEEN).astype(np.uint8)
        whole = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((wide, 1), np.uint8))  # across level rules
        long = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((high, 1), np.uint8))
        return cls(thin > 0, long > 0, high)

    def parted(self, glyphs: Glyphs, frame: Frame, row: list[int]) -> list[list[int]]:
        """A level row, cut at the rules that nothing else tells: the letters beside them are close."""
        base, size = float(np.median(frame.base[row])), float(np.median(frame.size[row]))
        columns = self.drawn[max(0, round((base - _HIGH * size) / 2)) : max(0, round(base / 2))]
        if not columns.any():
            return [row]
        ruled = np.asarray(columns.all(axis=0), bool)
        found = [
            place
            for place, (a, b) in enumerate(pairwise(row), start=1)
            if frame.left[b] - frame.right[a] < _NEAR * size
            and not glyphs.spaced[frame.index[b]]
            and self._is_between(glyphs, frame, a, b, ruled)
        ]
        sides = [0, *found, len(row)]
        cuts = [
            place
            for before, place, after in zip(sides, found, sides[2:], strict=False)
            if min(place - before, after - place) >= _LEAST
        ]
        return [row[start:end] for start, end in pairwise([0, *cuts, len(row)])]

    def _is_between(self, glyphs: Glyphs, frame: Frame, a: int, b: int, ruled: Flags) -> bool:
        """Whether a rule stands between two letters and crosses neither. ``ruled``: columns at half the page's size."""
        left, right = (float(glyphs.ink[frame.index[i]][side]) / 2 for i, side in ((a, 2), (b, 0)))
        start = max(0, math.floor(left))
        columns = np.flatnonzero(ruled[start : max(0, math.ceil(right))])
        return len(columns) > 0 and self._is_straight(start + int(columns[0]), round(frame.base[b] / 2))

    def _is_straight(self, x: int, y: int) -> bool:
        """Whether the stroke at a place goes on straight above and below it: the side of a ring does not."""
        left, top = max(0, x - self.shortest // 4), max(0, y - self.shortest)
        part = self.thin[top : y + self.shortest, left : x + self.shortest // 4]
        rows = part[part.any(axis=1)]
        if len(rows) < _PARTS:
            return False
        middles = (rows * np.arange(rows.shape[1])).sum(axis=1) / rows.sum(axis=1)
        return bool(np.ptp([np.median(part) for part in np.array_split(middles, _PARTS)]) <= _DRIFT)
