"""Rectangles filled with one colour, such as the head of a table: made white, with the text on them as ink.

Tesseract takes a dark bar for one blob and loses the light text on it; text on a mid grey falls under its one level for
the whole page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing, shared_area
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces, text_rows

_Place = tuple[int, int, int, int]  # x, y, width and height at the quarter

_STEP = 4  # areas are looked for at a quarter of the size
_STEPS_IN = 50  # an inch: less is left out of coarse sheets
_GROUND = 9  # pixels of the quarter: wider than strokes, narrower than a bar of one line
# Of the paper's level; lighter grounds are read as they are, but with white letters alone nobody sees them.
_BANDS, _NEARLY_WHITE = ((0.0, 0.45), (0.45, 0.8)), (0.8, 0.97)
_LEAST_IN = (0.5, 0.12)  # inches: a bar of one line of 6-point type
_FILLED, _RECTANGULAR = 0.7, 0.85  # of the box of a bar with letters at its edges, and of another area
_BAR_FILLED = 0.45  # of the box of a low bar, which light letters and paper beside it distort at a quarter of the size
_STICKS_OUT = 0.1  # of its width
_OF_A_LEVEL = 0.6  # of a piece that areas of one colour and edges make up; 0.25 of a shade
_UNIFORM = 12.0  # grey levels of standard deviation of the ground: photographs have more
# Bold letters and the ruling lines around a head vary the ground of a bar of one or two lines; most of it is level.
_BAR_IN, _BAR_SHAPE, _BAR_LEVEL = 0.6, 4.0, 0.65  # inches of height, width to height, share of the ground
_ROWS = 64  # pixels of a column that tell its level
_STROKE = 31  # pixels: wider than letters' strokes, and than a ruling line
_JUMP_IN, _JUMP = 4, 6.0  # pixels, and grey levels: where two colours meet
_CONTRAST = 60.0  # grey levels that count as full ink, at least
_INK = 45  # grey levels off the ground: a letter's
_OUTLINE = 2  # pixels
_EDGE, _OTHER_TEXT = 1, 0.002  # pixels of a nearly white area's edge; the share of it that is dark, at most
_PART_LEVEL = 0.45  # of a part, with its letters and what is beside its upper and lower edge: 0.57 to 0.9
_IN_ROW = 0.7  # of the height of two areas that one row has in common
_WRITTEN = 0.01, 0.5  # of a light box that its text covers
_LEAST_SHAPE, _MOST_SHAPES = (48, 14), 60  # pixels of a light shape with text, and how many an area has
_REACH = (_GROUND // 2 + 1) * _STEP  # pixels that letters in an area or beside it may move its edge by
_ON_GROUND, _PAPER = 0.3, 0.9  # of a row of pixels: of an area, and of the white beside one


@dataclass(frozen=True, slots=True)
class FilledArea:
    """A rectangle on the sheet and the grey level of its ground. ``dark``: text on it can only be lighter.

    ``ends``: whether the fill ends at its left, and at its right, where it may meet that of another area.
    ``contrast``: the grey levels between the ground and text that is lighter, at least.
    """

    box: Box
    ground: float
    dark: bool
    ends: tuple[bool, bool] = (True, True)
    contrast: float = _CONTRAST


def filled_areas(gray: Gray, dpi: int) -> list[FilledArea]:
    """The rectangles that one colour fills, without photographs and large letters."""
    step = min(_STEP, max(1, round(dpi / _STEPS_IN)))
    small = cv2.resize(gray, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(small.astype(np.uint8), _GROUND).astype(np.uint8)
    paper = float(np.percentile(ground, 80))
    bands = ((low * paper, high * paper) for low, high in _BANDS)
    areas = _joined(area for band in bands for area in _areas_between(gray, ground, band, step, dpi))
    areas += [box for area in areas if not area.dark for box in _light_boxes(area, gray, ground, step, dpi)]
    areas += _with_white_letters(gray, ground, paper, step, dpi)
    return sorted(areas, key=lambda area: shared_area(area.box, area.box), reverse=True)


def _with_white_letters(
    gray: Gray, ground: npt.NDArray[np.uint8], paper: float, step: int, dpi: int
) -> Iterator[FilledArea]:
    """Areas nearly as white as the paper on which all text is white."""
    low, high = (share * paper for share in _NEARLY_WHITE)
    pale = ((ground >= low) & (ground < high)).astype(np.uint8)
    wide, most = (round(side * dpi / step) for side in (_LEAST_IN[0] / 2, _LEAST_IN[1]))
    level = cv2.erode(pale, np.ones((max(1, most // 2), wide), np.uint8))  # between words, too
    if not level.any():
        return
    count, labels, _, _ = components_with_stats(pale)
    filled = np.zeros(count, bool)
    filled[labels[level > 0]] = True
    ground = np.where(filled[labels], ground, 255).astype(np.uint8)
    for area in _areas_between(gray, ground, (low, high), step, dpi, paper):
        contrast = paper - area.ground
        x0, y0, x1, y1 = area.box[0] + _EDGE, area.box[1] + _EDGE, area.box[2] - _EDGE, area.box[3] - _EDGE
        crop = gray[y0:y1, x0:x1]
        if not crop.size or float(np.mean(crop < area.ground - _INK)) > _OTHER_TEXT:
            continue
        white = np.where(crop > area.ground + contrast / 2, 255, 0).astype(np.uint8)
        pieces = letter_pieces(white, TEN_POINTS_IN * dpi, dpi)
        if text_rows(pieces, np.ones(len(pieces.boxes), bool), (y1 - y0, x1 - x0), short=True):
            yield FilledArea((x0, y0, x1, y1), area.ground, dark=False, contrast=contrast)


def _light_boxes(
    area: FilledArea, gray: Gray, ground: npt.NDArray[np.uint8], step: int, dpi: int
) -> Iterator[FilledArea]:
    """White boxes with dark text on an area of a colour, of which the text alone is to be dark."""
    x0, y0, x1, y1 = area.box
    lighter = (ground[y0 // step : y1 // step, x0 // step : x1 // step] > area.ground + _INK).astype(np.uint8)
    _, _, stats, _ = components_with_stats(lighter)
    for x, y, w, h, filled in stats[1:].tolist():
        if w * step < _LEAST_IN[0] * dpi or h * step < _LEAST_IN[1] * dpi or filled < _FILLED * w * h:
            continue
        box = x0 + x * step, y0 + y * step, x0 + (x + w) * step, y0 + (y + h) * step
        crop = gray[box[1] : box[3], box[0] : box[2]]
        level = float(np.percentile(crop, 90))
        inked = float(np.mean(crop < level - _INK))
        if _WRITTEN[0] <= inked <= _WRITTEN[1]:
            own = _trimmed(gray, box, level) or box
            if own[1] > y0 and own[3] < y1:  # else it is paper beside the area, whose light letters open its edge
                yield FilledArea(own, level, dark=False)


def _joined(areas: Iterable[FilledArea]) -> list[FilledArea]:
    """``areas`` with those as one that a word between them parted; its letters stand in both."""
    joined: list[FilledArea] = []
    for area in areas:
        parts = [other for other in joined if _are_one(area, other)]
        joined = [other for other in joined if other not in parts]
        box = enclosing([area.box, *(part.box for part in parts)])
        ends = tuple(
            any(part.box[side] == box[side] and part.ends[side > 0] for part in (area, *parts)) for side in (0, 2)
        )
        joined.append(replace(area, box=box, ends=(ends[0], ends[1])))
    return joined


def _are_one(area: FilledArea, other: FilledArea) -> bool:
    tops, bottoms = (area.box[1], other.box[1]), (area.box[3], other.box[3])
    in_row = min(bottoms) - max(tops) > _IN_ROW * (max(bottoms) - min(tops))
    return in_row and abs(area.ground - other.ground) <= _JUMP and shared_area(area.box, other.box) > 0


def _areas_between(
    gray: Gray, ground: npt.NDArray[np.uint8], band: tuple[float, float], step: int, dpi: int, white: float = math.inf
) -> Iterator[FilledArea]:
    """``white``: the level of the paper and letters from which grounds are to be told that are nearly as light."""
    low, high = band
    for (x, y, w, h), inside in _pieces(ground, (ground >= low) & (ground < high), round(_LEAST_IN[1] * dpi / step)):
        area, bar = np.count_nonzero(inside), _is_bar(w * step, h * step, dpi)
        if w * step < _LEAST_IN[0] * dpi or h * step < _LEAST_IN[1] * dpi:
            continue
        sure = area >= _FILLED * w * h and (_fills_rows(inside) if bar else area >= _RECTANGULAR * w * h)
        if not sure and not (bar and area >= _BAR_FILLED * w * h):
            continue
        if not bar:
            (x, y, w, h), inside = _without_fringe((x, y, w, h), inside)
        whole = x * step, y * step, (x + w) * step, (y + h) * step
        levels = ground[y : y + h, x : x + w][inside]
        parts = [] if float(levels.std()) <= _UNIFORM else _parts(gray, whole, dpi)
        if not parts and (level := _level(levels, bar=bar)) is not None:
            parts = [(whole, level)]
        for part, level in (p for p in parts if p[1] <= high + _UNIFORM):  # no white cells
            box = _trimmed(gray, part, level, min(_INK, (white - level) / 2))
            if box is not None:
                ends = part[0] == whole[0], part[2] == whole[2]
                box = _cut(box, part, whole)  # of a part may be left nothing
                if shared_area(box, box) > 0 and (sure or _is_whole(inside, box[1] // step - y, box[3] // step - y)):
                    yield FilledArea(box, level, low == 0.0, ends)


def _pieces(
    ground: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], least: int
) -> Iterator[tuple[_Place, npt.NDArray[np.bool_]]]:
    """The connected pieces of ``mask`` that are ``least`` pixels wide and high, and where in their box each is.

    The edges of darker areas have the level of lighter ones, which hang together by them: of a piece with much else
    in its box those are taken that have its commonest level, and of these the rows that they fill.
    """
    for (x, y, w, h), inside in _connected(mask, least):
        part, filled = ground[y : y + h, x : x + w], float(inside.mean())
        low = filled >= _BAR_FILLED and w >= _BAR_SHAPE * h and h <= _BAR_IN / _LEAST_IN[1] * least
        bar = low and float(part[inside].std()) <= _UNIFORM
        if bar or filled >= _FILLED:
            yield (x, y, w, h), inside
            continue
        commonest = int(np.bincount(part[inside]).argmax())
        level = inside & (np.abs(part - np.float32(commonest)) <= _UNIFORM)
        if np.count_nonzero(level) < _OF_A_LEVEL * np.count_nonzero(inside):  # a shade
            continue
        for (left, top, wide, _), own in _connected(level, least):
            rows = np.diff(np.pad(own.mean(axis=1) >= _ON_GROUND, 1).astype(np.int8))
            for first, last in zip(np.flatnonzero(rows > 0).tolist(), np.flatnonzero(rows < 0).tolist(), strict=True):
                if not _sticks_out(own, first, last):
                    yield (x + left, y + top + first, wide, last - first), own[first:last]


def _without_fringe(place: _Place, inside: npt.NDArray[np.bool_]) -> tuple[_Place, npt.NDArray[np.bool_]]:
    """A piece without the rows and columns that it does not fill: blurred lines of text and frames hang on areas."""
    top, bottom = _filled_extent(inside.mean(axis=1))
    left, right = _filled_extent(inside[top:bottom].mean(axis=0))
    return (place[0] + left, place[1] + top, right - left, bottom - top), inside[top:bottom, left:right]


def _filled_extent(shares: npt.NDArray[np.float64]) -> tuple[int, int]:
    """The first row that a piece fills and one after the last; few at its ends are the blurred edge of its own."""
    (full,) = np.nonzero(shares >= _ON_GROUND)
    first, end = (int(full[0]), int(full[-1]) + 1) if len(full) else (0, len(shares))
    few = _GROUND // 2 + 1
    return first if first > few else 0, end if len(shares) - end > few else len(shares)


def _connected(mask: npt.NDArray[np.bool_], least: int) -> Iterator[tuple[_Place, npt.NDArray[np.bool_]]]:
    if not mask.any():
        return
    count, labels, stats, _ = components_with_stats(mask.astype(np.uint8))
    for label in range(1, count):
        x, y, w, h = (int(value) for value in stats[label][:4])
        if min(w, h) >= least:
            yield (x, y, w, h), labels[y : y + h, x : x + w] == label


def _is_bar(width: int, height: int, dpi: int) -> bool:
    return height <= _BAR_IN * dpi and width >= _BAR_SHAPE * height


def _fills_rows(inside: npt.NDArray[np.bool_]) -> bool:
    """Whether a bar, with the letters on it, fills its box from the left to the right."""
    width = inside.shape[1]
    first, last = inside.argmax(axis=1), width - inside[:, ::-1].argmax(axis=1)
    return float((last - first)[inside.any(axis=1)].sum()) >= _RECTANGULAR * inside.size


def _is_whole(inside: npt.NDArray[np.bool_], first: int, last: int) -> bool:
    """Whether these rows of a bar are one with letters, which hide much of a low one."""
    own = inside[max(0, first) : last]
    level = own.size > 0 and float(own.mean()) >= _FILLED and _fills_rows(own)
    return level and not _sticks_out(inside, first, last)


def _sticks_out(inside: npt.NDArray[np.bool_], first: int, last: int) -> bool:
    """Whether another area hangs on these rows, or stands on them; letters fray them by less."""
    beside = _GROUND // 2 + 1
    above, below = (inside[max(0, row) : max(0, row + 2)] for row in (first - beside - 2, last + beside))
    return any(len(part) and float(part.mean()) > _STICKS_OUT for part in (above, below))


def _level(levels: npt.NDArray[np.uint8], *, bar: bool) -> float | None:
    """The level of an area that one colour fills, else None. ``levels``: of its ground."""
    level = float(np.median(levels))
    even = bar and float(np.mean(np.abs(levels - np.float32(level)) <= _UNIFORM)) >= _BAR_LEVEL
    return level if even or float(levels.std()) <= _UNIFORM else None


def _cut(box: Box, part: Box, whole: Box) -> Box:
    """``box`` of a ``part``, but where that meets another one: the ground beside it is not its own."""
    x0, y0, x1, y1 = box
    left, top, right, bottom = (side if side != edge else None for side, edge in zip(part, whole, strict=True))
    return (
        max(x0, left or 0),
        max(y0, top or 0),
        x1 if right is None else min(x1, right),
        y1 if bottom is None else min(y1, bottom),
    )


def _parts(gray: Gray, box: Box, dpi: int) -> list[tuple[Box, float]]:
    """The parts of a filled area beside one another, or below one another, each of its own level; none if it has one.

    The cells of a head, or its rows, may have a colour each, and the cells of each row.
    """
    x0, y0, x1, y1 = box
    crop, least = gray[y0:y1, x0:x1], round(_LEAST_IN[1] * dpi)
    profile = _profile(crop)
    parts = [((x0 + a, y0, x0 + b, y1), profile[a:b]) for a, b in _stretches(profile, least)]
    if len(parts) <= 1:
        profile = _profile(crop.T)
        parts = [((x0, y0 + a, x1, y0 + b), profile[a:b]) for a, b in _stretches(profile, least)]
    if len(parts) <= 1:
        return []
    found = [(_parts(gray, part, dpi), (part, float(np.median(own)))) for part, own in parts]
    levels = [inner for within, whole in found for inner in within or [whole]]
    return [(part, level) for part, level in levels if _share_at(gray, part, level) >= _PART_LEVEL]


def _share_at(gray: Gray, box: Box, level: float) -> float:
    """The share of a part that has this level, not its letters'."""
    x0, y0, x1, y1 = box
    return float(np.mean(np.abs(gray[y0:y1, x0:x1] - np.float32(level)) <= _UNIFORM))


def _profile(gray: Gray) -> npt.NDArray[np.int16]:
    """The level of each column's ground: letters are lighter than it, or darker, and less even."""
    quarters = np.percentile(gray[:: max(1, len(gray) // _ROWS)], (25, 75), axis=0).astype(np.uint8)
    smooth = [cv2.medianBlur(levels[None], _STROKE)[0].astype(np.int16) for levels in quarters]
    profile: npt.NDArray[np.int16] = min(smooth, key=lambda levels: int(np.abs(np.diff(levels)).sum()))
    return profile


def _stretches(profile: npt.NDArray[np.int16], least: int) -> list[tuple[int, int]]:
    """The stretches between the jumps of a profile; none where one is not level.

    Where a colour runs into another, none is.
    """
    jumps = np.abs(profile[_JUMP_IN:] - profile[:-_JUMP_IN]) > _JUMP
    edges = np.flatnonzero(np.diff(np.pad(jumps, 1).astype(np.int8))).reshape(-1, 2)  # first, one after the last
    middles = [(first + last - 1 + _JUMP_IN) // 2 for first, last in edges.tolist()]
    found = [part for part in pairwise([0, *middles, len(profile)]) if part[1] - part[0] >= least]
    inner = (profile[first + _JUMP_IN : last - _JUMP_IN] for first, last in found)
    return found if all(not len(part) or int(np.ptp(part)) <= _UNIFORM for part in inner) else []


def _trimmed(gray: Gray, box: Box, level: float, ink: float = _INK) -> Box | None:
    """``box`` with the rows and columns beside it, or without those in it, that tell where the ground's level ends.

    ``ink``: grey levels off the ground from which on a pixel is none of it.
    """
    height, width = gray.shape
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    left, top = max(0, x0 - _REACH), max(0, y0 - _REACH)
    off = gray[top : y1 + _REACH, left : x1 + _REACH].astype(np.int16) - np.int16(round(level))
    rows = _extent(off[:, x0 - left : x1 - left].T, y0 - top, y1 - top, ink)
    columns = _extent(off[y0 - top : y1 - top], x0 - left, x1 - left, ink)
    if rows is None or columns is None:
        return None
    return left + columns[0], top + rows[0], left + columns[1], top + rows[1]


def _extent(off: npt.NDArray[np.int16], start: int, stop: int, ink: float) -> tuple[int, int] | None:
    """The first and one after the last column at the ground's level, where those from ``start`` to ``stop`` are about.

    ``off``: of the ground's level, that of an area and of what is beside it. The blurred edges of letters beside an
    area have its level, too, but beyond white; letters at its very edge hide it at a quarter of the size.
    """
    ground, paper = (np.abs(off) < ink).mean(axis=0) > _ON_GROUND, (off >= ink).mean(axis=0) >= _PAPER
    inner = np.flatnonzero(ground[start:stop])
    if not len(inner):
        return None
    reach = min(_REACH, (stop - start) // 2)
    first, last = start + int(inner[0]), start + int(inner[-1])
    before, after = np.flatnonzero(paper[first : start + reach]), np.flatnonzero(paper[stop - reach : last])
    if len(before):
        first += int(before[-1]) + 1
    if len(after):
        last = stop - reach + int(after[0]) - 1
    while first > 0 and ground[first - 1]:
        first -= 1
    while last + 1 < len(ground) and ground[last + 1]:
        last += 1
    return first, last + 1


def on_white(gray: Gray, areas: list[FilledArea]) -> Gray:
    """``gray`` with the ground of ``areas`` white and all that differs from it dark; dark areas get an outline.

    The outline stands for the edge of the fill, which is the ruling line of such a row.
    """
    if not areas:
        return gray
    result = gray.copy()
    for area in areas:
        x0, y0, x1, y1 = area.box
        crop = gray[y0:y1, x0:x1].astype(np.float32)
        above = (crop - area.ground) / max(area.contrast, 255.0 - area.ground)
        below = (area.ground - crop) / max(_CONTRAST, area.ground)
        if not area.dark:
            above[_written_shapes(gray[y0:y1, x0:x1], area.ground)] = 0
        result[y0:y1, x0:x1] = (255 * (1 - np.maximum(above, below))).clip(0, 255).astype(np.uint8)
        if area.dark:
            left, right = area.ends
            edges = [(x0, y0, x1 - 1, y0), (x0, y1 - 1, x1 - 1, y1 - 1)]
            edges += [(x, y0, x, y1 - 1) for x, end in ((x0, left), (x1 - 1, right)) if end]
            for a, b, c, d in edges:
                cv2.line(result, (a, b), (c, d), 0, _OUTLINE)
    return result


def _written_shapes(gray: Gray, ground: float) -> npt.NDArray[np.bool_]:
    """Where light shapes of any form with dark text on them lie on a ground: they are no letters lighter than it."""
    light = (gray > ground + _INK).astype(np.uint8)
    written, dark = np.zeros(gray.shape, bool), gray < ground - _INK
    if not dark.any() or np.count_nonzero(light) < _LEAST_SHAPE[0] * _LEAST_SHAPE[1]:
        return written
    _, labels, stats, _ = components_with_stats(light)
    large = (stats[:, 2] >= _LEAST_SHAPE[0]) & (stats[:, 3] >= _LEAST_SHAPE[1])
    large[0] = False
    shapes = np.flatnonzero(large)
    for label in shapes[np.argsort(-stats[shapes, 4])][:_MOST_SHAPES].tolist():
        x, y, w, h = stats[label][:4].tolist()
        own = labels[y : y + h, x : x + w] == label
        outlines, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        inside = cv2.drawContours(np.zeros((h, w), np.uint8), outlines, -1, 1, cv2.FILLED) > 0
        if _WRITTEN[0] <= float(np.mean(dark[y : y + h, x : x + w][inside])) <= _WRITTEN[1]:
            written[y : y + h, x : x + w] |= inside
    return written
