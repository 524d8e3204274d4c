"""Where on the page each word stands: the text of a region spread over the ink in its box.

Readers give text with a region's box, no more: the VLM knows no lines at all. So the lines are found again in the
picture, and the words aligned with them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import Gray, PageResult, RegionResult
from ocr_service.export.ink_lines import Ink, InkLine, ink_lines, ink_of, inner_rulings, widest_gaps
from ocr_service.export.plain_text import region_text
from ocr_service.export.tables import parse_table
from ocr_service.export.word_alignment import align
from ocr_service.geometry.deskew import sheared_level, slope_of

_MARGIN = 0.002  # of the page's width: boxes that readers give may cut the outermost strokes
_RULING_PIXELS = 3  # half of a thick ruling at 120 dpi, and what skew adds


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its box ``x0, y0, x1, y1`` in pixels of the picture."""

    text: str
    box: tuple[float, float, float, float]


Line = list[Word]


def place_words(page: PageResult, gray: Gray) -> list[Line]:
    """The lines of a page in reading order, each with its words. ``gray`` shows the upright page at any scale."""
    height, width = gray.shape
    across, down = width / page.width, height / page.height
    margin = round(_MARGIN * width)
    slope = slope_of(gray)
    levelled, offset = sheared_level(gray, slope) if slope else (gray, 0)
    lines: list[Line] = []
    for region in sorted(page.regions, key=lambda region: region.order):
        x0, y0, x1, y1 = region.bbox
        left, right = max(0, round(x0 * across) - margin), min(width, round(x1 * across) + margin)
        # The box of a skew region is touched by its corners: where lines fall, at the upper left and the lower right.
        first, last = (left, right) if slope > 0 else (right, left)
        top = max(0, round(y0 * down - slope * first) + offset - margin)
        bottom = min(levelled.shape[0], round(y1 * down - slope * last) + offset + margin)
        if right - left >= 3 and bottom - top >= 3:
            placed = _place_region(region, ink_of(levelled[top:bottom, left:right]))
            lines += [[_on_page(word, left, top - offset, slope) for word in line] for line in placed if line]
    return lines


def _place_region(region: RegionResult, ink: Ink) -> list[Line]:
    if region.format in ("image", "latex"):
        return []
    if region.label == "table" and (table := parse_table(region.content)):
        return _place_table([row.cells for row in table.rows], table.columns, ink)
    return _place_text(region_text(region), ink)


def _place_text(text: str, ink: Ink) -> list[Line]:
    words = text.split()
    if not words:
        return []
    lines = ink_lines(ink, len(words)) or _even_lines(text, ink)
    placed: list[Line] = [[] for _ in lines]
    for word, place in zip(words, align(words, lines), strict=True):
        line = lines[place.line]
        placed[place.line].append(Word(word, (place.x0, line.top, max(place.x1, place.x0 + 1), line.bottom)))
    return placed


def _even_lines(text: str, ink: Ink) -> list[InkLine]:
    """Lines for text that is not to be seen in the picture: as many as the box has room for."""
    height, width = ink.shape
    count = max(1, min(len(text.split()), height // 2, round(math.sqrt(0.5 * len(text) * height / width))))
    return [InkLine(height * line // count, height * (line + 1) // count, ((0, width),)) for line in range(count)]


def _place_table(rows: Sequence[Sequence[str]], columns: int, ink: Ink) -> list[Line]:
    """Each cell's words over its part of the table: parted at its rulings, else at gaps, else evenly."""
    height, width = ink.shape
    downs = inner_rulings(ink.mean(axis=1))
    if len(downs) != len(rows) - 1:
        seen = ink_lines(ink, sum(len(cell.split()) for row in rows for cell in row))
        downs = [(above.bottom + below.top) // 2 for above, below in itertools.pairwise(seen)]
    if len(downs) != len(rows) - 1:
        downs = [height * row // len(rows) for row in range(1, len(rows))]
    inner = inner_rulings(ink.mean(axis=0))
    if len(inner) != columns - 1:
        inner = widest_gaps(ink, columns - 1)
    if len(inner) != columns - 1:
        inner = [width * column // columns for column in range(1, columns)]
    lines: list[Line] = []
    for cells, (top, bottom) in zip(rows, itertools.pairwise([0, *downs, height]), strict=True):
        for cell, (left, right) in zip(cells, itertools.pairwise([0, *inner, width]), strict=False):
            # What is left of a ruling that is skew or thick would be taken for a word.
            x, y = left + _RULING_PIXELS, top + _RULING_PIXELS
            inside = ink[y : bottom - _RULING_PIXELS, x : right - _RULING_PIXELS]
            if inside.shape[0] > 2 and inside.shape[1] > 2:
                lines += [[_moved(word, x, y) for word in line] for line in _place_text(cell, inside)]
    return lines


def _on_page(word: Word, x: float, y: float, slope: float) -> Word:
    """The word at its place on the page as it is, skew."""
    moved = _moved(word, x, y)
    return _moved(moved, 0, slope * (moved.box[0] + moved.box[2]) / 2)


def _moved(word: Word, x: float, y: float) -> Word:
    x0, y0, x1, y1 = word.box
    return Word(word.text, (x0 + x, y0 + y, x1 + x, y1 + y))
