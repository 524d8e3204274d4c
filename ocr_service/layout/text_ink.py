"""The text-like ink of a page by its regions: how much each has, and where it stands outside all of them.

Looked at in a page of about 100 dpi, so that an A4 page costs a page worker 4 ms where rendering, layout and crops take
100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray, Pixels, Region
from ocr_service.geometry.boxes import area, enclosing, shared_area
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, Pieces, ink_areas, letter_pieces, text_rows

_DPI = 100  # of the page that is looked at
_BLOCK, _OFFSET = 21, 18  # pixels and grey levels: ink is darker than the mean over a line and a half
_STEP, _GROUND = 4, 7  # at a quarter of the size, pixels: wider than the strokes of a headline
_LEAST, _FILLED = (12, 3), 0.7  # pixels there, width and height, and the share of its box that a filled area has
_EDGE = 7  # pixels at which a ground begins or ends, which are no ink
_DARK, _BLACK = 0.6, 90.0  # of the paper's level, and grey levels: ground on which text is lighter
_LEAST_HEIGHT = 3  # pixels: of a stroke of 5-point type; dots of leaders are lower
_RULE = 25  # pixels: upright strokes that long are ruling lines
_STROKES = 6.5  # of ``(starts of strokes)² / ink`` a letter, see ``letters``
_AROUND = 0.35  # em: what sticks out of a region's box belongs to it
_PAD = 0.3  # em of paper around text that no region has
_LINE, _LINES = 12, 3  # letters of a line of text inside a picture, and how many lines tell that it is no chance
_READ = 0.5  # of a text of the model inside a picture, which is read already
_MOST_AREAS = 16  # a page: a page of noise must not send a hundred requests


@dataclass(frozen=True, slots=True)
class RegionInk:
    """Of one region: how many ``letters`` its ink makes, about, and the ink itself in pixels of the reduced page."""

    letters: int
    ink: int


@dataclass(frozen=True, slots=True)
class TextInk:
    """The ink of a page reduced by ``factor`` to ``dpi`` (255 is ink), and the strokes of its letters alone.

    On dark ground the ink is what is lighter.
    """

    ink: Gray
    strokes: Gray
    factor: int
    dpi: int

    def outside(self, boxes: Sequence[Box]) -> list[Box]:
        """Where text stands in none of ``boxes``, from the top; boxes in pixels of the page."""
        em = TEN_POINTS_IN * self.dpi
        around, pad = round(_AROUND * em), max(2, round(_PAD * em))
        left = self.ink.copy()
        for box in boxes:
            x0, y0, x1, y1 = self.reduced(box)
            left[max(0, y0 - around) : y1 + around, max(0, x0 - around) : x1 + around] = 0
        x, y, width, height = cv2.boundingRect(left)
        if not width:
            return []
        part = np.ascontiguousarray(left[y : y + height, x : x + width])
        pieces = letter_pieces(part, em, self.dpi, least_height=_LEAST_HEIGHT)
        areas = ink_areas(pieces, np.ones(len(pieces.boxes), bool), (height, width))[:_MOST_AREAS]
        found = [self.on_page(each.box, (x, y), pad) for each in areas if each.regular]
        return sorted(found, key=lambda box: (box[1], box[0]))

    def written_in(self, box: Box) -> Box | None:
        """The part of a picture with lines of text on it, as on a slide or a screenshot; None where there are none.

        Short rows are labels and chance.
        """
        em = TEN_POINTS_IN * self.dpi
        x0, y0, x1, y1 = self.reduced(box)
        part = np.ascontiguousarray(self.ink[max(0, y0) : y1, max(0, x0) : x1])
        if not part.any():
            return None
        pieces = letter_pieces(part, em, self.dpi, least_height=_LEAST_HEIGHT)
        rows = text_rows(pieces, np.ones(len(pieces.boxes), bool), (part.shape[0], part.shape[1]))
        lines = [row.box for row in rows if row.pieces >= _LINE]
        if len(lines) < _LINES:
            return None
        return self.on_page(enclosing(lines), (max(0, x0), max(0, y0)), max(2, round(_PAD * em)))

    def areas(self) -> list[tuple[Box, RegionInk]]:
        """Where text stands, whatever reads it, and its ink; boxes in pixels of the page."""
        pieces = self.pieces()
        found = ink_areas(pieces, np.ones(len(pieces.boxes), bool), self.ink.shape[:2])
        boxes = [self.on_page(each.box) for each in found if each.regular]
        return [(box, self.in_region(box)) for box in boxes]

    def pieces(self) -> Pieces:
        """The letters of the reduced page."""
        return letter_pieces(self.ink, TEN_POINTS_IN * self.dpi, self.dpi, least_height=_LEAST_HEIGHT)

    def on_page(self, box: Box, offset: tuple[int, int] = (0, 0), pad: int = 0) -> Box:
        """``box`` of a part of the reduced page that begins at ``offset``, with ``pad`` around, on the page."""
        (x, y), (bottom, right) = offset, self.ink.shape
        x0, y0 = max(0, x + box[0] - pad), max(0, y + box[1] - pad)
        x1, y1 = min(right, x + box[2] + pad), min(bottom, y + box[3] + pad)
        return x0 * self.factor, y0 * self.factor, x1 * self.factor, y1 * self.factor

    def in_region(self, box: Box) -> RegionInk:
        """The ink inside ``box``, in pixels of the page.

        The places where strokes begin in their rows are in proportion to a letter's height, its ink to the square of
        it. So ``starts² / ink`` counts letters whatever their size: on 45 pages, Latin and Cyrillic, 8 to 18 points,
        drawn and scanned, a letter has 4.7 to 7.8, in 6 points 3.8.
        """
        x0, y0, x1, y1 = self.reduced(box)
        strokes = self.strokes[max(0, y0) : y1, max(0, x0) : x1]
        if strokes.shape[0] == 0 or strokes.shape[1] < 2:
            return RegionInk(0, 0)
        ink = cv2.countNonZero(strokes)
        starts = cv2.countNonZero(cv2.subtract(strokes[:, 1:], strokes[:, :-1]))
        return RegionInk(round(starts * starts / (ink * _STROKES)) if ink else 0, ink)

    def reduced(self, box: Box) -> Box:
        """``box`` of the page on the reduced page."""
        x0, y0, x1, y1 = (side // self.factor for side in box)
        return x0, y0, x1, y1


def text_ink(pixels: Pixels, dpi: int) -> TextInk:
    """The text-like ink of a page at this ``dpi``."""
    factor = max(1, round(dpi / _DPI))
    height, width = (side // factor for side in pixels.shape[:2])
    # By whole pixels: any other factor costs ten times as much.
    whole = pixels[: height * factor, : width * factor]
    reduced = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA) if factor > 1 else whole
    gray = cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    mean = cv2.blur(gray, (_BLOCK, _BLOCK))
    _, ink = cv2.threshold(cv2.subtract(mean, gray), _OFFSET, 255, cv2.THRESH_BINARY)
    dark = _dark_ground(gray)
    if dark is not None:
        _, light = cv2.threshold(cv2.subtract(gray, mean), _OFFSET, 255, cv2.THRESH_BINARY)
        inside = cv2.erode(dark, np.ones((_EDGE, _EDGE), np.uint8))
        around = cv2.dilate(dark, np.ones((2 * _EDGE, 2 * _EDGE), np.uint8))
        ink = np.where(inside > 0, light, np.where(around > 0, 0, ink)).astype(np.uint8)
    upright = cv2.erode(ink, np.ones((_LEAST_HEIGHT, 1), np.uint8))
    rules = cv2.morphologyEx(upright, cv2.MORPH_OPEN, np.ones((_RULE, 1), np.uint8))
    strokes = cv2.subtract(upright, rules)
    return TextInk(ink.astype(np.uint8), strokes.astype(np.uint8), factor, round(dpi / factor))


def _dark_ground(gray: Gray) -> Gray | None:
    """A mask (1) of filled areas in which text can only be lighter; None where there are none."""
    small = cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(small, _GROUND)
    dark = (ground < max(_BLACK, _DARK * float(np.percentile(small, 80)))).astype(np.uint8)
    if not dark.any():
        return None
    _, labels, stats, _ = components_with_stats(dark)
    width, height, area = (stats[:, column] for column in (2, 3, 4))
    filled = (width >= _LEAST[0]) & (height >= _LEAST[1]) & (area >= _FILLED * width * height)
    filled[0] = False
    if not filled.any():
        return None
    size = (gray.shape[1], gray.shape[0])
    mask: Gray = cv2.resize(filled[labels].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return mask


def with_missed_text(regions: Sequence[Region], ink: TextInk) -> list[Region]:
    """``regions`` in reading order, with a region of text for each place that has text-like ink and none of them.

    So has the written part of each ``image``, which no model reads: a dark slide may be one as a whole.

    Such a region has the score 0.0: no model saw it. It follows what stands above it in its column.
    """
    texts = [region.bbox for region in regions if region.label != "image"]
    written = [ink.written_in(region.bbox) for region in regions if region.label == "image"]
    missed = ink.outside([region.bbox for region in regions])
    missed += [box for box in written if box and not any(shared_area(box, text) > _READ * area(text) for text in texts)]
    return with_texts(regions, missed)


def with_texts(regions: Sequence[Region], boxes: Sequence[Box]) -> list[Region]:
    """``regions`` in reading order, with regions of text that no model saw (score 0.0) where they belong."""
    joined = list(regions)
    for box in boxes:
        joined.insert(_place(joined, box), Region("text", box, 0, 0.0))
    return [replace(region, order=order) for order, region in enumerate(joined)] if boxes else joined


def _place(regions: Sequence[Region], box: Box) -> int:
    """The index in reading order at which a new box goes."""
    column = [i for i, r in enumerate(regions) if min(r.bbox[2], box[2]) > max(r.bbox[0], box[0])] or range(
        len(regions)
    )
    above = [i for i in column if _middle(regions[i].bbox) <= _middle(box)]
    if above:
        return max(above, key=lambda i: _middle(regions[i].bbox)) + 1
    return min(column, key=lambda i: _middle(regions[i].bbox), default=0)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
