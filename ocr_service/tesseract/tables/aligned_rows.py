"""Tables without ruling lines: neighbouring rows whose words align in columns."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.lines.captions import CAPTION
from ocr_service.tesseract.lines.code_blocks import code_blocks
from ocr_service.tesseract.lines.leaders import LEADER
from ocr_service.tesseract.lines.page_columns import in_columns, page_gutters
from ocr_service.tesseract.tables.cells import cell_text, is_data
from ocr_service.tesseract.tables.centred_rows import with_centred_rows
from ocr_service.tesseract.tables.columns import Row, by_column, column_gutters, filled_runs, visual_rows, without_signs
from ocr_service.tesseract.tables.lookalikes import is_lookalike
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, Word

_ROW_GAP = 2.4  # em: the widest white between two rows
_OPEN_ROW_GAP = 3.8  # the same between rows of three cells, and where the rows so far stand far apart
_LOOSE_ROWS = 1.2  # em of white between rows that stand far apart
_EMPTY_LINE = 1.7  # of the usual step from row to row
_NEAR = 1.6  # em of white to a head above
_CAPTION_GAP = 2.0  # em of white to a caption
_ODD_ROWS = 3  # one after the other that tell nothing of the columns: labels of groups, lines of cells, heads
_KEPT = 0.6  # of the gutters so far that a row leaves open
_WHITE = 0.3  # em that a gutter keeps at least
_LEADING = 1.4  # em from line to line of a cell
_ALIGNED = 0.45  # em that edges of one column are off
_MOSTLY = 0.7
_NUMBERED_ROWS = 4
_TRIES = 12  # rows that are tried as the first of a table, one after the other
_CLEAR_GUTTER = 1.0  # em, where a table has two columns
_BOLD = 1.15  # times the weight of the rows below
_TABLE = re.compile(r"tab|таб", re.I)


@dataclass(frozen=True, slots=True)
class AlignedArea:
    """``columns``: how many it has. ``numbers``: whether one but the first is of numbers and the like."""

    box: Box
    columns: int
    numbers: bool


def aligned_areas(lines: Sequence[Line], drawn: Sequence[Box] = ()) -> Iterator[AlignedArea]:
    """Where neighbouring rows share white that parts them into columns, as tables and hardly anything else do.

    ``drawn``: as ``page_gutters`` takes it.
    """
    if not lines:
        return
    em = statistics.median(line.em for line in lines)
    prose = prose_lines(lines)
    captions = [line for line in lines if CAPTION.match(line.text)]
    titles = [line for line in captions if _TABLE.match(line.text)]
    listings = {line for block in code_blocks(lines)[0] for line in block.lines}
    barriers = [line.box for line in (*prose, *captions)]
    telling = [line for line in lines if line not in prose and line not in captions and line not in listings]
    weights = {id(word): line.weight / line.em for line in telling for word in line.words}
    words = [w for line in telling for w in line.words if w.text != LEADER]
    for part in in_columns(words, page_gutters(lines, prose, drawn)):
        yield from _areas_of(with_centred_rows(visual_rows(part, em), em), barriers, titles, weights, em)


def _areas_of(
    rows: Sequence[Row], barriers: Sequence[Box], titles: Sequence[Line], weights: dict[int, float], em: float
) -> Iterator[AlignedArea]:
    begun = refused = 0
    while begun < len(rows):
        group = _rows_that_align(rows, begun, barriers, em)
        kept = _Group.of(group, em) if len(group) > 1 else None
        if kept is None:
            begun += 1
            continue
        if not kept.is_table(titles, weights) and (block := _first_block(group)):
            group, kept = block, _Group.of(block, em)
        if not kept.is_table(titles, weights):
            # Rows at its top may be none of a table; on a page of a thousand rows not all can be tried as the first.
            refused += 1
            begun += 1 if refused % _TRIES else len(group)
            continue
        refused = 0
        first, last = begun, begun + len(group)
        while first and _is_head_above(rows[first - 1], kept, rows[first]):
            first -= 1
        while last < len(rows) and _is_further_line(rows[last], kept, rows[last - 1]):
            last += 1
        box = enclosing([word.box for row in rows[first:last] for word in row])
        yield AlignedArea(box, kept.columns, bool(kept.data))
        begun = last


def _rows_that_align(rows: Sequence[Row], begin: int, barriers: Sequence[Box], em: float) -> list[Row]:
    """The row ``begin`` and those under it that leave white open between its cells, as far as no barrier."""
    first = rows[begin]
    white = _white(first, em)
    if not white:
        return []
    count = 1
    odd = 0
    for index in range(begin + 1, len(rows)):
        row = rows[index]
        gap = top(row) - bottom(rows[index - 1])
        own = _white(row, em)
        group = rows[begin : begin + count]
        open_ = (len(own) > 1 and len(white) > 1) or _are_loose(group, em)
        if gap > (_OPEN_ROW_GAP if open_ else _ROW_GAP) * em:
            break
        if any(_stands_between(barrier, rows[index - 1], row, group) for barrier in barriers):
            break
        shared = _shared(white, own, filled_runs(row, em), em)
        if any(_is_inside(part, own) for part in shared) and len(shared) >= (_KEPT * len(white) if count > 2 else 1):
            white = shared
            count = index - begin + 1
            odd = 0
        else:
            odd += 1
            if odd > _ODD_ROWS:
                break
    return list(rows[begin : begin + count])


def _are_loose(group: Sequence[Row], em: float) -> bool:
    """Whether rows stand so far apart that an empty line among them is wider than others are."""
    return len(group) > 1 and statistics.median(top(b) - bottom(a) for a, b in pairwise(group)) > _LOOSE_ROWS * em


def _first_block(group: Sequence[Row]) -> list[Row]:
    """The rows of ``group`` above the first that stands off as by an empty line; none where no row does."""
    steps = [top(b) - top(a) for a, b in pairwise(group)]
    usual = statistics.median(steps)
    end = next((i for i, step in enumerate(steps, 1) if step > _EMPTY_LINE * usual), 0)
    return list(group[:end]) if end > 1 else []


def _stands_between(barrier: Box, above: Row, below: Row, group: Sequence[Row]) -> bool:
    middle = (barrier[1] + barrier[3]) / 2
    if not (top(above) + bottom(above)) / 2 < middle < (top(below) + bottom(below)) / 2:
        return False
    left, right = min(w.box[0] for row in group for w in row), max(w.box[2] for row in group for w in row)
    return min(right, barrier[2]) - max(left, barrier[0]) > 0


def _white(row: Row, em: float) -> list[tuple[float, float]]:
    """The white between the cells of a row."""
    runs = filled_runs(row, em)
    return [(a[1], b[0]) for a, b in pairwise(runs)]


def _shared(
    white: Sequence[tuple[float, float]],
    own: Sequence[tuple[float, float]],
    runs: Sequence[tuple[int, int]],
    em: float,
) -> list[tuple[float, float]]:
    """What of ``white`` a row with this white of its ``own`` leaves open, beside it too."""
    open_ = [(float("-inf"), runs[0][0]), *own, (runs[-1][1], float("inf"))]
    starts, ends = [start for start, _ in open_], [end for _, end in open_]
    found = []
    for a, b in white:
        parts = [(max(a, c), min(b, d)) for c, d in open_[bisect_right(ends, a) : bisect_left(starts, b)]]
        widest = max(parts, key=lambda part: part[1] - part[0], default=(a, a))
        if widest[1] - widest[0] >= _WHITE * em:
            found.append(widest)
    return found


def _is_inside(part: tuple[float, float], white: Sequence[tuple[float, float]]) -> bool:
    """Whether a part lies in one of the stripes of ``white``, which are in order."""
    place = bisect_right(white, (part[0], float("inf"))) - 1
    return place >= 0 and part[1] <= white[place][1]


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that align, in columns; ``cells`` and their ``texts`` by rows.

    ``data``: columns but the first that are of numbers and the like.
    """

    rows: Sequence[Row]
    em: float
    gutters: list[float]
    cells: list[list[list[Word]]]
    texts: list[list[str]]
    data: frozenset[int]

    @classmethod
    def of(cls, rows: Sequence[Row], em: float) -> _Group:
        gutters = without_signs(rows, column_gutters(rows, em), em)
        cells = [by_column(row, gutters, em) for row in rows]
        texts = [[cell_text(cell) for cell in line] for line in cells]
        data = set()
        for column in range(1, len(gutters) + 1):
            below = [line[column] for line in texts[1:] if line[column]]
            if len(below) > 1 and sum(map(is_data, below)) >= _MOSTLY * len(below):
                data.add(column)
        return cls(rows, em, gutters, cells, texts, frozenset(data))

    @property
    def columns(self) -> int:
        return len(self.gutters) + 1

    @property
    def begins_with_data(self) -> bool:
        """Whether the first row has a name and numbers already, so that it is no head."""
        return bool(self.texts[0][0]) and any(is_data(self.texts[0][c]) for c in self.data)

    @property
    def full(self) -> int:
        """How many rows have several cells."""
        return sum(sum(map(bool, line)) > 1 for line in self.texts)

    def is_table(self, captions: Sequence[Line], weights: dict[int, float]) -> bool:
        if self.columns < 2 or self.full < 2 or is_lookalike(self.texts):
            return False
        several = [
            cells for row, cells in zip(self.rows, self.cells, strict=True) if len(filled_runs(row, self.em)) > 1
        ]
        columns = zip(*several, strict=True)
        if sum(_is_aligned([cell for cell in column if cell], self.em) for column in columns) < self.columns - 1:
            return False
        headed = self._has_caption(captions) or self._has_bold_head(weights)
        if self.columns == 2:
            return bool(self.data) and self.full >= (3 if headed else 4) and self._has_clear_gutter()
        telling = bool(self.data) or headed or self._has_numbered_rows() or self._repeats_a_text()
        return self.full >= (2 if headed else 3) and telling

    def _repeats_a_text(self) -> bool:
        """Whether most cells of a column below its head are alike, in rows without an empty cell or an equal first."""
        firsts = [line[0] for line in self.texts]
        if not all(map(all, self.texts)) or len(set(firsts)) < len(firsts):
            return False
        for column in range(1, self.columns):
            below = [line[column] for line in self.texts[1:] if line[column]]
            if len(below) >= _ODD_ROWS and max(map(below.count, below)) >= _MOSTLY * len(below):
                return True
        return False

    def _has_numbered_rows(self) -> bool:
        """Whether several rows begin with a year, a number or the like; none has an empty cell, as a chart's axis."""
        return self.full >= _NUMBERED_ROWS and all(all(line) and is_data(line[0]) for line in self.texts)

    def _has_caption(self, captions: Sequence[Line]) -> bool:
        x0, y0, x1, y1 = enclosing([word.box for row in self.rows for word in row])
        reach = _CAPTION_GAP * self.em
        return any(
            (-reach < y0 - c.box[3] < reach or -reach < c.box[1] - y1 < reach) and c.box[0] < x1 and c.box[2] > x0
            for c in captions
        )

    def _has_bold_head(self, weights: dict[int, float]) -> bool:
        first, *others = [statistics.fmean(weights[id(word)] for word in row) for row in self.rows]
        return first > _BOLD * statistics.median(others)

    def _has_clear_gutter(self) -> bool:
        return len(column_gutters(self.rows, self.em, least=_CLEAR_GUTTER)) > 0


def _is_aligned(cells: Sequence[Sequence[Word]], em: float) -> bool:
    """Whether the cells of a column have their left or right edges, or their middles, one under the other."""
    sides = [(min(w.box[0] for w in cell), max(w.box[2] for w in cell)) for cell in cells]
    places: list[list[float]] = [[a for a, _ in sides], [b for _, b in sides], [(a + b) / 2 for a, b in sides]]
    return any(_share_at_one_place(values, _ALIGNED * em) >= _MOSTLY for values in places) if sides else False


def _share_at_one_place(values: Sequence[float], near: float) -> float:
    ordered = sorted(values)
    return max(bisect_right(ordered, v + near) - bisect_left(ordered, v - near) for v in ordered) / len(ordered)


def _is_head_above(row: Row, group: _Group, below: Row) -> bool:
    """Whether a row above stands over the columns but the first; one text over several, only over their heads."""
    left = min(word.box[0] for word in row)
    right = max(word.box[2] for r in group.rows for word in r)
    near = top(below) - bottom(row) < _NEAR * group.em
    runs = filled_runs(row, group.em)
    if len(runs) == 1 and group.begins_with_data and any(runs[0][0] < x < runs[0][1] for x in group.gutters):
        return False
    return near and left > group.gutters[0] and max(w.box[2] for w in row) < right + group.em


def _is_further_line(row: Row, group: _Group, above: Row) -> bool:
    """Whether a row below is only a further line of a cell that is not the first."""
    runs = filled_runs(row, group.em)
    step = top(row) - top(above)
    if len(runs) != 1 or step > _LEADING * group.em or runs[0][0] < group.gutters[0]:
        return False
    return not any(runs[0][0] < x < runs[0][1] for x in group.gutters)


def top(row: Row) -> int:
    """The y of the highest word's upper edge, in pixels."""
    return min(word.box[1] for word in row)


def bottom(row: Row) -> int:
    """The y of the lowest word's lower edge, in pixels."""
    return max(word.box[3] for word in row)
