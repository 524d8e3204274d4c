"""Where the tables of a page are: drawn with ruling lines, seen by the layout model, or only aligned."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_service.document import FIGURE_LABELS, Box, Region
from ocr_service.geometry.boxes import area, contains_centre, enclosing, overlap_of_smaller, shared_area
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.aligned_rows import aligned_areas
from ocr_service.tesseract.ruling_lines import find_grids
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.table_cells import Table, open_cells, ruled_cells, without_empty
from ocr_service.tesseract.table_extent import table_extent
from ocr_service.tesseract.words import Line, split_by_box

_SURE_OF_TEXT = 0.8
_WORDY = 2.8  # words in a cell on average; lines of the narrowest columns have 3 to 5
_LONG_CELL = 28  # characters; lines of prose in the narrowest columns are longer


@dataclass(frozen=True, slots=True)
class FoundTable:
    """``score`` as of a Region: 1.0 where ruling lines leave no doubt."""

    box: Box
    cells: Table
    score: float


def find_tables(lines: Sequence[Line], regions: Sequence[Region], sheet: Sheet) -> tuple[list[FoundTable], list[Line]]:
    """The tables, and the lines that are in none."""
    found, rest = _ruled_tables(lines, sheet)
    for box, score, need in _open_areas(rest, regions, sheet):
        if any(overlap_of_smaller(box, table.box) > 0.3 for table in found):
            continue
        box = table_extent(box, rest)
        inner, outer = split_by_box(rest, box)
        cells = _open_table(box, inner, sheet)
        if not cells or len(cells[0]) < need or len(cells) < 2 or _is_prose(cells, sure=score >= SURE and need == 2):
            continue
        found.append(FoundTable(box, cells, score))
        rest = outer
    return found, rest


def _ruled_tables(lines: Sequence[Line], sheet: Sheet) -> tuple[list[FoundTable], list[Line]]:
    """The tables with ruling lines on all sides of their cells, and the lines that are in none."""
    found: list[FoundTable] = []
    rest = list(lines)
    for grid in find_grids(sheet.ruling_lines, sheet.dpi):
        inner, outer = split_by_box(rest, grid.box)
        cells = without_empty(ruled_cells(grid, [w for line in inner for w in line.words], max(3, sheet.dpi // 40)))
        if len(cells) * len(cells[0] if cells else []) < 4 or sum(bool(c.words) for row in cells for c in row) < 3:
            continue
        found.append(FoundTable(grid.box, cells, 1.0))
        rest = outer
    return found, rest


def _open_table(box: Box, lines: Sequence[Line], sheet: Sheet) -> Table:
    """The cells of ``lines``, which are those in ``box``; the level ruling lines inside it part rows."""
    if not lines:
        return []
    level = [
        r for r in sheet.ruling_lines.horizontal if contains_centre(box, r) and r[2] - r[0] > 0.4 * (box[2] - box[0])
    ]
    return open_cells([w for line in lines for w in line.words], statistics.median(line.em for line in lines), level)


def _open_areas(lines: Sequence[Line], regions: Sequence[Region], sheet: Sheet) -> Iterator[tuple[Box, float, int]]:
    """Boxes that may be tables without upright ruling lines, the surest first: box, score, fewest columns."""
    for region in regions:
        if region.label == "table" and region.score >= SURE:
            yield region.bbox, region.score, 2
    for bars in _ruling_line_stacks(sheet):
        yield enclosing(bars), 0.9, 2 if len(bars) > 2 else 3
    for region in regions:  # the model takes a table without ruling lines for a figure now and then
        if region.label in FIGURE_LABELS or region.label == "table":
            yield region.bbox, region.score, 3
    prose = [region.bbox for region in regions if region.label == "text" and region.score >= _SURE_OF_TEXT]
    for box in aligned_areas(lines):
        if sum(shared_area(box, text) for text in prose) < 0.4 * area(box):
            yield box, 0.5, 3


def _ruling_line_stacks(sheet: Sheet) -> list[list[Box]]:
    """Level ruling lines of one length, one under the other."""
    slack = sheet.dpi // 8
    stacks: list[list[Box]] = []
    for bar in sorted(sheet.ruling_lines.horizontal, key=lambda b: b[1]):
        for stack in stacks:
            if abs(stack[-1][0] - bar[0]) < slack and abs(stack[-1][2] - bar[2]) < slack:
                stack.append(bar)
                break
        else:
            stacks.append([bar])
    return [stack for stack in stacks if len(stack) > 1]


def _is_prose(cells: Table, *, sure: bool) -> bool:
    """Columns of running text, not a table: most cells are as long as lines of text.

    Where nobody is ``sure`` of a table, three columns of a page are one whose cells have more words than cells have.
    """
    words = [len(cell.words) for row in cells for cell in row if cell.words]
    if not sure and statistics.fmean(words) > _WORDY:
        return True
    lengths = [len(cell.text) for row in cells for cell in row if cell.words]
    return sum(length > _LONG_CELL for length in lengths) > 0.5 * len(lengths)
