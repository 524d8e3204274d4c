"""Words to the cells of a table, with ruling lines and without."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.hyphenation import join_lines, word_is_broken
from ocr_service.tesseract.ruling_lines import Grid
from ocr_service.tesseract.words import Word

_HEAD_ROWS, _LEAST_BELOW = 1, 2  # rows of a head, and of what stands below it
_SPANNING_ROWS = 2  # at a table's top, whose cells go over several columns
_MOST_OF_IT = 0.7  # of a head that sticks out of its column
_HEAD_LINES = 3
_SAME_HEIGHT = 0.8  # of the highest cell of a row between ruling lines
CELL_NUMBER = re.compile(r"[^\w\s]?\s*[-−–(]?\d[\d\s.,]*+\)?\s*(?:[^\w\s]|\w{1,4}\.?)?")  # $ 31.50, 12 %, 5 кг
_HALF_STEP = 0.85  # em: between a cell of one line and the lines of a cell of two beside it


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's area on the page and the words in it; a cell that a neighbour spans has no words."""

    box: Box
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return cell_text(self.words)


Table = list[list[Cell]]  # rows of equally many cells


def font_size(table: Table) -> float | None:
    """The usual one of the words, in pixels; None where no word tells of its size."""
    sizes = [word.em for row in table for cell in row for word in cell.words if word.em is not None]
    return statistics.median(sizes) if sizes else None


def ruled_cells(grid: Grid, words: Sequence[Word], slack: int) -> Table:
    """The words of each cell between the ruling lines. A spanning cell has them in its first place.

    ``slack``: pixels within which two ruling lines are the same line.
    """
    xs = _positions([(b[0] + b[2]) / 2 for b in grid.vertical] + [grid.box[0], grid.box[2]], slack)
    ys = _positions([(b[1] + b[3]) / 2 for b in grid.horizontal] + [grid.box[1], grid.box[3]], slack)
    columns, rows = len(xs) - 1, len(ys) - 1
    owner = _owners(grid, xs, ys, slack)
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        row, column = bisect_right(ys, y) - 1, bisect_right(xs, x) - 1
        if 0 <= row < rows and 0 <= column < columns:
            inside.setdefault(owner[row, column], []).append(word)
    spans: dict[tuple[int, int], list[Box]] = {}
    for (r, c), first in owner.items():
        spans.setdefault(first, []).append((round(xs[c]), round(ys[r]), round(xs[c + 1]), round(ys[r + 1])))
    return [
        [
            Cell(enclosing(spans[r, c]), tuple(inside.get((r, c), ()))) if (r, c) in spans else Cell((0, 0, 0, 0))
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def with_unruled_rows(table: Table) -> Table:
    """``table``, its rows parted where only its columns are ruled: in two of them numbers stand one under the other."""
    em = font_size(table)
    return [part for row in table for part in (_parts(row, em) if em else [row])]


def _parts(row: list[Cell], em: float) -> Table:
    heights = [cell.box[3] - cell.box[1] for cell in row]
    if len(row) < 3 or min(heights) < _SAME_HEIGHT * max(heights):  # cells that are spanned, or span rows
        return [row]
    lines = visual_rows([word for cell in row for word in cell.words], em)
    edges = [(cell.box[0], cell.box[2]) for cell in row]
    filled = [
        [[word for word in line if x0 <= (word.box[0] + word.box[2]) / 2 < x1] for x0, x1 in edges] for line in lines
    ]
    numbers = [[CELL_NUMBER.fullmatch(cell_text(cell)) is not None for cell in line] for line in filled]
    if sum(sum(line) > 1 for line in numbers) < 2:
        return [row]
    middles = [statistics.fmean((w.box[1] + w.box[3]) / 2 for w in line) for line in lines]
    parts = _rows_of(filled, [b - a for a, b in pairwise(middles)], em)
    return [_row_between(edges, cells) for cells in parts]


def _row_between(edges: Sequence[tuple[int, int]], words: Sequence[Sequence[Word]]) -> list[Cell]:
    """The cells of a row with these left and right ``edges``, as high as the ``words`` of all of them."""
    boxes = [word.box for cell in words for word in cell]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return [Cell((x0, top, x1, bottom), tuple(cell)) for (x0, x1), cell in zip(edges, words, strict=True)]


def _owners(grid: Grid, xs: Sequence[float], ys: Sequence[float], slack: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each place (row, column) the first place of the cell that it belongs to: no ruling line parts the two."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            owner[r, c] = r, c
            left = owner[r, c - 1] if c and not _wall(grid.vertical, xs[c], ys[r], ys[r + 1], slack, True) else None
            upper = owner[r - 1, c] if r and not _wall(grid.horizontal, ys[r], xs[c], xs[c + 1], slack, False) else None
            if left is not None and left[0] == r:
                owner[r, c] = left
            elif upper is not None:
                owner[r, c] = upper
    return owner


def _positions(values: Sequence[float], slack: int) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= 2 * slack:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [statistics.fmean(group) for group in groups]


def _wall(ruling_lines: Sequence[Box], at: float, start: float, end: float, slack: int, upright: bool) -> bool:
    """Whether ruling lines cover most of the side from ``start`` to ``end`` at ``at``."""
    covered = 0.0
    for x0, y0, x1, y1 in ruling_lines:
        across, low, high = ((x0 + x1) / 2, y0, y1) if upright else ((y0 + y1) / 2, x0, x1)
        if abs(across - at) <= 2 * slack:
            covered += max(0.0, min(high, end) - max(low, start))
    return covered >= 0.6 * (end - start)


def without_empty(table: Table) -> Table:
    """Without rows and columns that have no words at all: double ruling lines and frames make them."""
    rows = [row for row in table if any(cell.words for cell in row)]
    if not rows:
        return []
    keep = [c for c in range(len(rows[0])) if any(row[c].words for row in rows)]
    return [[row[c] for c in keep] for row in rows]


def open_cells(words: Sequence[Word], em: float, ruling_lines: Sequence[Box] = ()) -> Table:
    """The cells of a table without upright rules: columns at the white between words, rows at baselines.

    ``ruling_lines`` are the level ruling lines inside it, which always part rows.
    """
    rows = visual_rows(words, em)
    if not rows:
        return []
    gutters = _gutters_of_columns(rows, em)
    edges = [min(w.box[0] for w in words), *(round(x) for x in gutters), max(w.box[2] for w in words)]
    filled = [_cells(row, gutters, em, whole=index < _SPANNING_ROWS) for index, row in enumerate(rows)]
    table = []
    for cells in _join_continued(filled, em, ruling_lines):
        top = min(w.box[1] for cell in cells for w in cell)
        bottom = max(w.box[3] for cell in cells for w in cell)
        table.append([Cell((edges[c], top, edges[c + 1], bottom), tuple(cell)) for c, cell in enumerate(cells)])
    return _with_heads(without_empty(table))


def _gutters_of_columns(rows: Sequence[Sequence[Word]], em: float) -> list[float]:
    """The gutters between the columns, whatever heads and other cells go over several of them."""
    telling = [row for row in rows if len(filled_runs(row, em)) > 1]
    if len(telling) < 2:
        return find_gutters(rows, em)
    gutters = find_gutters(telling, em)
    for count in range(1, min(_SPANNING_ROWS, len(telling) - 2) + 1):
        below = find_gutters(telling[count:], em)
        if len(below) > len(gutters) and len(filled_runs(telling[count - 1], em)) <= len(below):
            gutters = below
    return gutters


def _cells(row: Sequence[Word], gutters: Sequence[float], em: float, *, whole: bool) -> list[list[Word]]:
    """A row's words by column. A cell over several columns is not cut where the row has no other, or ``whole``."""
    cells: list[list[Word]] = [[] for _ in range(len(gutters) + 1)]
    runs = filled_runs(row, em)
    spans = len(runs) == 1 or (whole and len(runs) <= len(gutters))
    for word in row:
        middle = (word.box[0] + word.box[2]) / 2
        if spans:
            start, end = next(run for run in runs if run[0] <= word.box[0] < run[1])
            middle = _own_column(start, end, gutters)
        cells[bisect_right(gutters, middle)].append(word)
    return cells


def _own_column(start: int, end: int, gutters: Sequence[float]) -> float:
    """An x in the column that most of a cell is in, or in the first one of those that it goes over."""
    edges = [float(start), *(x for x in gutters if start < x < end), float(end)]
    widest = max(pairwise(edges), key=lambda part: part[1] - part[0])
    first = widest if widest[1] - widest[0] > _MOST_OF_IT * (end - start) else (edges[0], edges[1])
    return (first[0] + first[1]) / 2


def _with_heads(table: Table) -> Table:
    """``table`` with each head over its column: a head set left over numbers set right has white between the two."""
    column = 0
    while table and column + 1 < len(table[0]):
        first, second = ([bool(row[c].words) for row in table] for c in (column, column + 1))
        heads, below = (first, second) if sum(first) <= sum(second) else (second, first)
        if (
            heads[0]
            and not any(heads[_HEAD_ROWS:])
            and sum(below) >= _LEAST_BELOW
            and not any(a and b for a, b in zip(heads, below, strict=True))
        ):
            table = [[*row[:column], _merged(row[column], row[column + 1]), *row[column + 2 :]] for row in table]
        else:
            column += 1
    return table


def _merged(left: Cell, right: Cell) -> Cell:
    return Cell(enclosing([left.box, right.box]), left.words or right.words)


def visual_rows(words: Sequence[Word], em: float) -> list[list[Word]]:
    """Words by their common middle line, from the top."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[1] + w.box[3]):
        middle = (word.box[1] + word.box[3]) / 2
        for row in reversed(rows[-3:]):
            if abs(statistics.fmean((w.box[1] + w.box[3]) / 2 for w in row) - middle) < 0.4 * em:
                row.append(word)
                break
        else:
            rows.append([word])
    return rows


def find_gutters(rows: Sequence[Sequence[Word]], em: float, least: float = 0.6) -> list[float]:
    """Where no row, or one in eight (a spanning cell), has ink over a width of ``least`` em: more than a space."""
    left = min(w.box[0] for row in rows for w in row)
    right = max(w.box[2] for row in rows for w in row)
    covered = [0] * (right - left + 1)
    for row in rows:
        for run_start, run_end in filled_runs(row, em):
            for x in range(run_start - left, run_end - left):
                covered[x] += 1
    allowed = len(rows) // 8
    gutters: list[float] = []
    start: int | None = None
    for x, count in enumerate([*covered, allowed + 1]):
        if count <= allowed and start is None:
            start = x
        elif count > allowed and start is not None:
            if start > 0 and x < len(covered) - 1 and x - start >= least * em:
                gutters.append(left + (start + x) / 2)
            start = None
    return gutters


def filled_runs(row: Sequence[Word], em: float) -> list[tuple[int, int]]:
    """A row's words with ordinary spaces closed."""
    runs: list[tuple[int, int]] = []
    for word in sorted(row, key=lambda w: w.box[0]):
        if runs and word.box[0] - runs[-1][1] < 0.5 * em:
            runs[-1] = (runs[-1][0], max(runs[-1][1], word.box[2]))
        else:
            runs.append((word.box[0], word.box[2]))
    return runs


def _join_continued(
    filled: Sequence[list[list[Word]]], em: float, ruling_lines: Sequence[Box]
) -> list[list[list[Word]]]:
    """Lines that go on a cell of the row above (or begin one of the row below) become one row."""
    middles = [statistics.fmean((w.box[1] + w.box[3]) / 2 for cell in row for w in cell) for row in filled]
    blocks = [[0]]
    for index, (above, below) in enumerate(pairwise(middles), start=1):
        if any(above < (rule[1] + rule[3]) / 2 < below for rule in ruling_lines):
            blocks.append([index])
        else:
            blocks[-1].append(index)
    result: list[list[list[Word]]] = []
    for number, block in enumerate(blocks):
        lines = [filled[index] for index in block]
        head = number == 0 and len(blocks) > 1
        one_row = len(blocks) > 1 and _is_one_row(lines, head=head, among_rows=len(blocks) > 2)
        steps = [middles[b] - middles[a] for a, b in pairwise(block)]
        result += [_joined(lines)] if one_row else _rows_of(lines, steps, em)
    return result


def _joined(lines: Sequence[list[list[Word]]]) -> list[list[Word]]:
    return [[word for cell in column for word in cell] for column in zip(*lines, strict=True)]


def _is_one_row(lines: Sequence[list[list[Word]]], *, head: bool, among_rows: bool) -> bool:
    """Whether the lines between two ruling lines are the lines of one row's cells, and not several rows.

    Rows have numbers one under the other, or words in each column. ``among_rows``: more than a head and a body are
    parted by ruling lines.
    """
    columns = [[cell for cell in column if cell] for column in zip(*lines, strict=True)]
    if any(sum(CELL_NUMBER.fullmatch(cell_text(cell)) is not None for cell in column) > 1 for column in columns):
        return False
    if head:
        return len(lines) <= _HEAD_LINES
    return not all(all(line) for line in lines) if among_rows else len(columns[0]) <= 1


def _rows_of(lines: Sequence[list[list[Word]]], steps: Sequence[float], em: float) -> list[list[list[Word]]]:
    """Rows of lines that no ruling line parts. ``steps``: from each line's middle to the next one's, in pixels.

    Rows stand further apart than the lines of one cell; where all steps are alike there is nothing to join.
    """
    close, apart = min(steps, default=0.0), max(steps, default=0.0)
    result: list[list[list[Word]]] = [list(lines[0])]
    for cells, step in zip(lines[1:], steps, strict=True):
        tight = step <= 1.2 * close and step < 0.85 * apart
        if (tight and not all(cells)) or step < _HALF_STEP * em or _goes_on(result[-1], cells):
            result[-1] = _joined([result[-1], cells])
        else:
            result.append(list(cells))
    return result


def _goes_on(above: Sequence[list[Word]], cells: Sequence[list[Word]]) -> bool:
    """Whether a row is only the further lines of some cells, which all go on inside a sentence or a word."""
    filled = [column for column, words in enumerate(cells) if words]
    if len(filled) == len(cells) or not all(above[column] for column in filled):
        return False
    if filled[0] == 0 and not word_is_broken(cell_text(above[0])):
        return False
    return all(min(cells[column], key=lambda word: word.box[0]).text[0].islower() for column in filled)


def cell_text(words: Sequence[Word]) -> str:
    """The words of a cell, in any order, as one text."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[1] + w.box[3]):
        height = word.box[3] - word.box[1]
        middle = (word.box[1] + word.box[3]) / 2
        last = lines[-1][-1] if lines else None
        if last and middle - (last.box[1] + last.box[3]) / 2 < 0.5 * max(height, last.box[3] - last.box[1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    return join_lines([" ".join(w.text for w in sorted(line, key=lambda w: w.box[0])) for line in lines])
