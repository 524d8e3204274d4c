"""Where the tables of a page are: drawn with ruling lines, seen by the layout model, or only aligned."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ocr_service.document import PROSE_LABELS, Box, Region
from ocr_service.geometry.boxes import area, contains_centre, enclosing, overlap_of_smaller, shared_area
from ocr_service.geometry.unspaced import letters_wide
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.lines.captions import CAPTION
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.aligned_rows import AlignedArea, aligned_areas
from ocr_service.tesseract.tables.boxed_heads import with_open_body
from ocr_service.tesseract.tables.cells import (
    CELL_NUMBER,
    Table,
)
from ocr_service.tesseract.tables.columns import filled_runs
from ocr_service.tesseract.tables.extent import table_extent
from ocr_service.tesseract.tables.grids import find_grids
from ocr_service.tesseract.tables.lookalikes import is_lookalike
from ocr_service.tesseract.tables.narrow_columns import with_narrow_columns
from ocr_service.tesseract.tables.open_tables import open_cells
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.tables.ruled_tables import (
    cells_between_rules,
    has_unruled_columns,
    with_label_rows,
    with_parted_heads,
    with_unruled_rows,
)
from ocr_service.tesseract.words import Line, split_by_box

_SURE_OF_TEXT = 0.8
_MOST_OF_IT = 0.6  # of a table's width, of the rules above and below it
_SAME = 0.6  # of the smaller of two areas
_BESIDE_IT = 0.1  # of rows that align, in texts of the model
_EDGE = 0.1  # of a line's width that may be outside
_FULL = 0.9  # of a ruling line's length
_NEARLY_ALL = 0.75
_FEW_COLUMNS, _FILLED = 5, 0.4  # of the cells of a table with more columns
_BLANKS = 4  # heights at which a ruling line has a length of its own
_RULED_ROWS = 3  # ruling lines of a table whose rows they part
_STRIPES_APART = 2.5  # times the height of the filled rows that part others
_WORDY = 2.8  # words in a cell on average; lines of the narrowest columns have 3 to 5
_SIGNS_IN_WORD = 2.5  # of Chinese or Japanese
_HEADING, _LETTERS, _HEADINGS = (
    1.25,
    4,
    3,
)  # times the usual type, letters, and how many are more than a table's own head
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
    prose = prose_lines(rest)
    texts = [region.bbox for region in regions if region.label in PROSE_LABELS and region.score >= SURE]
    for candidate in _open_areas(rest, regions, sheet, [table.box for table in found]):
        if any(overlap_of_smaller(candidate.box, table.box) > 0.3 for table in found):
            continue
        own = _texts_apart(texts, candidate.box) if candidate.score >= SURE else []
        beside = [
            line
            for line in rest
            if not _is_inside(line.box, candidate.box)
            and (line in prose or any(contains_centre(text, line.box) for text in own))
        ]
        usable = [line for line in rest if line not in beside]
        box = table_extent(candidate.box, usable)
        inner, outer = split_by_box(usable, box)
        cells = _open_table(box, inner, sheet)
        if not cells or not candidate.accepts(cells):
            continue
        found.append(FoundTable(box, cells, candidate.score))
        rest = [*outer, *beside]
    return [replace(table, cells=with_narrow_columns(table.cells)) for table in found], rest


def _is_inside(box: Box, outer: Box) -> bool:
    edge = _EDGE * (box[2] - box[0])
    return contains_centre(outer, box) and outer[0] - edge <= box[0] and box[2] <= outer[2] + edge


@dataclass(frozen=True, slots=True)
class _OpenArea:
    """What may be a table without upright ruling lines. ``columns``: how many it must have at least.

    ``numbers``: the model is sure of text there, so that one column must be of numbers, which no prose has.
    """

    box: Box
    score: float
    columns: int
    numbers: bool = False

    def accepts(self, cells: Table) -> bool:
        if len(cells[0]) < self.columns or len(cells) < 2:
            return False
        if self.numbers and not _has_numbers(cells):
            return False
        if (self.columns > 2 and _is_scattered(cells)) or is_lookalike([[c.text for c in row] for row in cells]):
            return False
        return not _is_prose(cells, sure=self.score >= SURE and self.columns == 2)


def _is_scattered(cells: Table) -> bool:
    """Whether so many cells are empty that they are labels all over a figure."""
    filled = sum(bool(cell.words) for row in cells for cell in row)
    return len(cells[0]) > _FEW_COLUMNS and filled < _FILLED * len(cells) * len(cells[0])


def _has_numbers(cells: Table) -> bool:
    """Whether a column but the first has hardly anything but numbers below its head."""
    for column in range(1, len(cells[0])):
        texts = [row[column].text for row in cells[1:] if row[column].words]
        numbers = sum(CELL_NUMBER.fullmatch(text) is not None for text in texts)
        if numbers >= 2 and numbers >= _NEARLY_ALL * len(texts):
            return True
    return False


def _ruled_tables(lines: Sequence[Line], sheet: Sheet) -> tuple[list[FoundTable], list[Line]]:
    """The tables with ruling lines on all sides of their cells, and the lines that are in none."""
    found: list[FoundTable] = []
    rest = list(lines)
    for grid in find_grids(sheet.ruling_lines, sheet.dpi):
        inner, outer = split_by_box(rest, grid.box)
        words = [word for line in inner for word in line.words]
        ruled = cells_between_rules(grid, words, sheet.dpi)
        if ruled and has_unruled_columns(ruled):
            cells = _open_table(grid.box, inner, sheet, [(rule[0] + rule[2]) // 2 for rule in grid.vertical])
        else:
            cells = with_unruled_rows(with_parted_heads(with_label_rows(ruled)) if ruled else ruled)
        if len(cells) * len(cells[0] if cells else []) < 4 or sum(bool(c.words) for row in cells for c in row) < 3:
            continue
        box, cells, rest = with_open_body(grid.box, cells, outer)
        found.append(FoundTable(box, cells, 1.0))
    return found, rest


def _open_table(box: Box, lines: Sequence[Line], sheet: Sheet, upright: Sequence[int] = ()) -> Table:
    """The cells of ``lines``, which are those in ``box``; the level ruling lines inside it part rows.

    ``upright``: the x of ruling lines that part groups of columns, and the rules over these.
    """
    if not lines:
        return []
    level = [r for r in sheet.ruling_lines.horizontal if contains_centre(box, r)]
    level = [part for rule in level for part in _parts(rule, upright, box[2] - box[0])]
    bars = [bar for bar in sheet.filled if contains_centre(box, bar)]
    if len(level) >= _RULED_ROWS or _are_stripes(bars, box[2] - box[0]) or _is_head(bars, box):
        level += [edge for bar in bars for edge in _edges_of(bar)]
    return open_cells([w for line in lines for w in line.words], statistics.median(line.em for line in lines), level)


def _parts(rule: Box, upright: Sequence[int], width: int) -> list[Box]:
    """A level ruling line under heads, cut where upright ones cross it; whole where it goes through the table."""
    if rule[2] - rule[0] > _FULL * width:
        return [rule]
    ends = [rule[0], *sorted(x for x in upright if rule[0] < x < rule[2]), rule[2]]
    return [(a, rule[1], b, rule[3]) for a, b in pairwise(ends)]


def _are_stripes(bars: Sequence[Box], width: int) -> bool:
    """Whether every second row of a table is filled."""
    stripes = sorted((bar for bar in bars if bar[2] - bar[0] > _FULL * width), key=lambda bar: bar[1])
    heights = [bar[3] - bar[1] for bar in stripes]
    between = [b[1] - a[3] for a, b in pairwise(stripes)]
    return bool(between) and max(between) < _STRIPES_APART * max(heights)


def _is_head(bars: Sequence[Box], box: Box) -> bool:
    """Whether one filled bar alone lies behind the first row of a table."""
    if len(bars) != 1:
        return False
    x0, y0, x1, y1 = bars[0]
    return x1 - x0 > _FULL * (box[2] - box[0]) and y0 <= box[1] + (y1 - y0) // 2


def _edges_of(bar: Box) -> tuple[Box, Box]:
    """The upper and lower edge of a filled row: among ruled rows it has no other rules."""
    x0, y0, x1, y1 = bar
    return (x0, y0, x1, y0 + 1), (x0, y1, x1, y1 + 1)


def _open_areas(
    lines: Sequence[Line], regions: Sequence[Region], sheet: Sheet, ruled: Sequence[Box]
) -> Iterator[_OpenArea]:
    """The surest first. ``ruled``: tables that are found already.

    What the model or rules show but a part of is as large as the rows that align there.
    """
    areas = list(aligned_areas(lines, drawn_tables(regions, sheet)))
    aligned = [found.box for found in areas]
    yield from _sure_areas(regions, aligned)
    for found in _areas_between_rules(_ruling_line_stacks(sheet, lines, ruled), aligned):
        inside = [line for line in lines if contains_centre(found.box, line.box)]
        if not _has_headings(inside) and not _has_blanks(found.box, sheet):
            yield found
    yield from (_OpenArea(r.bbox, r.score, 3) for r in regions if r.score < SURE and _may_be_table(r, aligned))
    yield from _areas_of_aligned_rows(areas, regions)


def drawn_tables(regions: Sequence[Region], sheet: Sheet) -> list[Box]:
    """What shows that a table is there: its level ruling lines, or the model."""
    sure = [region.bbox for region in regions if region.label == "table" and region.score >= SURE]
    return [*sheet.ruling_lines.horizontal, *sure]


def _has_headings(lines: Sequence[Line]) -> bool:
    """Whether lines of larger type stand among others again and again: sections of a page, no rows of a table."""
    if not lines:
        return False
    usual = _HEADING * statistics.median(line.em for line in lines for _ in line.words)
    larger = [line for line in lines if line.em > usual and sum(map(str.isalpha, line.text)) >= _LETTERS]
    return len({round(line.baseline / line.em) for line in larger}) >= _HEADINGS


def _has_blanks(box: Box, sheet: Sheet) -> bool:
    """Whether level ruling lines of many lengths lie at many heights: blanks to write on, which no table has."""
    slack, short = sheet.dpi // 8, _FULL * (box[2] - box[0])
    rules = sorted(r for r in sheet.ruling_lines.horizontal if contains_centre(box, r) and r[2] - r[0] < short)
    spans = [(r[0] // slack, r[2] // slack) for r in rules]
    own = {r[1] // slack for r, span in zip(rules, spans, strict=True) if spans.count(span) == 1}
    return len(own) >= _BLANKS


def _sure_areas(regions: Sequence[Region], aligned: Sequence[Box]) -> Iterator[_OpenArea]:
    """What the model is sure of; the aligned rows are not those of a table where it is sure of text beside it."""
    texts = [region.bbox for region in regions if region.label in PROSE_LABELS and region.score >= SURE]
    for region in regions:
        if region.label == "table" and region.score >= SURE:
            parts = _same_areas(aligned, region.bbox)
            parts = [
                part
                for part in parts
                if sum(shared_area(part, text) for text in _texts_apart(texts, region.bbox)) < _BESIDE_IT * area(part)
            ]
            yield _OpenArea(enclosing([region.bbox, *parts]), region.score, 2)


def _texts_apart(texts: Sequence[Box], table: Box) -> list[Box]:
    """Those that begin above a table or end below it: the model takes a column of its labels for a text, too."""
    slack = _EDGE * (table[3] - table[1])
    return [text for text in texts if text[1] < table[1] - slack or text[3] > table[3] + slack]


def _areas_between_rules(stacks: Sequence[Sequence[Box]], aligned: Sequence[Box]) -> Iterator[_OpenArea]:
    for bars in stacks:
        x0, y0, x1, y1 = enclosing(bars)
        parts = [*_same_areas(aligned, (x0, y0, x1, y1)), *_going_on_below(aligned, (x0, y0, x1, y1))]
        if any(x1 - x0 <= _MOST_OF_IT * (box[2] - box[0]) for box in parts):  # the rules above totals
            continue
        top, bottom = min([y0, *(box[1] for box in parts)]), max([y1, *(box[3] for box in parts)])
        yield _OpenArea((x0, top, x1, bottom), 0.9, 2 if len(bars) > 2 else 3)


def _areas_of_aligned_rows(areas: Sequence[AlignedArea], regions: Sequence[Region]) -> Iterator[_OpenArea]:
    """Where the model is sure of text, only those with a column of numbers."""
    prose = [region.bbox for region in regions if region.label == "text" and region.score >= _SURE_OF_TEXT]
    for rows in areas:
        texts = sum(shared_area(rows.box, text) for text in prose)
        if texts < 0.4 * area(rows.box):
            yield _OpenArea(rows.box, 0.5, 2)
        elif rows.numbers:
            yield _OpenArea(rows.box, 0.5, 2, numbers=True)


def _same_areas(boxes: Sequence[Box], box: Box) -> list[Box]:
    return [other for other in boxes if overlap_of_smaller(other, box) > _SAME]


def _going_on_below(aligned: Sequence[Box], head: Box) -> list[Box]:
    """The aligned rows that go from between two rules, as those about a head, to below them."""
    return [
        box
        for box in aligned
        if head[1] <= box[1] < head[3] < box[3]
        and min(box[2], head[2]) - max(box[0], head[0]) > _NEARLY_ALL * (head[2] - head[0])
    ]


def _may_be_table(region: Region, aligned: Sequence[Box]) -> bool:
    """What the model is unsure of; of some tables it sees but a part, where the aligned rows know better."""
    return region.label == "table" and not any(_is_part(region.bbox, box) for box in aligned)


def _is_part(region: Box, table: Box) -> bool:
    return shared_area(region, table) > 0.8 * area(region) and area(table) > 1.2 * area(region)


def _ruling_line_stacks(sheet: Sheet, lines: Sequence[Line], ruled: Sequence[Box]) -> list[list[Box]]:
    """Level ruling lines of one length, one under the other, as far as no caption or text stands between them."""
    slack = sheet.dpi // 8
    stacks: list[list[Box]] = []
    for bar in sorted(sheet.ruling_lines.horizontal, key=lambda b: b[1]):
        if any(contains_centre(box, bar) for box in ruled):
            continue
        for stack in stacks:
            last = stack[-1]
            alike = abs(last[0] - bar[0]) < slack and abs(last[2] - bar[2]) < slack
            if alike and not _is_parted((last[0], last[3], last[2], bar[1]), lines):
                stack.append(bar)
                break
        else:
            stacks.append([bar])
    return [stack for stack in stacks if len(stack) > 1]


def _is_parted(between: Box, lines: Sequence[Line]) -> bool:
    """Whether a caption stands between two ruling lines, or lines of text as wide as they are."""
    inside = [line for line in lines if contains_centre(between, line.box)]
    wide = [
        line
        for line in inside
        if line.box[2] - line.box[0] > _FULL * (between[2] - between[0]) and len(filled_runs(line.words, line.em)) == 1
    ]
    return len(wide) > 1 or any(CAPTION.match(line.text) for line in inside)


def _is_prose(cells: Table, *, sure: bool) -> bool:
    """Columns of running text, not a table: most cells are as long as lines of text.

    Where nobody is ``sure`` of a table, three columns of a page are one whose cells have more words than cells have.
    """
    texts = [cell.text for row in cells for cell in row if cell.words]
    words = [max(len(cell.words), _words_in(cell.text)) for row in cells for cell in row if cell.words]
    if not sure and statistics.fmean(words) > _WORDY:
        return True
    lengths = [letters_wide(text) for text in texts]
    return sum(length > _LONG_CELL for length in lengths) > 0.5 * len(lengths)


def _words_in(text: str) -> float:
    """How many words the signs in squares of a text are."""
    return (letters_wide(text) - len(text)) / _SIGNS_IN_WORD
