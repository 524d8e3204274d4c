"""Shapes around text that are no rectangle of one colour: buttons, discs, arrows, gradients, rings.

Their ground is made white and the text on it dark, so that it is read with the page. The ground of such a shape is
smooth; a photograph's is not, and a large letter has no text on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import Boxed, contains_centre
from ocr_service.geometry.components import components, components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces, text_rows

_STEP = 2  # shapes are looked for at half the size
_FILLED = 0.8  # of the paper's level; lighter grounds are read as they are
_LEAST_IN, _RING_IN, _MOST = 0.12, 0.2, 0.6  # inches of the shorter side, of a ring's, and of the page's sides
_INKED, _RING = 0.3, 0.05  # of its box that a filled shape fills at least, and a ring
_RING_WIDTH = 9  # pixels of a ring's stroke, at most
_LARGE_IN = 1.5  # inches of the shorter side of a shape that has others on it
_GRADIENT_IN, _GROUND, _COARSE = 0.4, 9, 4  # inches from which a ground may change; pixels of it, at a quarter
_SMOOTH, _EVEN = 14, 0.5  # grey levels off the ground, and the share of a shape that is so near to it
_BETTER, _HOLE = 0.08, 0.03  # more of that share; of a shape that is white and large, as the hole of a letter is
_LIGHTEST = 98  # percentile of a shape's levels off its ground that is full ink, if its letters are light
_CONTRAST = 60.0  # grey levels off the ground that count as full ink, at least
_INK, _MOST_INK = 128, 0.45  # of a shape made white: the level below which is ink, and how much of it there is
# Of the paper's level: what a changing ground has at least where it goes on outside of its shape, and at most there.
_OPEN, _NO_PAPER = 0.7, 0.92
_EDGE = 3  # pixels of a shape's edge, where its colour runs into the paper's
_AS_WIDE, _UPRIGHT = 0.98, 0.8  # of the widest row, and the share of rows of a rectangle
_SOLID = 0.88  # of its hull that the hole of a large letter fills; digits and letters fill less
_LEAST_LETTER, _MOST_LETTER = 0.2, 0.75  # of a shape's height
_IN_ROWS = 0.4  # of the ink on a shape; that of a photograph in black and white only is all over it
# Inches of the height of a word whose letters run together, as a worn ribbon types them: its holes are no letters. Its
# outline is longer than its hull's: 1.09 to 1.87 times of 38 such words but one, 1.05 at most of 75 drawn shapes.
_WORD_IN, _RAGGED = 0.3, 1.08
# The same of handwriting that is as high as a shape may be; letters of a watermark with text on them have 2.0 at most.
_SCRAWLED = 2.2
_NOTCH = 1.5  # pixels by which an edge may waver
_FEW = 3  # pieces of a lone sign or number
_MOST_SHAPES = 100  # a page: a page of noise must not take a minute

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Shape(Boxed):
    """A shape's box on the page, and what of it the shape's outline encloses."""

    box: Box
    inside: Mask


def on_white_shapes(gray: Gray, dpi: int, filled: Sequence[Box]) -> Gray:
    """``gray`` with text on filled shapes dark on white. ``filled``: areas that are white already."""
    paper = float(np.percentile(gray[::8, ::8], 80))
    result, large = _with_white_shapes(gray, paper, dpi, filled)
    for x0, y0, x1, y1 in large:
        part = np.ascontiguousarray(result[y0:y1, x0:x1])
        inner = [
            (a - x0, b - y0, c - x0, d - y0) for a, b, c, d in filled if contains_centre((x0, y0, x1, y1), (a, b, c, d))
        ]
        result[y0:y1, x0:x1] = _with_white_shapes(part, paper, dpi, inner)[0]
    return result


def _with_white_shapes(gray: Gray, paper: float, dpi: int, filled: Sequence[Box]) -> tuple[Gray, list[Box]]:
    """``gray`` with its outermost shapes white, and the boxes of those that may have shapes on them, as slides do."""
    result, large = gray, []
    for shape in _shapes(gray, paper, dpi, filled):
        white = _made_white(gray, shape, paper, dpi)
        if white is None:
            continue
        if result is gray:
            result = gray.copy()
        x0, y0, x1, y1 = shape.box
        inside = cv2.dilate(shape.inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        for a, b, c, d in filled:
            if contains_centre(shape.box, (a, b, c, d)):
                inside[max(0, b - y0) : max(0, d - y0), max(0, a - x0) : max(0, c - x0)] = False
        result[y0:y1, x0:x1][inside] = np.minimum(white, round(paper))[inside]
        if min(x1 - x0, y1 - y0) >= _LARGE_IN * dpi:
            large.append(shape.box)
    return result, large


def _shapes(gray: Gray, paper: float, dpi: int, filled: Sequence[Box]) -> Iterator[_Shape]:
    """The filled shapes and the rings of a page, none of those inside another."""
    half = cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA)
    mask = (half < _FILLED * paper).astype(np.uint8)
    for x0, y0, x1, y1 in filled:
        mask[max(0, y0 // _STEP - 1) : y1 // _STEP + 2, max(0, x0 // _STEP - 1) : x1 // _STEP + 2] = 0
    _, _, stats, _ = components_with_stats(mask)
    x, y, w, h, area = (stats[1:, column].astype(np.int64) for column in range(5))
    share, sides = area / (w * h), np.minimum(w, h) * _STEP / dpi
    fits = (w < _MOST * mask.shape[1]) | (h < _MOST * mask.shape[0])
    fits &= ((share >= _INKED) & (sides >= _LEAST_IN)) | ((share >= _RING) & (sides >= _RING_IN) & (w < 6 * h))
    chosen = np.flatnonzero(fits)
    for index in chosen[np.argsort(-area[chosen])][:_MOST_SHAPES].tolist():
        x0, y0 = max(0, int(x[index]) * _STEP - 2), max(0, int(y[index]) * _STEP - 2)
        x1, y1 = int(x[index] + w[index]) * _STEP + 2, int(y[index] + h[index]) * _STEP + 2
        shape = _outlined(gray[y0:y1, x0:x1], (x0, y0), _FILLED * paper)
        if shape is not None:
            yield shape


def _outlined(crop: Gray, at: tuple[int, int], level: float) -> _Shape | None:
    """The largest piece of ``crop`` that is darker than ``level``, with all that it encloses."""
    outlines, _ = cv2.findContours((crop < level).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    inside = cv2.drawContours(np.zeros(crop.shape, np.uint8), [outline], -1, 1, cv2.FILLED) > 0
    x0, y0 = at
    return _Shape((x0, y0, x0 + crop.shape[1], y0 + crop.shape[0]), inside)


def _made_white(gray: Gray, shape: _Shape, paper: float, dpi: int) -> Gray | None:
    """The picture of what is inside a shape, dark on white; None where no text stands there on a smooth ground."""
    x0, y0, x1, y1 = shape.box
    crop = gray[y0:y1, x0:x1]
    inner = _shrunk(shape.inside, _EDGE)
    if not inner.any():
        return None
    level = _ground(crop, inner, paper, dpi)
    in_ring = float(np.median(level[inner])) >= _FILLED * paper
    if in_ring:
        ring = _ring(crop < _FILLED * paper, shape.inside)
        if _is_upright(shape.inside) or (ring & _shrunk(shape.inside, _RING_WIDTH)).any():
            return None  # ruling lines of a cell, or letters hang on the ring and would be lost with it
        inner = shape.inside & (cv2.dilate(ring.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    elif _is_ragged(shape, dpi):
        return None
    off = crop - level
    if not inner.any() or _evenness(off, inner) < _EVEN:
        return None
    lightest = max(_CONTRAST, float(np.percentile(off[inner], _LIGHTEST)))  # blurred letters never get white
    away = np.where(
        off > 0, off / np.minimum(lightest, np.maximum(_CONTRAST, 255.0 - level)), -off / np.maximum(_CONTRAST, level)
    )
    white = (255 * (1 - away)).clip(0, 255).astype(np.uint8)
    ink = np.where((white < _INK) & inner, 255, 0).astype(np.uint8)
    if cv2.boundingRect(ink)[3] < _least_letter(shape.height, dpi):
        return None
    goes_on = _goes_on(crop, level, paper)
    # Letters that lie across the place where a ground gets lighter are no slivers of its edge.
    ink = np.where(goes_on & (off < 0), ink, _without_edge(ink, inner)).astype(np.uint8)
    white[~(inner & (cv2.dilate(ink, np.ones((5, 5), np.uint8)) > 0))] = 255
    if cv2.countNonZero(ink) > _MOST_INK * np.count_nonzero(inner) or not _has_text(
        ink, shape.height, dpi, in_ring=in_ring
    ):
        return None
    white[goes_on & ~inner] = crop[goes_on & ~inner]
    return white


def _is_ragged(shape: _Shape, dpi: int) -> bool:
    """Whether a shape's outline is that of letters which run together."""
    outlines, _ = cv2.findContours(shape.inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    around = cv2.arcLength(cv2.convexHull(outline), True)
    most = _RAGGED if shape.height < _WORD_IN * dpi else _SCRAWLED
    return cv2.arcLength(cv2.approxPolyDP(outline, _NOTCH, True), True) > most * around


def _goes_on(crop: Gray, level: npt.NDArray[np.float32], paper: float) -> Mask:
    """Where the ground of a shape gets lighter without an edge, so that its outline cuts through letters."""
    if np.ptp(level) == 0:
        return np.zeros(crop.shape, bool)
    around = cv2.dilate(crop, np.ones((4 * _EDGE + 1, 4 * _EDGE + 1), np.uint8))
    goes_on: Mask = (around >= _OPEN * paper) & (around <= _NO_PAPER * paper)
    return goes_on


def _shrunk(inside: Mask, by: int) -> Mask:
    eroded = cv2.erode(inside.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8), borderValue=0)
    shrunk: Mask = eroded > 0
    return shrunk


def _ring(dark: Mask, inside: Mask) -> Mask:
    """What hangs together with the outline."""
    _, labels = components((dark & inside).astype(np.uint8))
    at_rim = np.unique(labels[inside & ~_shrunk(inside, 1)])
    ring: Mask = np.isin(labels, at_rim) & (labels > 0)
    return ring


def _is_upright(inside: Mask) -> bool:
    """Whether most rows are as wide as the widest, as those of a rectangle are."""
    widths = inside.sum(axis=1)
    return float(np.mean(widths[widths > 0] >= _AS_WIDE * widths.max())) > _UPRIGHT


def _without_edge(ink: Gray, inner: Mask) -> Gray:
    """``ink`` without the slivers along the shape's edge, where its colour runs into the paper's."""
    _, labels = components(ink)
    at_edge = np.setdiff1d(labels[inner & ~_shrunk(inner, 1)], labels[_shrunk(inner, _EDGE)])
    return np.where(np.isin(labels, at_edge), 0, ink).astype(np.uint8)


def _ground(crop: Gray, inner: Mask, paper: float, dpi: int) -> npt.NDArray[np.float32]:
    """The level of a shape's ground: the commonest one, or each place's own where that of a large shape changes."""
    counts = np.bincount(crop[inner], minlength=256).astype(np.float32)
    common = np.full(crop.shape, np.argmax(np.convolve(counts, np.ones(9), "same")), np.float32)
    if min(crop.shape) < _GRADIENT_IN * dpi:
        return common
    small = cv2.resize(crop, None, fx=1 / _COARSE, fy=1 / _COARSE, interpolation=cv2.INTER_AREA).astype(np.uint8)
    smooth = cv2.resize(cv2.medianBlur(small, _GROUND), (crop.shape[1], crop.shape[0])).astype(np.float32)
    is_hole = float(np.mean(smooth[inner] >= _FILLED * paper)) > _HOLE  # of a large letter
    better = _evenness(crop - smooth, inner) > _evenness(crop - common, inner) + _BETTER
    return smooth if better and not is_hole else common


def _evenness(off: npt.NDArray[np.float32], inner: Mask) -> float:
    """The share of what is ``inner`` that has the ground's level."""
    return float((np.abs(off) <= _SMOOTH)[inner].mean())


def _has_text(ink: Gray, height: int, dpi: int, *, in_ring: bool) -> bool:
    """Whether pieces of ink inside a shape stand as letters do, or the only ones have the form of letters."""
    pieces = letter_pieces(ink, TEN_POINTS_IN * dpi, dpi)
    heights = pieces.boxes[:, 3] - pieces.boxes[:, 1]
    fits = (heights >= _least_letter(height, dpi)) & (heights <= _MOST_LETTER * height)
    rows = text_rows(pieces, fits, (ink.shape[0], ink.shape[1]), short=True)
    if rows and sum(row.ink for row in rows) >= _IN_ROWS * cv2.countNonZero(ink):
        return True
    return int(fits.sum()) <= _FEW and any(has_form(box, ink, in_ring=in_ring) for box in pieces.boxes[fits].tolist())


def _least_letter(height: int, dpi: int) -> float:
    """How high a letter on a shape of ``height`` is at least, in pixels."""
    return min(_LEAST_LETTER * height, 0.6 * TEN_POINTS_IN * dpi)


def has_form(box: Sequence[int], ink: Gray, *, in_ring: bool = False) -> bool:
    """Whether a piece has bays or holes, as digits and letters have and the holes of a large letter do not.

    The holes of a large letter that is drawn in outline are rings themselves: inside a ring only bays tell.
    """
    x0, y0, x1, y1 = box
    part = np.ascontiguousarray(ink[y0:y1, x0:x1])
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    hull = float(cv2.contourArea(cv2.convexHull(outline)))
    filled = float(cv2.contourArea(outline)) if in_ring else cv2.countNonZero(part)
    return hull > 0 and filled < _SOLID * hull
