"""Where the tables of a page are: drawn with rules, seen by the layout model, or only aligned."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import FIGURE_LABELS, Box, Region
from ocr_service.geometry.boxes import area, contains_centre, enclosing, overlap_of_smaller, shared_area
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.ruling_lines import Rules, find_grids
from ocr_service.tesseract.table_cells import (
    Table,
    filled_runs,
    find_gutters,
    open_cells,
    ruled_cells,
    visual_rows,
    without_empty,
)
from ocr_service.tesseract.words import Line, Word, make_line

_SURE_OF_TEXT = 0.8
_WORDY = 2.8  # words in a cell on average; lines of the narrowest columns have 3 to 5
_FAR = 7.0  # em of white between two rows
_LONG_CELL = 28  # characters; lines of prose in the narrowest columns are longer
CAPTION = re.compile(
    r"^(Рис(?:унок|\.)|Табл(?:ица|\.)|Схема|Диаграмма|Fig(?:ure|\.)|Table|Chart)\s*(?:№\s*)?[\dA-ZА-Я]", re.I
)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """``score`` as of a Region: 1.0 where rules leave no doubt."""

    box: Box
    cells: Table
    score: float


def find_tables(
    lines: Sequence[Line], regions: Sequence[Region], rules: Rules, dpi: int
) -> tuple[list[FoundTable], list[Line]]:
    """The tables, and the lines that are in none."""
    found, rest = _ruled_tables(lines, rules, dpi)
    for box, score, need in _open_areas(rest, regions, rules, dpi):
        if any(overlap_of_smaller(box, table.box) > 0.3 for table in found):
            continue
        box = _with_fitting_rows(_whole_lines(_without_far_rows(box, rest), rest), rest)
        inner, outer = cut_out(rest, box)
        cells = _open_table(box, inner, rules)
        if not cells or len(cells[0]) < need or len(cells) < 2 or _is_prose(cells, sure=score >= SURE and need == 2):
            continue
        found.append(FoundTable(box, cells, score))
        rest = outer
    return found, rest


def _ruled_tables(lines: Sequence[Line], rules: Rules, dpi: int) -> tuple[list[FoundTable], list[Line]]:
    """The tables that are drawn with rules on all sides of their cells, and the lines that are in none of them."""
    found: list[FoundTable] = []
    rest = list(lines)
    for grid in find_grids(rules, dpi):
        inner, outer = cut_out(rest, grid.box)
        cells = without_empty(ruled_cells(grid, [w for line in inner for w in line.words], max(3, dpi // 40)))
        if len(cells) * len(cells[0] if cells else []) < 4 or sum(bool(c.words) for row in cells for c in row) < 3:
            continue
        found.append(FoundTable(grid.box, cells, 1.0))
        rest = outer
    return found, rest


def _open_table(box: Box, lines: Sequence[Line], rules: Rules) -> Table:
    """The cells of ``lines``, which are those in ``box``; the level rules inside it part rows."""
    if not lines:
        return []
    level = [r for r in rules.horizontal if contains_centre(box, r) and r[2] - r[0] > 0.4 * (box[2] - box[0])]
    return open_cells([w for line in lines for w in line.words], statistics.median(line.em for line in lines), level)


def cut_out(lines: Sequence[Line], box: Box) -> tuple[list[Line], list[Line]]:
    """The parts of the lines inside ``box``, and what is left of them outside."""
    inner, outer = [], []
    for line in lines:
        within = [word for word in line.words if contains_centre(box, word.box)]
        if within:
            inner.append(make_line(within, line.weight))
        without = [word for word in line.words if not contains_centre(box, word.box)]
        if without:
            outer.append(make_line(without, line.weight))
    return inner, outer


def _open_areas(
    lines: Sequence[Line], regions: Sequence[Region], rules: Rules, dpi: int
) -> Iterator[tuple[Box, float, int]]:
    """Boxes that may be tables without upright rules, the surest first, with the columns that each needs at least."""
    for region in regions:
        if region.label == "table" and region.score >= SURE:
            yield region.bbox, region.score, 2
    for bars in _rule_stacks(rules, dpi):
        yield enclosing(bars), 0.9, 2 if len(bars) > 2 else 3
    for region in regions:  # the model takes a table without rules for a figure now and then
        if region.label in FIGURE_LABELS or region.label == "table":
            yield region.bbox, region.score, 3
    prose = [region.bbox for region in regions if region.label == "text" and region.score >= _SURE_OF_TEXT]
    for box in _aligned(lines):
        if sum(shared_area(box, text) for text in prose) < 0.4 * area(box):
            yield box, 0.5, 3


def _rule_stacks(rules: Rules, dpi: int) -> list[list[Box]]:
    """Level rules of one length, one under the other."""
    slack = dpi // 8
    stacks: list[list[Box]] = []
    for bar in sorted(rules.horizontal, key=lambda b: b[1]):
        for stack in stacks:
            if abs(stack[-1][0] - bar[0]) < slack and abs(stack[-1][2] - bar[2]) < slack:
                stack.append(bar)
                break
        else:
            stacks.append([bar])
    return [stack for stack in stacks if len(stack) > 1]


def _aligned(lines: Sequence[Line]) -> Iterator[Box]:
    """Boxes of neighbouring rows with at least two wide gaps that all of them share."""
    if not lines:
        return
    em = statistics.median(line.em for line in lines)
    rows = visual_rows([word for line in lines for word in line.words], em)
    begun = 0
    for index, row in enumerate(rows):
        if index < begun or not _is_row(row, em):
            continue
        group = [row]
        for following in rows[index + 1 :]:
            if _top(following) - _bottom(group[-1]) > 2.5 * em or len(find_gutters([*group, following], em)) < 2:
                break
            group.append(following)
        while group and not _is_row(group[-1], em) and len(find_gutters(group, em)) < 2:
            group.pop()
        begun = index + len(group)
        before = rows[index - 1] if index else None
        after = rows[begun] if begun < len(rows) else None
        # Justified prose has wide gaps that align by chance; a table has white around it.
        apart = all(
            other is None or gap > 0.75 * em or CAPTION.match(" ".join(w.text for w in other))
            for other, gap in (
                (before, _top(row) - _bottom(before) if before else 0),
                (after, _top(after) - _bottom(group[-1]) if after else 0),
            )
        )
        pitch = (_top(group[-1]) - _top(group[0])) / max(1, len(group) - 1)
        clear = len(group) > 2 and pitch > 1.55 * em and len(find_gutters(group, em, least=1.5)) >= 2
        if (apart or clear) and sum(_is_row(r, em) for r in group) >= max(2, 0.5 * len(group)):
            yield enclosing([word.box for r in group for word in r])


def _is_row(row: Sequence[Word], em: float) -> bool:
    runs = filled_runs(row, em)
    return sum(b[0] - a[1] > 1.2 * em for a, b in pairwise(runs)) >= 2


def _top(row: Sequence[Word]) -> int:
    return min(word.box[1] for word in row)


def _bottom(row: Sequence[Word]) -> int:
    return max(word.box[3] for word in row)


def _without_far_rows(box: Box, lines: Sequence[Line]) -> Box:
    """The part of a box with most of its lines, where white of many lines parts it: a page's number is no row."""
    inner = sorted(cut_out(lines, box)[0], key=lambda line: line.box[1])
    if len(inner) < 3:
        return box
    far = _FAR * statistics.median(line.em for line in inner)
    groups, bottom = [[inner[0]]], inner[0].box[3]
    for line in inner[1:]:
        if line.box[1] - bottom > far:
            groups.append([])
        groups[-1].append(line)
        bottom = max(bottom, line.box[3])
    if len(groups) == 1:
        return box
    main = enclosing([line.box for line in max(groups, key=len)])
    return box[0], main[1], box[2], main[3]


def _whole_lines(box: Box, lines: Sequence[Line]) -> Box:
    """The box with the lines that it cuts: a detector's box often ends inside the first or last row."""
    x0, y0, x1, y1 = box
    for line in lines:
        a, b, c, d = line.box
        if min(y1, d) - max(y0, b) > 0.4 * (d - b) and min(x1, c) - max(x0, a) > 0:
            x0, x1 = min(x0, a), max(x1, c)
            y0, y1 = min(y0, b), max(y1, d)
    return x0, y0, x1, y1


def _with_fitting_rows(box: Box, lines: Sequence[Line]) -> Box:
    """The box without a caption at its top, and with the rows above and below that keep to its columns."""
    inner, outer = cut_out(lines, box)
    captions = [line for line in inner if CAPTION.match(line.text)]
    inner = [line for line in inner if line not in captions]
    if len(inner) < 2:
        return box
    em = statistics.median(line.em for line in inner)
    rows = visual_rows([word for line in inner for word in line.words], em)
    x0, y0, x1, y1 = enclosing([word.box for row in rows for word in row])
    box = (min(x0, box[0]), y0, max(x1, box[2]), y1)
    gutters = len(find_gutters(rows, em))
    if gutters < 1:
        return box
    others = visual_rows([word for line in outer for word in line.words if not CAPTION.match(line.text)], em)
    for row in [*reversed([r for r in others if _bottom(r) <= box[1]]), *[r for r in others if _top(r) >= box[3]]]:
        near = -0.3 * em < box[1] - _bottom(row) < 1.6 * em or -0.3 * em < _top(row) - box[3] < 1.6 * em
        beside = any(word.box[0] < box[0] - 2 * em or word.box[2] > box[2] + 2 * em for word in row)
        if not near or beside or len(filled_runs(row, em)) < 2 or len(find_gutters([*rows, row], em)) < gutters:
            continue
        if not _spread(row, rows, em):
            continue
        rows.append(row)
        box = enclosing([box, *(word.box for word in row)])
    return box


def _spread(row: Sequence[Word], rows: Sequence[Sequence[Word]], em: float) -> bool:
    """Whether ``row`` has words on both sides of some gutter of ``rows``."""
    gutters = find_gutters([*rows, row], em)
    return any(any(w.box[2] < x for w in row) and any(w.box[0] > x for w in row) for x in gutters)


def _is_prose(cells: Table, *, sure: bool) -> bool:
    """Columns of running text, not a table: most cells are as long as lines of text.

    Where nobody is ``sure`` of a table, three columns of a page are one whose cells have more words than cells have.
    """
    words = [len(cell.words) for row in cells for cell in row if cell.words]
    if not sure and statistics.fmean(words) > _WORDY:
        return True
    lengths = [len(cell.text) for row in cells for cell in row if cell.words]
    return sum(length > _LONG_CELL for length in lengths) > 0.5 * len(lengths)
