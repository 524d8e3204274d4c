"""Where on the page each word stands: where the reader placed it, else by the ink in its region's box.

The VLM gives text with a region's box, no more, and knows no lines at all. So the lines are found again in the picture,
and the words aligned with them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ocr_service.document import Box, FloatBox, Gray, PageResult, PlacedWord, RegionResult
from ocr_service.export.content_words import carried, content_words
from ocr_service.export.ink_lines import Ink, InkLine, ink_lines, ink_of, inner_rulings, widest_gaps
from ocr_service.export.plain_text import region_text
from ocr_service.export.tables import parse_table
from ocr_service.export.word_alignment import align
from ocr_service.geometry.deskew import sheared_level, slope_of

_MARGIN = 0.002  # of the page's width: boxes that readers give may cut the outermost strokes
_FAR = 4  # heights of a word: what stands further away is another cell or column
_WITHOUT_WORDS = ("image", "latex")
_RULING_PIXELS = 3  # half of a thick ruling at 120 dpi, and what skew adds


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its box ``x0, y0, x1, y1`` in pixels of the picture."""

    text: str
    box: FloatBox


Line = list[Word]


def place_words(page: PageResult, gray: Gray) -> list[Line]:
    """The lines of a page in reading order, each with its words. ``gray`` shows the upright page at any scale."""
    picture = _Picture(page, gray)
    lines: list[Line] = []
    for region in sorted(page.regions, key=lambda region: region.order):
        if region.format in _WITHOUT_WORDS:
            continue
        lines += picture.own_lines(region.words) if region.words else picture.lines_by_ink(region)
    return lines


def with_words(page: PageResult, gray: Gray) -> PageResult:
    """The page with the words of all text: where the reader placed none they are placed by the ink of ``gray``."""
    picture = _Picture(page, gray)
    return replace(
        page,
        regions=tuple(
            region if region.words or region.format in _WITHOUT_WORDS else picture.with_words(region)
            for region in page.regions
        ),
    )


class _Picture:
    """A page and its picture: pixels of the page from those of the picture, and back."""

    def __init__(self, page: PageResult, gray: Gray) -> None:
        self._gray = gray
        self._size = page.width, page.height
        self._across, self._down = gray.shape[1] / page.width, gray.shape[0] / page.height

    @cached_property
    def _level(self) -> tuple[Gray, float, int]:
        """The picture with its lines level, their slope before, and the row of its upper left corner."""
        slope = slope_of(self._gray)
        levelled, offset = sheared_level(self._gray, slope) if slope else (self._gray, 0)
        return levelled, slope, offset

    def own_lines(self, words: Sequence[PlacedWord]) -> list[Line]:
        """The words at their places, parted into lines."""
        lines = _parted(words)
        slope = _slope(lines)
        return [
            [Word(word.text, self._scaled(box)) for word, box in zip(line, _of_one_height(line, slope), strict=True)]
            for line in lines
        ]

    def _scaled(self, box: FloatBox) -> FloatBox:
        x0, y0, x1, y1 = box
        return x0 * self._across, y0 * self._down, x1 * self._across, y1 * self._down

    def lines_by_ink(self, region: RegionResult) -> list[Line]:
        levelled, slope, offset = self._level
        height, width = levelled.shape
        margin = round(_MARGIN * width)
        x0, y0, x1, y1 = self._scaled(region.bbox)
        left, right = max(0, round(x0) - margin), min(width, round(x1) + margin)
        # The box of a skew region is touched by its corners: where lines fall, at the upper left and the lower right.
        first, last = (left, right) if slope > 0 else (right, left)
        top = max(0, round(y0 - slope * first) + offset - margin)
        bottom = min(height, round(y1 - slope * last) + offset + margin)
        if right - left < 3 or bottom - top < 3:
            return []
        placed = _place_region(region, ink_of(levelled[top:bottom, left:right]))
        return [[_on_page(word, left, top - offset, slope) for word in line] for line in placed if line]

    def with_words(self, region: RegionResult) -> RegionResult:
        placed = [word for line in self.lines_by_ink(region) for word in line]
        own = carried([word.text for word in placed], content_words(region.content), region.word_confidences)
        words = (
            PlacedWord(word.text, self._on_page(word.box), region.confidence if confidence is None else confidence)
            for word, confidence in zip(placed, own, strict=True)
        )
        return replace(region, words=tuple(words), word_confidences=())

    def _on_page(self, box: FloatBox) -> Box:
        """Whole pixels of the page around ``box``, at least one wide and high."""
        width, height = self._size
        x0 = max(0, min(width - 1, math.floor(box[0] / self._across)))
        y0 = max(0, min(height - 1, math.floor(box[1] / self._down)))
        x1 = max(x0 + 1, min(width, math.ceil(box[2] / self._across)))
        return x0, y0, x1, max(y0 + 1, min(height, math.ceil(box[3] / self._down)))


def _parted(words: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    lines: list[list[PlacedWord]] = []
    for word in words:
        if lines and _goes_on(lines[-1][-1].bbox, word.bbox):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _slope(lines: Sequence[Sequence[PlacedWord]]) -> float:
    """How much the lines fall from left to right, in pixels a pixel: least squares over all, each about its middle."""
    rise = run = 0.0
    for line in lines:
        xs, ys = [(w.bbox[0] + w.bbox[2]) / 2 for w in line], [w.bbox[3] for w in line]
        x, y = sum(xs) / len(xs), sum(ys) / len(ys)
        rise += sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
        run += sum((a - x) ** 2 for a in xs)
    return rise / run if run else 0.0


def _of_one_height(line: Sequence[PlacedWord], slope: float) -> list[FloatBox]:
    """Boxes of a line's words that are all as high as the line: viewers take words on one baseline for one line."""
    falls = [slope * (word.bbox[0] + word.bbox[2]) / 2 for word in line]
    top = min(word.bbox[1] - fall for word, fall in zip(line, falls, strict=True))
    bottom = max(word.bbox[3] - fall for word, fall in zip(line, falls, strict=True))
    return [(w.bbox[0], top + fall, w.bbox[2], bottom + fall) for w, fall in zip(line, falls, strict=True)]


def _goes_on(last: Box, box: Box) -> bool:
    """Whether a word stands on the line of the one before it, and near it."""
    lower = min(last[3] - last[1], box[3] - box[1])
    gap = box[0] - last[2]
    return min(last[3], box[3]) - max(last[1], box[1]) > 0.3 * lower and -0.5 * lower < gap < _FAR * lower


def _place_region(region: RegionResult, ink: Ink) -> list[Line]:
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
