"""Boxes that hold a page's text, and whose frames and rules make a grid: newspapers, leaflets, framed forms, slides.

What stands in such a box is read by itself; a cell of a table has no sections or columns of running text in it.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.lines.page_columns import page_gutters
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.tables.grids import find_grids
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.tables.ruled_tables import cells_between_rules
from ocr_service.tesseract.words import Line, split_by_box

_LARGER, _LETTERS = 1.2, 4  # times a cell's usual type, and letters, of a heading in it
_WORDS = 4  # of a line of text under a heading
_LINES = 3  # of text under a heading, or of running text in columns
_SECTIONS, _SECTION_LINES = 2, 6  # headings in one cell, and its lines, where these have fewer words
_WIDE_PROSE = 4  # lines of running text in a box as wide as the grid, above or below its other cells
_MOSTLY = 0.5  # of the words that stand in a grid's cells
_LEAST_FILLED = 2  # boxes with words in a grid
_LEAST_CELLS = 4
_REGULAR = 0.6  # of a table's columns, that begin in one of its rows on average

_Place = tuple[int, int]  # row and column


@dataclass(frozen=True, slots=True)
class Frame:
    """A box of a grid whose text is read by itself; ``is_table``: the cells of a table beside such boxes."""

    box: Box
    is_table: bool = False


def page_frames(lines: Sequence[Line], sheet: Sheet) -> list[list[Frame]]:
    """The boxes of each of the page's grids that holds more than the cells of one table."""
    found = []
    for grid in find_grids(sheet.ruling_lines, sheet.dpi):
        inner, _ = split_by_box(lines, grid.box)
        table = cells_between_rules(grid, [word for line in inner for word in line.words], sheet.dpi)
        if len(_filled(table)) >= _LEAST_FILLED:
            found.append(_frames_of(table, inner))
    return [frames for frames in found if frames]


def strips(frames: Sequence[Box]) -> list[Box]:
    """The rows of a grid's frames, parted where none of them goes from one into the next: each is read to its end."""
    rows: list[list[Box]] = []
    for frame in sorted(frames, key=lambda box: box[1]):
        if rows and frame[1] < max(box[3] for box in rows[-1]):
            rows[-1].append(frame)
        else:
            rows.append([frame])
    return [enclosing(row) for row in rows]


def _frames_of(table: Table, lines: Sequence[Line]) -> list[Frame]:
    """The boxes of page text, and what stands beside them; none where all is one table."""
    ends = _wide_ends(table)
    wide = [place for side in ends for place in side]
    among = [place for place in _filled(table) if place not in wide and _is_page_text(_lines_in(table, place, lines))]
    rest = sum(_words(table, place) for place in _filled(table) if place not in wide)
    parts = [place for side in ends for place in _out_to_prose(side, table, lines)]
    parts += among if sum(_words(table, place) for place in among) >= _MOSTLY * rest else []
    if not parts:
        return []
    apart = {*parts, *wide}
    groups = _groups(table, apart)
    tables = [group for group in groups if _is_table(table, group)]
    loose = [place for group in groups if group not in tables for place in group]
    return [
        *(Frame(table[r][c].box) for r, c in [*apart, *loose] if table[r][c].words),
        *(Frame(enclosing([table[r][c].box for r, c in group]), is_table=True) for group in tables),
    ]


def _is_page_text(lines: Sequence[Line]) -> bool:
    """Whether text stands under headings in larger type, or running text in columns."""
    if len(lines) <= _LINES:
        return False
    headings = _headings(lines)
    if headings and sum(len(line.words) >= _WORDS for line in lines) >= _LINES:
        return True
    if headings >= _SECTIONS and len(lines) >= _SECTION_LINES:
        return True
    prose = prose_lines(lines)
    return len(prose) >= _LINES and bool(page_gutters(lines, prose))


def _headings(lines: Sequence[Line]) -> int:
    """How many lines, or lines after one another, are in larger type than what stands below them."""
    larger = _LARGER * statistics.median(line.em for line in lines for _ in line.words)
    ordered = sorted(lines, key=lambda line: line.baseline)
    heads = [line.em > larger and sum(map(str.isalpha, line.text)) >= _LETTERS for line in ordered]
    return sum(head and not following for head, following in pairwise(heads))


def _wide_ends(table: Table) -> tuple[list[_Place], list[_Place]]:
    """The boxes as wide as the grid above its other cells, and those below them, the outermost first."""
    ends: tuple[list[_Place], list[_Place]] = [], []
    for side, rows in zip(ends, (range(len(table)), range(len(table) - 1, -1, -1)), strict=True):
        for r in rows:
            places = [(r, c) for c, cell in enumerate(table[r]) if cell.words]
            if len(places) != 1 or table[r][places[0][1]].across < len(table[0]) or places[0] in ends[0]:
                break
            side += places
    return ends


def _out_to_prose(wide: Sequence[_Place], table: Table, lines: Sequence[Line]) -> Sequence[_Place]:
    """Those of ``wide`` boxes, from the outermost on, that go as far as the last one of running text."""
    prose = [len(prose_lines(_lines_in(table, place, lines))) >= _WIDE_PROSE for place in wide]
    return wide[: len(prose) - prose[::-1].index(True)] if any(prose) else []


def _groups(table: Table, apart: Collection[_Place]) -> list[list[_Place]]:
    """The cells that are none of ``apart``, those that touch one another together; by their first places."""
    owner = _owners(table)
    left = {place for place in owner.values() if place not in apart}
    beside: dict[_Place, set[_Place]] = {place: set() for place in left}
    for (r, c), own in owner.items():
        for other in (owner.get((r, c + 1)), owner.get((r + 1, c))):
            if other in left and own in left:
                beside[own].add(other)
                beside[other].add(own)
    groups = []
    while left:
        group, reached = [], [left.pop()]
        while reached:
            place = reached.pop()
            group.append(place)
            reached += beside[place] & left
            left -= beside[place]
        groups.append(sorted(group))
    return groups


def _owners(table: Table) -> dict[_Place, _Place]:
    """For each place the first place of the cell that stands there."""
    owner = {(r, c): (r, c) for r, row in enumerate(table) for c in range(len(row))}
    for r, row in enumerate(table):
        for c, cell in enumerate(row):
            owner |= {place: (r, c) for place in _places(cell, r, c)} if cell.spans else {}
    return owner


def _places(cell: Cell, row: int, column: int) -> Iterator[_Place]:
    return ((r, c) for r in range(row, row + cell.down) for c in range(column, column + cell.across))


def _is_table(table: Table, group: Sequence[_Place]) -> bool:
    """Whether cells that touch fill a rectangle of rows and columns whose sides mostly go through."""
    places = {place for r, c in group for place in _places(table[r][c], r, c)}
    rows, columns = {r for r, _ in places}, {c for _, c in places}
    if len(places) < len(rows) * len(columns):
        return False
    starts = [{c for r, c in group if r == row} for row in sorted(rows)]
    all_starts = set().union(*starts)
    filled = sum(bool(table[r][c].words) for r, c in group)
    if len(rows) < 2 or len(all_starts) < 2 or filled < _LEAST_CELLS:
        return False
    return sum(map(len, starts)) >= _REGULAR * len(rows) * len(all_starts)


def _filled(table: Table) -> list[_Place]:
    return [(r, c) for r, row in enumerate(table) for c, cell in enumerate(row) if cell.words]


def _words(table: Table, place: _Place) -> int:
    return len(table[place[0]][place[1]].words)


def _lines_in(table: Table, place: _Place, lines: Sequence[Line]) -> list[Line]:
    return split_by_box(lines, table[place[0]][place[1]].box)[0]
