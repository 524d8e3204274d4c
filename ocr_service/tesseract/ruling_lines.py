"""The straight lines of a page: of tables, underlines, frames. Found, grouped into tables, and painted out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing

_MIN_LENGTH_IN = 0.35  # inches; longer than any letter's stroke in ordinary text
_MAX_THICKNESS_IN = 0.05
_MIN_PIECE_IN = 0.12
_MAX_TOUCHED = 0.4
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
    horizontal, across = _level_ruling_lines(ink, dpi)
    transposed, down = _level_ruling_lines(np.ascontiguousarray(ink.T), dpi)
    upright = [(y0, x0, y1, x1) for x0, y0, x1, y1 in transposed]
    vertical = tuple(_without_stems(upright, ink, down.T, round(_MAX_STEM_IN * dpi)))
    return RulingLines(tuple(horizontal), vertical, np.maximum(across, down.T))


def _without_stems(upright: list[Box], ink: Gray, mask: Gray, longest: int) -> list[Box]:
    """Drops the stems of large letters, here and in ``mask``: beside a stem stand letters of about its height.

    ``longest``: pixels above which no stem is; beside a double frame stands the grid in it, as high as it.
    """
    if not upright:
        return upright
    _, _, parts, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, w, h = (parts[1:, column] for column in range(4))
    kept = []
    for x0, y0, x1, y1 in upright:
        height = y1 - y0
        if height > longest:
            kept.append((x0, y0, x1, y1))
            continue
        shared = np.minimum(y + h, y1) - np.maximum(y, y0)
        like_letters = (h > 0.6 * height) & (h < 1.6 * height) & (w > 0.3 * height) & (shared > 0.6 * height)
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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bars, connectivity=8)
    for label in range(1, count):
        x, y, w, h, _area = (int(value) for value in stats[label])
        if h > thickness + 2 or w < length or not _stands_free(ink, x, y, w, h):
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
    """Tables drawn with ruling lines: groups of at least two horizontal and two vertical ruling lines that touch."""
    slack = max(4, dpi // 25)
    bars = [(box, True) for box in ruling_lines.horizontal] + [(box, False) for box in ruling_lines.vertical]
    parent = list(range(len(bars)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, (a, a_level) in enumerate(bars):
        for j in range(i):
            b, b_level = bars[j]
            if a_level != b_level and _touch(a, b, slack):
                parent[root(i)] = root(j)
    groups: dict[int, list[int]] = {}
    for index in range(len(bars)):
        groups.setdefault(root(index), []).append(index)
    grids = []
    for members in groups.values():
        level = tuple(bars[i][0] for i in members if bars[i][1])
        upright = tuple(bars[i][0] for i in members if not bars[i][1])
        if len(level) >= 2 and len(upright) >= 2:
            grids.append(Grid(enclosing(level + upright), level, upright))
    return grids


def _touch(a: Box, b: Box, slack: int) -> bool:
    return a[0] - slack <= b[2] and b[0] - slack <= a[2] and a[1] - slack <= b[3] and b[1] - slack <= a[3]
