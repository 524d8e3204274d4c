"""Areas of many colours that meet, as a heat map's cells or a pie's pieces: made white, with the text on them as ink.

No step for a single filled area takes them: they are one dark shape of many levels, and look like a stamp or a shade.
The labels on them are of one size, which what stands on the areas of a photograph is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces

_COARSE_DPI = 100  # areas are looked for at about it
_GROUND, _SOLID = 5, 11  # pixels there: wider than two strokes, and than what has white beside it
_PAPER = 0.93  # of the paper's level: what is lighter in every channel is paper
_PRESENT = 0.004  # of the page: less than that is in no mosaic
_EDGE, _EDGE_WIDTH = 8, 5  # levels from one colour to the next; coarse pixels between them
_LEAST_IN = 0.14  # inches of an area's shorter side
_LEVEL = 10.0  # levels of standard deviation of an area's ground
_AREAS, _COLOURS, _APART = 4, 3, 6.0  # least areas of a mosaic, their colours, and levels from one to the next
_RECTANGLE = 0.85  # of its box; rows of a table are rectangles, one below the other
_CELLS = 5  # colours of a mosaic of rectangles: the fills of a table have fewer
_LABELLED, _LABELS = 0.3, 3  # share of the areas with text, and their number
_ALIKE = 1.3  # times the usual height of labels
_CONTRAST, _INK = 50.0, 128  # levels off the ground that count as full ink; the level below which it is ink
_RIM = 2  # coarse pixels of an area's edge, where its colour runs into the next
_MOST_INK = 0.3  # of an area
_MOST_AREAS = 200  # a page

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Area:
    """An area's box and the pixels it encloses, on the coarse page. ``colour``: of its ground."""

    box: Box
    inside: Mask
    colour: npt.NDArray[np.float32]

    @property
    def is_rectangle(self) -> bool:
        return bool(self.inside.mean() >= _RECTANGLE)


def on_white_mosaics(pixels: Pixels, dpi: int) -> Pixels:
    """``pixels`` with the areas of mosaics that have text on them white, and that text dark."""
    scale = min(1.0, _COARSE_DPI / dpi)
    coarse = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    part = _filled_part(coarse)
    if part is None:
        return pixels
    x0, y0, x1, y1 = part
    result = pixels
    for areas in _mosaics(coarse[y0:y1, x0:x1], (x0, y0), _paper(coarse), round(_LEAST_IN * dpi * scale)):
        labelled = [found for area in areas if (found := _labelled(area, pixels, scale, dpi)) is not None]
        if len(labelled) < max(_LABELS, _LABELLED * len(areas)):
            continue
        usual = float(np.median([found.height for found in labelled]))
        for found in labelled:
            if usual / _ALIKE <= found.height <= usual * _ALIKE:
                result = pixels.copy() if result is pixels else result
                x0, y0, x1, y1 = found.box
                result[y0:y1, x0:x1][found.inside] = found.white[found.inside][:, None]
    return result


def _filled_part(coarse: Pixels) -> Box | None:
    """The part of the page with areas that are no paper and wider than strokes; None where there are hardly any."""
    square = np.ones((_SOLID, _SOLID), np.uint8)
    solid = cv2.dilate(_weakest(coarse), square) < _PAPER * _paper(coarse)
    if np.count_nonzero(solid) < _PRESENT * solid.size:
        return None
    x, y, w, h = cv2.boundingRect(solid.astype(np.uint8))
    height, width = solid.shape
    return max(0, x - _SOLID), max(0, y - _SOLID), min(width, x + w + _SOLID), min(height, y + h + _SOLID)


def _weakest(pixels: Pixels) -> Gray:
    return cv2.min(cv2.min(pixels[:, :, 0], pixels[:, :, 1]), pixels[:, :, 2]).astype(np.uint8)


def _paper(coarse: Pixels) -> float:
    return float(np.percentile(_weakest(coarse)[::4, ::4], 80))


def _mosaics(coarse: Pixels, at: tuple[int, int], paper: float, least: int) -> Iterator[list[_Area]]:
    """The areas that meet others, by groups. ``at``: where the part ``coarse`` of the page is."""
    ground = cv2.medianBlur(np.ascontiguousarray(coarse), _GROUND).astype(np.uint8)
    coloured = _weakest(ground) < _PAPER * paper
    steps = cv2.morphologyEx(ground, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).astype(np.uint8)
    edges = cv2.max(cv2.max(steps[:, :, 0], steps[:, :, 1]), steps[:, :, 2]) > _EDGE
    _, found, stats, _ = components_with_stats((coloured & ~edges).astype(np.uint8), connectivity=4)
    labels = found.astype(np.int32, copy=False)
    large = (stats[:, 2:4].min(axis=1) >= least) & (stats[:, 4] >= least**2)
    large[0] = False
    if not _AREAS <= np.count_nonzero(large) <= _MOST_AREAS:
        return
    candidates = (_area(label, labels, stats[label], ground, at) for label in np.flatnonzero(large).tolist())
    areas = [area for area in candidates if area is not None]
    for group in _meeting(areas, coloured, at, least):
        if _is_mosaic(group):
            yield group


def _meeting(areas: list[_Area], coloured: Mask, at: tuple[int, int], least: int) -> list[list[_Area]]:
    """``areas`` in groups of those that meet, with no paper between."""
    numbers = np.zeros(coloured.shape, np.int16)
    for number, area in enumerate(areas, 1):
        x0, y0, x1, y1 = area.box
        numbers[y0 - at[1] : y1 - at[1], x0 - at[0] : x1 - at[0]][area.inside] = number
    reach = np.ones((2 * _EDGE_WIDTH + 1,) * 2, np.uint8)
    highest = cv2.dilate(numbers, reach)
    lowest = cv2.erode(np.where(numbers, numbers, len(areas) + 1).astype(np.int16), reach)
    both = (highest != lowest) & (highest > 0) & (lowest <= len(areas)) & coloured
    pairs, shared = np.unique(np.stack([lowest[both], highest[both]]), axis=1, return_counts=True)
    groups = [{number} for number in range(len(areas) + 1)]
    for one, other in pairs[:, shared >= least * _EDGE_WIDTH].T.tolist():
        if groups[one] is not groups[other]:
            groups[one] |= groups[other]
            for number in groups[other]:
                groups[number] = groups[one]
    unique = {id(group): group for group in groups[1:]}.values()
    return [[areas[number - 1] for number in sorted(group)] for group in unique]


def _area(
    label: int, labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], ground: Pixels, at: tuple[int, int]
) -> _Area | None:
    """The component with all that its outline encloses; None where its ground is not level."""
    x, y, w, h = stats[:4].tolist()
    own = labels[y : y + h, x : x + w] == label
    levels = ground[y : y + h, x : x + w][own].astype(np.float32)
    if float(levels.std(axis=0).max()) > _LEVEL:
        return None
    outlines, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    inside = cv2.drawContours(np.zeros(own.shape, np.uint8), outlines, -1, 1, cv2.FILLED) > 0
    left, top = x + at[0], y + at[1]
    return _Area((left, top, left + w, top + h), inside, np.median(levels, axis=0))


def _is_mosaic(areas: list[_Area]) -> bool:
    """Whether there are many colours, more where all areas are rectangles, as the rows of a filled table are."""
    if len(areas) < _AREAS:
        return False
    colours: list[npt.NDArray[np.float32]] = []
    for area in areas:
        if all(float(np.abs(area.colour - other).max()) > _APART for other in colours):
            colours.append(area.colour)
    rectangles = sum(area.is_rectangle for area in areas) > len(areas) / 2
    return len(colours) >= (_CELLS if rectangles else _COLOURS)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """An area with text: its box on the page, what is ``inside`` it, that dark on white, and the letters' height."""

    box: Box
    inside: Mask
    white: Gray
    height: float


def _labelled(area: _Area, pixels: Pixels, scale: float, dpi: int) -> _Labelled | None:
    height, width = pixels.shape[:2]
    box = tuple(round(side / scale) for side in area.box)
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    inside = cv2.resize(area.inside.astype(np.uint8), (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST) > 0
    off = np.abs(pixels[y0:y1, x0:x1].astype(np.float32) - area.colour).max(axis=2)
    white = (255 * (1 - off / max(_CONTRAST, float(np.percentile(off[inside], 99))))).clip(0, 255).astype(np.uint8)
    rim = 2 * round(_RIM / scale) + 1
    inner = cv2.erode(inside.astype(np.uint8), np.ones((rim, rim), np.uint8), borderValue=0) > 0
    ink = np.where((white < _INK) & inner, 255, 0).astype(np.uint8)
    if not 0 < cv2.countNonZero(ink) <= _MOST_INK * np.count_nonzero(inside):
        return None
    letters = letter_pieces(ink, TEN_POINTS_IN * dpi, dpi)
    if not len(letters.boxes):
        return None
    white[~inner] = 255
    return _Labelled((x0, y0, x1, y1), inside, white, float(np.median(letters.boxes[:, 3] - letters.boxes[:, 1])))
