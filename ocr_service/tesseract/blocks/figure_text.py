"""Figures and the text inside them: a region is a figure only for what is left when its text is taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.document import FIGURE_LABELS, Box, Region, RegionResult
from ocr_service.geometry.boxes import area, contains_centre, enclosing, overlap_of_smaller
from ocr_service.geometry.components import components_with_stats
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.blocks.scales import scale_numbers
from ocr_service.tesseract.ledger.ink_ledger import LABELS
from ocr_service.tesseract.lines.captions import CAPTION
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, split_by_box

_CONFIDENT = 75.0  # Tesseract's; what it reads into a photograph has less
_WRITTEN = 50.0  # the same of a line whose ink stands as letters do
_LEGIBLE = 0.6  # of a line's letters in confident words
_DRAWN = 1.5  # em: larger pieces of ink are drawn, not written
_PICTORIAL = 0.04  # of a region's area that drawn pieces take up at least
_COLUMN_LINES, _SMALL = 6, 0.5  # lines of running text beside what is drawn, and that of the region's area


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a page, the ``lines`` of its text with the legible ones of the figures, and those left out."""

    regions: list[RegionResult]
    lines: list[Line]
    left_out: list[Line]


def find_figures(
    lines: Sequence[Line],
    regions: Sequence[Region],
    tables: Sequence[RegionResult],
    sheet: Sheet,
    rows: Sequence[Box] = (),
) -> Figures:
    """What the layout model took for a figure is none where nothing is drawn besides its text.

    ``rows``: where pieces of ink stand as letters do, so that what was read there is no chance of a photograph.
    """
    figures: list[RegionResult] = []
    rest = list(lines)
    left_out: list[Line] = []
    for region in regions:
        if region.label not in FIGURE_LABELS or region.score < SURE:
            continue
        if any(overlap_of_smaller(region.bbox, table.bbox) > 0.5 for table in tables):
            continue
        inner, outer = split_by_box(rest, region.bbox)
        box, caption = _without_caption(region.bbox, inner)
        legible = _legible_lines(inner, caption, rows)
        drawn = _drawn(box, inner, sheet)
        if legible and sum(map(area, drawn)) <= _PICTORIAL * area(box):
            continue
        own = _without_columns(box, drawn, legible)
        if own != box:
            box, (inner, outer) = own, split_by_box(rest, own)
            legible = _legible_lines(inner, caption, rows)
        figures.append(RegionResult(region.label, box, 0, region.score, "image"))
        rest = outer + legible
        left_out += [line for line in inner if line not in legible]
    return Figures(figures, rest, left_out)


def _legible_lines(lines: Sequence[Line], caption: Sequence[Line], rows: Sequence[Box]) -> list[Line]:
    labelled = sum(map(_is_legible, lines)) >= LABELS
    scales = scale_numbers(lines)
    return [
        line
        for line in lines
        if line in caption
        or _is_legible(line)
        or line in scales
        or (_is_label(line) if labelled else _is_written(line, rows))
    ]


def _without_caption(box: Box, lines: Sequence[Line]) -> tuple[Box, list[Line]]:
    """The figure without the caption that the model took in at its lower or upper end, and the caption's lines."""
    x0, y0, x1, y1 = box
    rows = sorted(lines, key=lambda line: line.box[1])
    for index, line in enumerate(rows):
        if not CAPTION.match(line.text):
            continue
        if line.box[1] > y0 + 0.6 * (y1 - y0):
            return (x0, y0, x1, line.box[1]), rows[index:]
        if index == 0 and line.box[3] < y0 + 0.3 * (y1 - y0):
            return (x0, line.box[3], x1, y1), [line]
    return box, []


def _is_legible(line: Line) -> bool:
    """Whether it was read for sure; what a text layer proves is no chance of a photograph, were it one digit."""
    if all(word.size is not None for word in line.words):
        return True
    counts = [(sum(c.isalnum() for c in word.text), word) for word in line.words]
    letters = sum(count for count, _ in counts)
    confident = sum(
        count for count, word in counts if word.confidence >= _CONFIDENT and (count >= 3 or _is_number(word.text))
    )
    return confident >= 2 and confident >= _LEGIBLE * letters


def _is_written(line: Line, rows: Sequence[Box]) -> bool:
    return line.confidence >= _WRITTEN and any(contains_centre(row, line.box) for row in rows)


def _is_label(line: Line) -> bool:
    """A line among many legible ones, which tell that the figure is no photograph."""
    return line.confidence >= _WRITTEN and sum(c.isalnum() for c in line.text) >= 2


def _is_number(text: str) -> bool:
    return any(c.isdigit() for c in text) and not any(c.isalpha() for c in text)


def _without_columns(box: Box, drawn: Sequence[Box], lines: Sequence[Line]) -> Box:
    """What is drawn of a figure that the model drew around columns of text as well; else the figure.

    Such a box lies over both columns, which could not be told apart in the order of reading.
    """
    if not drawn or len(lines) < _COLUMN_LINES:
        return box
    own = enclosing(drawn)
    beside = [line for line in lines if not contains_centre(own, line.box)]
    return own if area(own) < _SMALL * area(box) and len(prose_lines(beside)) >= _COLUMN_LINES else box


def _drawn(box: Box, lines: Sequence[Line], sheet: Sheet) -> list[Box]:
    """The drawn pieces in ``box``, and the filled areas without text."""
    words = [word.box for line in lines for word in line.words]
    filled = [
        inner
        for inner in sheet.filled
        if contains_centre(box, inner) and not any(contains_centre(inner, w) for w in words)
    ]
    em = max((line.em for line in lines), default=0.0)
    x0, y0, x1, y1 = box
    ink = sheet.ink[y0:y1, x0:x1].copy()
    for a, b, c, d in words:
        ink[max(0, b - y0) : max(0, d - y0), max(0, a - x0) : max(0, c - x0)] = 0
    _, _, stats, _ = components_with_stats(np.ascontiguousarray(ink))
    w, h = stats[1:, 2], stats[1:, 3]
    large = (w > _DRAWN * em) & (h > _DRAWN * em)
    return [(x0 + x, y0 + y, x0 + x + w, y0 + y + h) for x, y, w, h, _ in stats[1:][large].tolist()] + filled
