"""The straight lines of a page: of tables, underlines, frames. Found, and painted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_pieces import ink_stats

_MIN_LENGTH_IN = 0.35  # inches; longer than any letter's stroke in ordinary text
_MAX_THICKNESS_IN = 0.05
_DRIFT = 0.006  # of its length, that a ruling line on a level page may still be off level
_MIN_PIECE_IN = 0.12
_MAX_TOUCHED = 0.4
_MIN_SIDE_IN, _END_IN = 0.1, 0.015  # of the side of a box, and from its end to the ruling line there
_WIDEST_LETTER, _SPARSE = 2.0, 0.12  # times its height, and the least ink in its box
_WHOLE_SIDE = 0.9  # of the height of a box, that its side is inked in a column of pixels
_CELLS_BESIDE = 3  # times the widest side: the sides of two cells with a letter at each
_LOWEST_LETTER, _SIDES = 0.3, 0.85  # of a bar's length: a letter's height; of each side of a box that is inked
# Pixels: the least height of letters, and the change of a run's thickness from column to column: letters of 4.5 to 5.5
# points that run together have 0.46 and more, lines 0.35 at most.
_FINE_PRINT, _CHANGES = 4.0, 0.44
_WHOLE, _LEAST_CROSSED = 0.97, 3  # of its length, a line between cells; the lines that it runs over
_PAPER = 9  # pixels around a ruling line in which the paper's colour is looked for, at least
_SIDE = 3  # rows on each side of a bar that are looked at
# Inches of the thickness of an upright bar beside a block of text; how many letters are near to it at least, and how
# high they are at most, in its length.
_BAR_IN, _LETTERS, _LOW = 0.1, 2, 0.45
_MOVED = 6  # pixels at most, that a run may lie beside its bar
_MAX_STEM_IN = 1.2  # of letters of 120 points; beside a double frame stands the grid in it, as high as it


@dataclass(frozen=True, slots=True)
class RulingLines:
    """Boxes of the horizontal and vertical ruling lines, and a mask (255 where a ruling line is)."""

    horizontal: tuple[Box, ...]
    vertical: tuple[Box, ...]
    mask: Gray


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
    crossing = [(y0, x0, y1, x1) for x0, y0, x1, y1 in horizontal]
    transposed, down = _level_ruling_lines(
        cv2.transpose(ink).astype(np.uint8, copy=False), dpi, crossing, thickest=round(_BAR_IN * dpi)
    )
    upright = [(y0, x0, y1, x1) for x0, y0, x1, y1 in transposed]
    # Letters that stand on a ruling line are one piece with it.
    letters = cv2.subtract(ink, across).astype(np.uint8)
    down = cv2.transpose(down).astype(np.uint8, copy=False)
    vertical = _without_stems(upright, letters, down, horizontal, dpi)
    mask = cv2.max(across, down).astype(np.uint8, copy=False)
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
    _, _, stats, _ = components_with_stats(runs)
    level = np.array(horizontal)
    sides = []
    widest = max(3, round(_MAX_THICKNESS_IN * dpi)) + 2
    for x, y, w, h, _area in stats[1:].tolist():
        if w > _CELLS_BESIDE * widest or h > round(_MIN_LENGTH_IN * dpi) + 2 * slack:
            continue
        side = left + x, top + y, left + x + w, top + y + h
        if _is_between(side, level, slack):
            sides += [part for part in _without_letters_beside(side, ink) if part[2] - part[0] <= widest]
    return sides


def _without_letters_beside(side: Box, ink: Gray) -> list[Box]:
    """``side``, or the sides of two cells, without the letters of these that touch it, as an l at a cell's end.

    Such a letter does not reach from line to line.
    """
    x0, y0, x1, y1 = side
    whole = (ink[y0:y1, x0:x1] > 0).mean(axis=0) >= _WHOLE_SIDE
    if not whole.any():
        return [side]
    ends = np.flatnonzero(np.diff(np.pad(whole.astype(np.int8), 1))).reshape(-1, 2).tolist()
    # A pixel more: a side that is a hair off level has less ink there.
    return [(max(x0, x0 + first - 1), y0, min(x1, x0 + last + 1), y1) for first, last in ends]


def _is_between(upright: Box, level: npt.NDArray[np.int_], slack: int) -> bool:
    """Whether ``upright`` runs from one of the boxes ``level`` to another, and no farther than ``slack`` pixels."""
    x0, y0, x1, y1 = upright
    beside = level[(level[:, 0] - 2 * slack <= x0) & (x1 <= level[:, 2] + 2 * slack)]
    from_one = (beside[:, 1] - slack <= y0) & (y0 <= beside[:, 3])
    to_another = (beside[:, 1] <= y1) & (y1 <= beside[:, 3] + slack) & ~from_one
    return bool(from_one.any() and to_another.any())


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
    _, labels, stats, _ = components_with_stats(crop, connectivity=8)
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


def _without_stems(upright: list[Box], ink: Gray, mask: Gray, horizontal: list[Box], dpi: int) -> list[Box]:
    """Drops the stems of large letters, here and in ``mask``: beside a stem stand letters of about its height.

    ``ink``: without the ruling lines ``horizontal``; what runs from one of them to another is the side of a box.
    """
    longest, slack = round(_MAX_STEM_IN * dpi), max(3, round(_END_IN * dpi))
    level = np.array(horizontal).reshape(-1, 4)
    if not upright:
        return upright
    x, y, w, h, area = ink_stats(ink).T
    drawn = (w > _WIDEST_LETTER * h) | (area < _SPARSE * w * h)  # frames, of a cell each
    kept = []
    for x0, y0, x1, y1 in upright:
        height = y1 - y0
        if height > longest or _is_between((x0, y0, x1, y1), level, slack):
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


def _level_ruling_lines(ink: Gray, dpi: int, crossing: Sequence[Box] = (), thickest: int = 0) -> tuple[list[Box], Gray]:
    """Long level runs of ink with white above and below, and their mask.

    Between ``crossing`` ones, the rows of a table, there may be letters all along instead: those that begin its cells.
    ``thickest``: pixels of a bar that may have the lines of a block of text on one of its sides.
    """
    length, thickness = round(_MIN_LENGTH_IN * dpi), max(3, round(_MAX_THICKNESS_IN * dpi))
    # A ruling line that is a hair off level steps from row to row; thickening makes it one run.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8)).astype(np.uint8)
    bars = _long_runs(thick, dpi)
    mask = np.zeros_like(ink)
    # Few pages have bars all over: what follows is done where they are, and with white around them.
    left, top, right, bottom = _around(bars)
    bars, ink, thick = bars[top:bottom, left:right], ink[top:bottom, left:right], thick[top:bottom, left:right]
    found: list[Box] = []
    # The second of a double line is no letter; two short bars may be the upper and the lower edge of a blurred word.
    double = cv2.morphologyEx(bars, cv2.MORPH_OPEN, np.ones((1, round(_MAX_STEM_IN * dpi)), np.uint8))
    others = cv2.subtract(ink, cv2.dilate(double, np.ones((3, 1), np.uint8))).astype(np.uint8)
    count, labels, stats, _ = components_with_stats(bars, connectivity=8)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        thin = area <= (thickness + 2) * w and h <= thickness + 2 + _DRIFT * w
        if w < length or not (thin or h <= thickest):
            continue
        part = labels[y : y + h, x : x + w] == label
        if _is_fine_print(part & (ink[y : y + h, x : x + w] > 0)):
            continue
        run, box = thick[y : y + h, x : x + w], (left + x, top + y, left + x + w, top + y + h)
        is_line = thin and (
            _stands_free(others, x, y, w, h)
            or _is_unbroken(run, round(_MAX_STEM_IN * dpi))
            or (_is_whole(part & (run > 0)) and _parts_cells(box, crossing, max(3, round(_END_IN * dpi))))
        )
        if not is_line and not (h <= thickest and _is_beside_text(others, x, y, w, h)):
            continue
        if thin:
            mask[top + y : top + y + h, left + x : left + x + w][part] = 255
        else:
            first, last = _whole_columns(ink, x, y, w, h)
            box = (left + first, top + y, left + last, top + y + h)
            mask[box[1] : box[3], box[0] : box[2]] = 255
        found.append(box)
    return found, mask


def _long_runs(thick: Gray, dpi: int) -> Gray:
    """What ``thick`` has of level runs as long as a ruling line, over gaps too."""
    # Pieces longer than a letter's bar first: closing at once would make one line of every word.
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(_MIN_PIECE_IN * dpi)), np.uint8))
    runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, max(3, dpi // 20)), np.uint8))
    length = round(_MIN_LENGTH_IN * dpi)
    return cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)).astype(np.uint8, copy=False)


def _is_fine_print(run: npt.NDArray[np.bool_]) -> bool:
    """Whether a run of ink is a row of letters that touch, whose thickness changes all along."""
    columns = run.sum(axis=0)
    changes = float(np.abs(np.diff(columns)).mean())
    return changes > _CHANGES and float(np.median(columns[columns > 0])) >= _FINE_PRINT


def _around(bars: Gray) -> Box:
    """The box of all that is not 0, with the rows on both sides that tell whether a bar stands free."""
    x, y, w, h = cv2.boundingRect(bars)
    return max(0, x - _SIDE), max(0, y - _SIDE), min(bars.shape[1], x + w + _SIDE), min(bars.shape[0], y + h + _SIDE)


def _stands_free(ink: Gray, x: int, y: int, w: int, h: int) -> bool:
    """White on both sides, but for what crosses: the feet of a bold heading's letters make a run as well."""
    above, below = ink[max(0, y - _SIDE) : y, x : x + w], ink[y + h : y + h + _SIDE, x : x + w]
    return all(not len(side) or float((side > 0).any(axis=0).mean()) < _MAX_TOUCHED for side in (above, below))


def _is_beside_text(ink: Gray, x: int, y: int, w: int, h: int) -> bool:
    """White on one side, and on the other letters of several lines: none at an end, where a large letter has arms."""
    deep = max(_SIDE, w // 3)
    above, below = ink[max(0, y - deep) : y, x : x + w][::-1], ink[y + h : y + h + deep, x : x + w]
    free = [not side[:_SIDE].any() for side in (above, below)]
    if free[0] == free[1]:
        return False
    side = np.ascontiguousarray(below if free[0] else above)
    stats = ink_stats(side)
    left, top, wide = stats[:, 0], stats[:, 1], stats[:, 2]
    near = top < _SIDE
    inner = near & (left >= _SIDE - 1) & (left + wide <= w - _SIDE + 1) & (wide <= _LOW * w)
    return bool(np.count_nonzero(near) >= _LETTERS and inner[near].all())


def _whole_columns(ink: Gray, x: int, y: int, w: int, h: int) -> tuple[int, int]:
    """The first column and one after the last where a bar is ink in its thickness: a run lies some pixels beside it."""
    first = max(0, x - _MOVED)
    (whole,) = np.nonzero((ink[y + 1 : y + h - 1, first : x + w + _MOVED] > 0).all(axis=0))
    return (first + int(whole[0]), first + int(whole[-1]) + 1) if len(whole) else (x, x + w)


def _is_unbroken(run: Gray, length: int) -> bool:
    """Whether a row of ``run`` is ink for ``length`` pixels: the feet of letters have gaps between them."""
    row = np.ones((1, length), np.uint8)
    return run.shape[1] >= length and bool(cv2.erode(run, row, borderType=cv2.BORDER_CONSTANT, borderValue=0).any())


def _is_whole(run: npt.NDArray[np.bool_]) -> bool:
    """Whether a ``run`` is ink from end to end; the stems of letters one above the other are not."""
    return float(run.any(axis=0).mean()) >= _WHOLE


def _parts_cells(run: Box, crossing: Sequence[Box], slack: int) -> bool:
    """Whether a level ``run`` goes from one of the upright lines ``crossing`` to another, over one more at least."""
    x0, y0, x1, y1 = run
    crossed = [line for line in crossing if line[1] <= y1 + slack and line[3] >= y0 - slack]
    on = [line for line in crossed if line[2] >= x0 - slack and line[0] <= x1 + slack]
    if len(on) < _LEAST_CROSSED:
        return False
    return min(line[0] for line in on) <= x0 + slack and max(line[2] for line in on) >= x1 - slack


def without_ruling_lines(gray: Gray, ruling_lines: RulingLines) -> Gray:
    """The page with its ruling lines painted in the paper's colour around them."""
    if not ruling_lines.horizontal and not ruling_lines.vertical:
        return gray
    wide = cv2.dilate(ruling_lines.mask, np.ones((3, 3), np.uint8))
    height, width = gray.shape
    painted = gray.copy()
    for x0, y0, x1, y1 in (*ruling_lines.horizontal, *ruling_lines.vertical):
        thickness = int(np.count_nonzero(ruling_lines.mask[y0:y1, x0:x1])) // max(1, x1 - x0, y1 - y0)
        size = thickness + _SIDE | 1 if thickness > _PAPER + _SIDE else _PAPER
        reach = 2 * (size // 2)  # the brightest pixel around, and of those around it the middle one
        x0, y0, x1, y1 = max(0, x0 - 1), max(0, y0 - 1), min(width, x1 + 1), min(height, y1 + 1)
        left, top = max(0, x0 - reach), max(0, y0 - reach)
        around = cv2.dilate(gray[top : y1 + reach, left : x1 + reach], np.ones((size, size), np.uint8))
        paper = cv2.medianBlur(around, size)[y0 - top : y1 - top, x0 - left : x1 - left]
        cv2.copyTo(paper, wide[y0:y1, x0:x1], painted[y0:y1, x0:x1])
    return painted
