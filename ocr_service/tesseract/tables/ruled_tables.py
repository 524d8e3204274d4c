"""Words to the cells between the ruling lines of a table."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.tables.cells import (
    CELL_NUMBER,
    Cell,
    Table,
    cell_text,
    font_size,
    is_data,
    without_empty,
)
from ocr_service.tesseract.tables.columns import find_gutters, runs_of, visual_rows
from ocr_service.tesseract.tables.grids import Grid
from ocr_service.tesseract.tables.rows import rows_of_lines
from ocr_service.tesseract.tables.wrapped_lines import joined
from ocr_service.tesseract.words import Word

_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})*+")
_REST = re.compile(r"\d{3}(?: \d{3})*+[.,]\d{1,2}")  # of a number that a narrow cell breaks
_MANY_ROWS, _ONE_EACH, _BESIDE = 4, 0.8, 0.5  # rows, the share of them with a line, and em between middles
_EMPTY_LINE = 1.6  # times the least step from line to line
_THIN = 0.8  # em: columns without room for a text
_FAR = 2.0  # em between the texts of two columns
_SAME_HEIGHT = 0.8  # of the highest cell of a row between ruling lines
_FULL_COLUMNS = 3  # of rows under the name of a block
_FULL_ROWS, _UNRULED = 3, 0.5  # rows that tell of unruled rows or columns, and the share of a column's lines


def cells_between_rules(grid: Grid, words: Sequence[Word], dpi: int) -> Table:
    """The cells of a grid without empty rows and columns; none where it has no words."""
    ruled = without_empty(ruled_cells(grid, words, max(3, dpi // 40)))
    return without_thin_columns(ruled) if ruled else ruled


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
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, first in owner.items():
        spans.setdefault(first, []).append(place)
    return [
        [
            _cell(spans[r, c], inside.get((r, c), ()), xs, ys) if (r, c) in spans else Cell((0, 0, 0, 0))
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def _cell(places: Sequence[tuple[int, int]], words: Sequence[Word], xs: Sequence[float], ys: Sequence[float]) -> Cell:
    """The cell of these places; it spans as many as it is wide and high where they fill that rectangle."""
    boxes = [(round(xs[c]), round(ys[r]), round(xs[c + 1]), round(ys[r + 1])) for r, c in places]
    across, down = len({c for _, c in places}), len({r for r, _ in places})
    if across * down != len(places):
        across = down = 1
    return Cell(enclosing(boxes), tuple(words), across, down)


def without_thin_columns(table: Table) -> Table:
    """Without columns that have no room for a text, and none: white between two filled cells makes them."""
    em = font_size(table)
    if em is None:
        return table
    alone = [[row[c] for row in table if row[c].across == 1 and row[c].box[2]] for c in range(len(table[0]))]
    kept = [
        c
        for c, cells in enumerate(alone)
        if not cells or any(cell.words or cell.box[2] - cell.box[0] > _THIN * em for cell in cells)
    ]
    return [_kept(row, kept) for row in table] if len(kept) < len(table[0]) else table


def _kept(row: Sequence[Cell], columns: Sequence[int]) -> list[Cell]:
    """The cells of these columns; one that stands over several begins in the first of them that is kept."""
    made = [row[c] for c in columns]
    for start, cell in enumerate(row):
        if cell.across > 1:
            over = [place for place, c in enumerate(columns) if start <= c < start + cell.across]
            if over:
                made[over[0]] = replace(cell, across=len(over))
    return made


def with_label_rows(table: Table) -> Table:
    """``table``, its cells over many rows parted where each row has a line of their text: labels without rules."""
    em = font_size(table)
    if em is None:
        return table
    result = [list(row) for row in table]
    boxes = [[cell.box for cell in row if cell.words and cell.down == 1] for row in table]
    middles = [statistics.fmean((b[1] + b[3]) / 2 for b in row) if row else None for row in boxes]
    for r, row in enumerate(table):
        for c, cell in enumerate(row):
            if cell.down >= _MANY_ROWS and cell.across == 1:
                rows = range(r, r + cell.down)
                for k, part in _one_a_row(cell, [(k, middles[k]) for k in rows], em):
                    result[k][c] = part
    return result


def with_parted_heads(table: Table) -> Table:
    """``table``, its cells over several columns parted where each column has a text of its own, far from the next."""
    em = font_size(table)
    if em is None:
        return table
    sides = [_sides(table, c) for c in range(len(table[0]))]
    result = [list(row) for row in table]
    for r, row in enumerate(table):
        for c, cell in enumerate(row):
            spans = sides[c : c + cell.across]
            if cell.across < 2 or cell.down > 1 or None in spans:
                continue
            inside = [[w for w in cell.words if s and s[0] < (w.box[0] + w.box[2]) / 2 < s[1]] for s in spans]
            if all(inside) and sum(map(len, inside)) == len(cell.words) and _are_far_apart(inside, em):
                for k, (words, side) in enumerate(zip(inside, spans, strict=True)):
                    if side:
                        result[r][c + k] = Cell((side[0], cell.box[1], side[1], cell.box[3]), tuple(words))
    return result


def _sides(table: Table, column: int) -> tuple[int, int] | None:
    """The left and right side of a column, as a cell that stands in it alone has them."""
    boxes = [row[column].box for row in table if row[column].words and row[column].across == 1]
    return (boxes[0][0], boxes[0][2]) if boxes else None


def _are_far_apart(texts: Sequence[Sequence[Word]], em: float) -> bool:
    starts, ends = ([pick(w.box[i] for w in words) for words in texts] for pick, i in ((min, 0), (max, 2)))
    return all(start - end > _FAR * em for end, start in zip(ends, starts[1:], strict=False))


def _one_a_row(cell: Cell, rows: Sequence[tuple[int, float | None]], em: float) -> list[tuple[int, Cell]]:
    """A cell for each row that ``cell`` spans, by the rows' middles; nothing where its lines do not stand in them."""
    lines = visual_rows(cell.words, em)
    if not _ONE_EACH * len(rows) <= len(lines) <= len(rows) or _is_one_text(lines):
        return []
    x0, _, x1, _ = cell.box
    placed: dict[int, list[Word]] = {}
    for line in lines:
        at = statistics.fmean((word.box[1] + word.box[3]) / 2 for word in line)
        near = [k for k, middle in rows if middle is not None and abs(middle - at) < _BESIDE * em]
        if len(near) != 1 or near[0] in placed:
            return []
        placed[near[0]] = line
    parts = []
    for k, middle in rows:
        words = placed.get(k, [])
        top, bottom = _extent(words, middle, em)
        parts.append((k, Cell((x0, top, x1, bottom), tuple(words))))
    return parts


def _is_one_text(lines: Sequence[Sequence[Word]]) -> bool:
    """Whether only the first line begins with a capital: the others go on with it."""
    first, *others = (min(line, key=lambda word: word.box[0]).text[0] for line in lines)
    return first.isupper() and all(letter.islower() for letter in others)


def _extent(words: Sequence[Word], middle: float | None, em: float) -> tuple[int, int]:
    """The top and bottom of a row's cell: of its words, else a line's height about the row's middle."""
    if words:
        return min(word.box[1] for word in words), max(word.box[3] for word in words)
    at = middle or 0.0
    return round(at - em / 2), round(at + em / 2)


def with_unruled_rows(table: Table) -> Table:
    """``table``, its rows parted where only its columns are ruled, and numbers stand one under the other.

    They do so in two columns, or each line has a text in each column, or in three and the name of a block before them.
    """
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
    texts = [[cell_text(cell) for cell in line] for line in filled]
    broken = [any(_is_broken(*pair) for pair in pairwise(filter(None, column))) for column in zip(*texts, strict=True)]
    numbers = [
        [CELL_NUMBER.fullmatch(text) is not None and not parted for text, parted in zip(line, broken, strict=True)]
        for line in texts
    ]
    known = sum(sum(line) > 1 for line in numbers) > 1 or _are_full_rows(filled, numbers)
    if not known and not _are_rows_of_a_block(filled):
        blocks = _blocks_of(filled, em)
        return [_row_between(edges, block) for block in blocks] if len(blocks) > 1 else [row]
    middles = [statistics.fmean((w.box[1] + w.box[3]) / 2 for w in line) for line in lines]
    parts = rows_of_lines(filled, middles, em)
    return [_row_between(edges, cells) for cells in parts]


def _is_broken(upper: str, lower: str) -> bool:
    """Whether two lines of a narrow cell are one number: ``8`` over ``000,00``."""
    return _THOUSANDS.fullmatch(upper) is not None and _REST.fullmatch(lower) is not None


def _are_full_rows(lines: Sequence[Sequence[Sequence[Word]]], numbers: Sequence[Sequence[bool]]) -> bool:
    """Whether each line has a text in each column, and one column is all numbers, or data in three lines or more."""
    if len(lines) < 2 or not all(all(line) for line in lines):
        return False
    if len(lines) < _FULL_ROWS:
        return any(map(all, zip(*numbers, strict=True)))
    return any(all(is_data(cell_text(cell)) for cell in column) for column in zip(*lines, strict=True))


def _are_rows_of_a_block(lines: Sequence[Sequence[Sequence[Word]]]) -> bool:
    """Whether each line begins a row with data, as the times of a day are, and has a text in two more columns.

    The first column has the name of the block; further lines are those of one cell.
    """
    if all(line[0] for line in lines):
        return False
    for column in range(1, len(lines[0])):
        rows = [line for line in lines if line[column]]
        others = [line for line in lines if not line[column]]
        if len(rows) < 2 or not lines[0][column] or not all(is_data(cell_text(line[column])) for line in rows):
            continue
        full = sum(map(all, zip(*rows, strict=True)))
        if full >= _FULL_COLUMNS and len(others) < len(rows) and all(sum(map(bool, line)) == 1 for line in others):
            return True
    return False


def _blocks_of(lines: Sequence[Sequence[list[Word]]], em: float) -> list[list[list[Word]]]:
    """The rows that an empty line parts in all columns at once, each with a text in the first; else all are one row.

    Two of them or more have a text in each column: paragraphs of one cell have nothing beside them.
    """
    middles = [statistics.fmean((w.box[1] + w.box[3]) / 2 for cell in line for w in cell) for line in lines]
    steps = [b - a for a, b in pairwise(middles)]
    close = min((step for step in steps if step > _BESIDE * em), default=0.0)
    starts = [0, *(i for i, step in enumerate(steps, 1) if step > _EMPTY_LINE * close), len(lines)]
    blocks = [joined(lines[a:b]) for a, b in pairwise(starts)]
    are_rows = sum(all(block) for block in blocks) > 1 and all(block[0] for block in blocks)
    return blocks if are_rows else [joined(lines)]


def has_unruled_columns(table: Table) -> bool:
    """Whether a column between its ruling lines holds several of numbers: such lines part groups of columns.

    The first may have the labels of its rows, too. Cells over several columns are looked at by themselves where they
    have most of the lines: upright ruling lines of a head that end above the rows are none of theirs.
    """
    em = font_size(table)
    if em is None:
        return False
    for column, across in {(c, row[c].across) for row in table for c in range(len(row)) if row[c].words}:
        words = [word for row in table if row[column].across == across for word in row[column].words]
        lines = visual_rows(words, em)
        numbers = [line for line in lines if _are_numbers(runs_of(line, em), labelled=not column)]
        if across > 1 and len(numbers) <= max(_lines_in(table, k, em) for k in range(column, column + across)):
            continue
        if len(numbers) >= max(_FULL_ROWS, _UNRULED * len(lines)) and find_gutters(numbers, em):
            return True
    return False


def _lines_in(table: Table, column: int, em: float) -> int:
    """How many lines the cells have that stand in this column alone."""
    return len(visual_rows([word for row in table if row[column].across == 1 for word in row[column].words], em))


def _are_numbers(texts: Sequence[Sequence[Word]], *, labelled: bool) -> bool:
    """``labelled``: other texts may stand beside two numbers."""
    data = sum(is_data(cell_text(text)) for text in texts)
    return data > 1 and (labelled or data == len(texts))


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
