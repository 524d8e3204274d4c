"""Where a table without upright ruling lines begins and ends: a detector's box, corrected by the rows there."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.lines.captions import CAPTION
from ocr_service.tesseract.tables.aligned_rows import bottom, top
from ocr_service.tesseract.tables.columns import Row, filled_runs, find_gutters, visual_rows
from ocr_service.tesseract.words import Line, Word, split_by_box

_FAR = 7.0  # em of white between two rows
_NEAR = 1.6  # em of white between a table and a further row of it
_LARGER = 1.25  # times the table's type: a heading's
_LEADING, _SPACE = 0.55, 0.3  # em of white between the lines of a cell, and between its words
_LOOSE = 0.9  # em of the same white at most, where some rows of the table are so near
_ALIKE, _CLOSER = 1.25, 0.75  # times that white; of the usual white between rows
_BESIDE = 2.0  # em that a row of the table may stick out of its box


def table_extent(box: Box, lines: Sequence[Line]) -> Box:
    """``box`` of a possible table with whole lines, without far rows and captions, and with the rows that fit it."""
    return _with_fitting_rows(_whole_lines(_without_far_rows(box, lines), lines), lines)


def _without_far_rows(box: Box, lines: Sequence[Line]) -> Box:
    """The part of a box with most of its lines, where white of many lines parts it: a page's number is no row."""
    inner = sorted(split_by_box(lines, box)[0], key=lambda line: line.box[1])
    if len(inner) < 3:
        return box
    far = _FAR * statistics.median(line.em for line in inner)
    groups, lowest = [[inner[0]]], inner[0].box[3]
    for line in inner[1:]:
        if line.box[1] - lowest > far:
            groups.append([])
        groups[-1].append(line)
        lowest = max(lowest, line.box[3])
    if len(groups) == 1:
        return box
    main = enclosing([line.box for line in max(groups, key=len)])
    return box[0], main[1], box[2], main[3]


def _whole_lines(box: Box, lines: Sequence[Line]) -> Box:
    """The box with what it cuts of lines: a detector's box often ends inside the first or last row."""
    x0, y0, x1, y1 = box
    for line in lines:
        top, bottom = line.box[1], line.box[3]
        if min(y1, bottom) - max(y0, top) <= 0.4 * (bottom - top):
            continue
        for start, end in filled_runs(line.words, line.em):
            if min(x1, end) - max(x0, start) > 0:
                x0, x1 = min(x0, start), max(x1, end)
                y0, y1 = min(y0, top), max(y1, bottom)
    return x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class _Extent:
    """A table's rows so far, its box, its gutters and its font size in pixels."""

    rows: tuple[Row, ...]
    box: Box
    gutters: int
    em: float

    def grown_by(self, row: Row) -> _Extent:
        box = enclosing([self.box, *(word.box for word in row)])
        return _Extent((*self.rows, row), box, self.gutters, self.em)


def _with_fitting_rows(box: Box, lines: Sequence[Line]) -> Box:
    """The box without a caption at its top, and with the rows above and below that keep to its columns."""
    inner, outer = (_without_captions(part) for part in split_by_box(lines, box))
    if len(inner) < 2:
        return box
    extent = _extent_of(inner, box)
    if extent.gutters < 1:
        return extent.box
    for row in _rows_outwards(extent, outer):
        if all(condition(extent, row) for condition in _FITS) or _ends_the_last_row(extent, row):
            extent = extent.grown_by(row)
    return extent.box


def _without_captions(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not CAPTION.match(line.text)]


def _extent_of(lines: Sequence[Line], box: Box) -> _Extent:
    """Of a table with these lines: as high as they are, and at least as wide as ``box``."""
    em = statistics.median(line.em for line in lines)
    rows = _rows_of(lines, em)
    x0, y0, x1, y1 = enclosing([word.box for row in rows for word in row])
    return _Extent(tuple(rows), (min(x0, box[0]), y0, max(x1, box[2]), y1), len(find_gutters(rows, em)), em)


def _rows_outwards(extent: _Extent, lines: Sequence[Line]) -> list[Row]:
    """The rows of ``lines`` above the table from the lowest up, then those below it from the highest down."""
    rows = _rows_of(lines, extent.em)
    above = [row for row in rows if bottom(row) <= extent.box[1]]
    below = [row for row in rows if top(row) >= extent.box[3]]
    return [*reversed(above), *below]


def _rows_of(lines: Sequence[Line], em: float) -> Sequence[Row]:
    return visual_rows([word for line in lines for word in line.words], em)


def _is_near(extent: _Extent, row: Row) -> bool:
    em, box = extent.em, extent.box
    return any(-0.3 * em < gap < _NEAR * em for gap in (box[1] - bottom(row), top(row) - box[3]))


def _keeps_to_the_sides(extent: _Extent, row: Row) -> bool:
    left, right = extent.box[0] - _BESIDE * extent.em, extent.box[2] + _BESIDE * extent.em
    return all(word.box[0] >= left and word.box[2] <= right for word in row)


def _ends_the_last_row(extent: _Extent, row: Row) -> bool:
    """Whether ``row`` is the further line of a cell of the last row, right below it: its first word had no room there.

    A note or a text under the table is wider than the column, or stands further away.
    """
    em = extent.em
    last = max(extent.rows, key=bottom)
    leading = max(_LEADING * em, min(_LOOSE * em, _ALIKE * _white_in_cells(extent.rows)))
    if not -0.3 * em < top(row) - bottom(last) < leading or not _is_no_heading(extent, row):
        return False
    edges = [extent.box[0], *(round(x) for x in sorted(find_gutters(extent.rows, em))), extent.box[2]]
    spans = [(a, b) for a, b in pairwise(edges) if a - em / 2 < row[0].box[0] and row[-1].box[2] < b + em / 2]
    if not spans:
        return False
    start, end = spans[0]
    columns = [[word for word in words if start < (word.box[0] + word.box[2]) / 2 < end] for words in extent.rows]
    widest = max(map(_width, columns))
    above = _width([word for word in last if start < (word.box[0] + word.box[2]) / 2 < end])
    first = min(row, key=lambda word: word.box[0])
    return above > 0 and _width(row) <= widest < above + _SPACE * em + first.box[2] - first.box[0]


def _white_in_cells(rows: Sequence[Row]) -> int:
    """The least white between two of the rows, in pixels; 0 where others are not clearly further apart."""
    ordered = sorted(rows, key=top)
    white = [top(b) - bottom(a) for a, b in pairwise(ordered) if top(b) > bottom(a)]
    return min(white) if white and min(white) < _CLOSER * statistics.median(white) else 0


def _width(words: Sequence[Word]) -> int:
    return max((word.box[2] for word in words), default=0) - min((word.box[0] for word in words), default=0)


def _has_two_cells(extent: _Extent, row: Row) -> bool:
    return len(filled_runs(row, extent.em)) >= 2


def _leaves_gutters_open(extent: _Extent, row: Row) -> bool:
    return len(find_gutters([*extent.rows, row], extent.em)) >= extent.gutters


def _has_words_on_both_sides(extent: _Extent, row: Row) -> bool:
    """Of some gutter."""
    gutters = find_gutters([*extent.rows, row], extent.em)
    return any(any(w.box[2] < x for w in row) and any(w.box[0] > x for w in row) for x in gutters)


def _is_no_heading(extent: _Extent, row: Row) -> bool:
    sizes = [word.em for word in row if word.em is not None]
    return not sizes or statistics.median(sizes) < _LARGER * extent.em


# What makes a row outside of the table one of its rows; all must hold.
_FITS: tuple[Callable[[_Extent, Row], bool], ...] = (
    _is_near,
    _is_no_heading,
    _keeps_to_the_sides,
    _has_two_cells,
    _leaves_gutters_open,
    _has_words_on_both_sides,
)
