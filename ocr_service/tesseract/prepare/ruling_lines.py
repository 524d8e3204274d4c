"""The straight lines of a page: of tables, underlines, frames. Found, grouped into tables, and painted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing

_MIN_LENGTH_IN = 0.35  # inches; longer than any letter's stroke in ordinary text
_MAX_THICKNESS_IN = 0.05
_DRIFT = 0.006  # of its length, that a ruling line on a level page may still be off level
_MIN_PIECE_IN = 0.12
_MAX_TOUCHED = 0.4
_CELLS_APART_IN = 0.1  # of white between boxes that are the cells of a table
_OWN_BARS = 3  # level ruling lines that each of two tables side by side has for itself
_ONE_TABLE = 0.6  # of the level ruling lines of boxes that are the cells of one table, at one height
_MIN_SIDE_IN, _END_IN = 0.1, 0.015  # of the side of a box, and from its end to the ruling line there
_WIDEST_LETTER, _SPARSE = 2.0, 0.12  # times its height, and the least ink in its box
_LOWEST_LETTER, _SIDES = 0.3, 0.85  # of a bar's length: a letter's height; of each side of a box that is inked
_MAX_STEM_IN = 1.2  # of letters of 120 points


@dataclass(frozen=True, slots=True)
class RulingLines:
    """Boxes of the horizontal and vertical ruling lines, and a mask (255 where a ruling line is)."""

    horizontal: tuple[Box, ...]
    vertical: tuple[Box, ...]
    mask: Gray


@dataclass(frozen=True, slots=True)
class Grid:
    """Ruling lines that cross and so make a table: its box and the ruling lines inside it."""

    box: Box
    horizontal: tuple[Box, ...]
    vertical: tuple[Box, ...]


def binarise(gray: Gray) -> Gray:
    """Ink as 255, whatever the lighting: the local mean over about a line and a half decides.

    The inside of a dark bar equals its own mean, so what is under half of the paper's brightness is ink as well.
    """
    edges = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 18)
    paper = float(np.percentile(gray[::8, ::8], 80))
    return cv2.bitwise_or(edges, cv2.inRange(gray, 0, paper / 2)).astype(np.uint8)


def find_ruling_lines(ink: Gray, dpi: int) -> RulingLines:
    """The ruling lines of ``ink`` (255 is ink) on a level page."""
    level, across = _level_ruling_lines(ink, dpi)
    horizontal = _without_bars(level, ink, across, round(_MAX_STEM_IN * dpi))
    transposed, down = _level_ruling_lines(np.ascontiguousarray(ink.T), dpi)
    upright = [(y0, x0, y1, x1) for x0, y0, x1, y1 in transposed]
    vertical = _without_stems(upright, ink, down.T, round(_MAX_STEM_IN * dpi))
    mask = np.maximum(across, down.T)
    for x0, y0, x1, y1 in (sides := _sides_of_boxes(ink, horizontal, dpi)):
        mask[y0:y1, x0:x1] = 255
    return RulingLines(tuple(horizontal), (*vertical, *sides), mask)


def _sides_of_boxes(ink: Gray, horizontal: list[Box], dpi: int) -> list[Box]:
    """Upright lines too short to be told from letters, but that they run from one level ruling line to another."""
    if len(horizontal) < 2:
        return []
    slack = max(3, round(_END_IN * dpi))
    left, top, right, bottom = enclosing(horizontal)
    left, top = max(0, left - 2 * slack), max(0, top - 2 * slack)
    part = cv2.dilate(ink[top : bottom + 2 * slack, left : right + 2 * slack], np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((round(_MIN_SIDE_IN * dpi), 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(runs)
    level = np.array(horizontal)
    sides = []
    for x, y, w, h, _area in stats[1:].tolist():
        if w > max(3, round(_MAX_THICKNESS_IN * dpi)) + 2 or h > round(_MIN_LENGTH_IN * dpi) + 2 * slack:
            continue
        x0, y0, y1 = left + x, top + y, top + y + h
        beside = level[(level[:, 0] - 2 * slack <= x0) & (x0 + w <= level[:, 2] + 2 * slack)]
        from_one = (beside[:, 1] - slack <= y0) & (y0 <= beside[:, 3] + slack)
        to_another = (beside[:, 1] - slack <= y1) & (y1 <= beside[:, 3] + slack) & ~from_one
        if from_one.any() and to_another.any():
            sides.append((x0, y0, x0 + w, y1))
    return sides


def _without_bars(level: list[Box], ink: Gray, mask: Gray, longest: int) -> list[Box]:
    """Drops the bars of large letters, here and in ``mask``: those of TE and ГП touch and make one run."""
    kept = []
    for box in level:
        if box[2] - box[0] <= longest and _is_bar_of_letters(box, ink):
            mask[box[1] : box[3], box[0] : box[2]] = 0
        else:
            kept.append(box)
    return kept


def _is_bar_of_letters(run: Box, ink: Gray) -> bool:
    """Whether ``run`` is a part of a letter that has one of its height beside it, on whose height the run lies."""
    reach = 2 * (run[2] - run[0])
    left, top = max(0, run[0] - reach), max(0, run[1] - reach)
    crop = np.ascontiguousarray(ink[top : run[3] + reach, left : run[2] + reach])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(crop, connectivity=8)
    x0, y0, x1, y1 = run[0] - left, run[1] - top, run[2] - left, run[3] - top
    counts = np.bincount(labels[y0:y1, x0:x1].ravel(), minlength=len(stats))
    counts[0] = 0
    own = int(counts.argmax())
    x, y, w, h, _ = (int(value) for value in stats[own])
    whole = y > 0 and y + h < crop.shape[0] and x > 0 and x + w < crop.shape[1]
    if not whole or h < _LOWEST_LETTER * (x1 - x0) or _has_four_sides(labels[y : y + h, x : x + w] == own):
        return False
    for label, (a, b, c, d, area) in enumerate(stats.tolist()):
        alike = label not in (0, own) and 0.6 * h < d < 1.6 * h and 0.2 * h < c < _WIDEST_LETTER * d
        beside = min(abs(a - (x + w)), abs(x - (a + c))) < h and area > _SPARSE * c * d
        if alike and beside and b - 0.1 * h <= y0 and y1 <= b + d + 0.1 * h:
            return True
    return False


def _has_four_sides(inked: npt.NDArray[np.bool_]) -> bool:
    sides = (inked[:4].any(0), inked[-4:].any(0), inked[:, :4].any(1), inked[:, -4:].any(1))
    return all(float(side.mean()) > _SIDES for side in sides)


def _without_stems(upright: list[Box], ink: Gray, mask: Gray, longest: int) -> list[Box]:
    """Drops the stems of large letters, here and in ``mask``: beside a stem stand letters of about its height.

    ``longest``: pixels above which no stem is; beside a double frame stands the grid in it, as high as it.
    """
    if not upright:
        return upright
    _, _, parts, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, w, h, area = (parts[1:, column] for column in range(5))
    drawn = (w > _WIDEST_LETTER * h) | (area < _SPARSE * w * h)  # frames, of a cell each
    kept = []
    for x0, y0, x1, y1 in upright:
        height = y1 - y0
        if height > longest:
            kept.append((x0, y0, x1, y1))
            continue
        shared = np.minimum(y + h, y1) - np.maximum(y, y0)
        like_letters = ~drawn & (h > 0.6 * height) & (h < 1.6 * height) & (w > 0.3 * height) & (shared > 0.6 * height)
        near = (x < x1 + height) & (x + w > x0 - height)
        if np.count_nonzero(like_letters & near) >= 2:
            mask[y0:y1, x0:x1] = 0
        else:
            kept.append((x0, y0, x1, y1))
    return kept


def _level_ruling_lines(ink: Gray, dpi: int) -> tuple[list[Box], Gray]:
    """Long level runs of ink with white above and below, and their mask."""
    length, thickness = round(_MIN_LENGTH_IN * dpi), max(3, round(_MAX_THICKNESS_IN * dpi))
    # A ruling line that is a hair off level steps from row to row; thickening makes it one run.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    # Pieces longer than a letter's bar first: closing at once would make one line of every word.
    pieces = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(_MIN_PIECE_IN * dpi)), np.uint8))
    closed = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, np.ones((1, max(3, dpi // 20)), np.uint8))
    bars = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    mask = np.zeros_like(ink)
    found: list[Box] = []
    # The second of a double line is no letter; two short bars may be the upper and the lower edge of a blurred word.
    double = cv2.morphologyEx(bars, cv2.MORPH_OPEN, np.ones((1, round(_MAX_STEM_IN * dpi)), np.uint8))
    others = cv2.subtract(ink, cv2.dilate(double, np.ones((3, 1), np.uint8))).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bars, connectivity=8)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        thick_bar = area > (thickness + 2) * w or h > thickness + 2 + _DRIFT * w
        if thick_bar or w < length or not _stands_free(others, x, y, w, h):
            continue
        found.append((x, y, x + w, y + h))
        part = labels[y : y + h, x : x + w] == label
        mask[y : y + h, x : x + w][part] = 255
    return found, mask


def _stands_free(ink: Gray, x: int, y: int, w: int, h: int) -> bool:
    """White on both sides, but for what crosses: the feet of a bold heading's letters make a run as well."""
    above, below = ink[max(0, y - 3) : y, x : x + w], ink[y + h : y + h + 3, x : x + w]
    return all(not len(side) or float((side > 0).any(axis=0).mean()) < _MAX_TOUCHED for side in (above, below))


def without_ruling_lines(gray: Gray, ruling_lines: RulingLines) -> Gray:
    """The page with its ruling lines painted in the paper's colour around them."""
    if not ruling_lines.horizontal and not ruling_lines.vertical:
        return gray
    wide = cv2.dilate(ruling_lines.mask, np.ones((3, 3), np.uint8))
    paper = cv2.medianBlur(cv2.dilate(gray, np.ones((9, 9), np.uint8)), 9)
    return np.where(wide > 0, paper, gray)


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
