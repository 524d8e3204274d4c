"""The cells of a table without upright ruling lines, from where its words stand."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.lines.leaders import LEADER
from ocr_service.tesseract.tables.cells import Cell, Table, without_empty
from ocr_service.tesseract.tables.centred_rows import with_centred_rows
from ocr_service.tesseract.tables.columns import Row, by_column, column_gutters, middle_of, visual_rows, without_signs
from ocr_service.tesseract.tables.heads import head_length, head_rows
from ocr_service.tesseract.tables.rows import are_lines_of_cells, data_columns, rows_of_lines
from ocr_service.tesseract.tables.wrapped_lines import HALF_STEP, joined
from ocr_service.tesseract.words import Word

_NO_AREA: Box = (0, 0, 0, 0)
_LEAST_BELOW = 2  # rows below the head of a column
_LEAST_ROWS, _ONE_STEP = 3, 1.3  # rows of a table whose pitch is known, and pitches between two of its rows
_LONG_RULE = 0.75  # of the table's width, of a rule that parts rows
_SPECK = 0.15  # em
_DOTS = re.compile(r"[.…·_]{2,}")


def open_cells(words: Sequence[Word], em: float, ruling_lines: Sequence[Box] = ()) -> Table:
    """Columns at the white between words, rows at baselines; a cell over several columns is the first one's.

    ``ruling_lines`` are the level ones inside it: the long ones part rows, others tell what a head stands over.
    """
    words = [word for word in words if not _is_no_text(word, em)]
    if not words:
        return []
    rows: list[Row] = with_centred_rows(visual_rows(words, em), em)
    gutters = without_signs(rows, column_gutters(rows, em), em)
    left, right = min(w.box[0] for w in words), max(w.box[2] for w in words)
    edges = [left, *(round(x) for x in gutters), right]
    rows = _without_rows_between(rows, gutters, em)
    lines = [by_column(row, gutters, em) for row in rows]
    middles = [middle_of(row, em) for row in rows]
    long, short = _by_length(ruling_lines, right - left)
    parted = _starts_below_rules(middles, long)
    length = _between_rows(head_length(lines, middles, parted, data_columns(lines), em), middles, em)
    below = middles[length] if length < len(middles) else 0.0
    heads = head_rows(
        rows[:length], _extents(lines[length:] or lines, edges), short, em, below, parted=length in parted
    )
    body = _body_rows(lines[length:], middles[length:], frozenset(p - length for p in parted if p > length), em)
    table = [_row(head.cells, edges, head.across) for head in heads] + [_row(cells, edges, {}) for cells in body]
    table = _with_heads(without_empty(table), len(heads))
    return _with_high_heads(table, len(heads)) if len(heads) < len(table) else table


def _between_rows(length: int, middles: Sequence[float], em: float) -> int:
    """The length of a head that ends where a row begins: not between a centred cell and a line of its neighbour's."""
    ends = length
    while 0 < ends < len(middles) and middles[ends] - middles[ends - 1] < HALF_STEP * em:
        ends -= 1
    return ends or length


def _is_no_text(word: Word, em: float) -> bool:
    """Whether a word is a leader's dots, the end of a ruling line, or dirt."""
    return (
        word.text == LEADER
        or _DOTS.fullmatch(word.text) is not None
        or max(word.box[2] - word.box[0], word.box[3] - word.box[1]) < _SPECK * em
    )


def _by_length(rules: Sequence[Box], width: int) -> tuple[list[Box], list[Box]]:
    """The rules that are long in a table of ``width`` pixels, and the others."""
    long = [rule for rule in rules if rule[2] - rule[0] > _LONG_RULE * width]
    return long, [rule for rule in rules if rule not in long]


def _starts_below_rules(middles: Sequence[float], rules: Sequence[Box]) -> frozenset[int]:
    """The indices of the rows that a rule parts from the row above them; ``middles`` are the rows'."""
    heights = [(rule[1] + rule[3]) / 2 for rule in rules]
    return frozenset(
        below for below, (a, b) in enumerate(pairwise(middles), start=1) if any(a < height < b for height in heights)
    )


def _without_rows_between(rows: Sequence[Row], gutters: Sequence[float], em: float) -> list[Row]:
    """``rows`` with a cell that stands in the middle of two rows, both empty in its column, in the lower one."""
    middles = [middle_of(row, em) for row in rows]
    pitch = statistics.median([b - a for a, b in pairwise(middles)]) if len(rows) > _LEAST_ROWS else 0.0
    filled = [{c for c, words in enumerate(by_column(row, gutters, em)) if words} for row in rows]
    result = list(rows)
    for i in range(1, len(rows) - 1):
        near = middles[i + 1] - middles[i - 1] < _ONE_STEP * pitch
        if near and not filled[i] & (filled[i - 1] | filled[i + 1]):
            result[i + 1] = [*result[i], *result[i + 1]]
            result[i] = []
    return [row for row in result if row]


def _body_rows(
    lines: Sequence[list[list[Word]]], middles: Sequence[float], parted: frozenset[int], em: float
) -> list[list[list[Word]]]:
    if not lines:
        return []
    starts = [0, *sorted(parted), len(lines)]
    blocks = [range(a, b) for a, b in pairwise(starts) if b > a]
    result: list[list[list[Word]]] = []
    for block in blocks:
        part = [lines[i] for i in block]
        if len(blocks) > 1 and len(part) > 1 and are_lines_of_cells(part, among_rows=len(blocks) > 1):
            result.append(joined(part))
        else:
            result += rows_of_lines(part, [middles[i] for i in block], em)
    return result


def _row(cells: Sequence[list[Word]], edges: Sequence[int], across: dict[int, int]) -> list[Cell]:
    """Each cell as wide as its columns and words, as far as no other's words; an empty one with such has no area."""
    words = [word for cell in cells for word in cell]
    top, bottom = min(w.box[1] for w in words), max(w.box[3] for w in words)
    made = []
    for c, cell in enumerate(cells):
        left, right = edges[c], edges[c + across.get(c, 1)]
        if cell:
            before = [w.box[2] for other in cells[:c] for w in other]
            after = [w.box[0] for other in cells[c + 1 :] for w in other]
            left = min(max([left, *before]), *(w.box[0] for w in cell))
            right = max(min([right, *after]), *(w.box[2] for w in cell))
        elif any(w.box[0] < right and w.box[2] > left for w in words):
            made.append(Cell(_NO_AREA))
            continue
        made.append(Cell((left, top, right, bottom), tuple(cell), across.get(c, 1)))
    return made


def _extents(lines: Sequence[Sequence[list[Word]]], edges: Sequence[int]) -> list[tuple[int, int]]:
    """From where to where the words of each column reach; lines of one cell may reach over others."""
    telling = [line for line in lines if sum(map(bool, line)) > 1] or lines
    extents = []
    for c in range(len(edges) - 1):
        words = [word for line in telling for word in line[c]]
        if words:
            extents.append((min(w.box[0] for w in words), max(w.box[2] for w in words)))
        else:
            extents.append((edges[c], edges[c + 1]))
    return extents


def _with_heads(table: Table, heads: int) -> Table:
    """``table`` with each head over its column: a head set left over numbers set right has white between the two."""
    column = 0
    while table and column + 1 < len(table[0]):
        first, second = ([bool(row[c].words) for row in table] for c in (column, column + 1))
        above, below = (first, second) if sum(first) <= sum(second) else (second, first)
        if (
            any(above[:heads])
            and not any(above[heads:])
            and not any(below[:heads])
            and sum(below) >= _LEAST_BELOW
            and not any(row[c].across > 1 for row in table for c in (column, column + 1))
        ):
            table = [[*row[:column], _merged(row[column], row[column + 1]), *row[column + 2 :]] for row in table]
        else:
            column += 1
    return table


def _with_high_heads(table: Table, heads: int) -> Table:
    """``table`` with heads over one column as high as the head where others have several levels."""
    if heads < 2 or not any(cell.across > 1 for row in table[:heads] for cell in row):
        return table
    result = [list(row) for row in table]
    for column in range(len(table[0])):
        filled = [r for r in range(heads) if table[r][column].words]
        spanned = any(
            c < column < c + table[r][c].across or (c == column and table[r][c].across > 1)
            for r in range(heads)
            for c in range(column + 1)
        )
        if len(filled) == 1 and not spanned:
            box = _around([table[r][column].box for r in range(heads)])
            for r in range(heads):
                result[r][column] = Cell(_NO_AREA)
            result[0][column] = replace(table[filled[0]][column], box=box, down=heads)
    return result


def _merged(left: Cell, right: Cell) -> Cell:
    return replace(left, box=_around([left.box, right.box]), words=left.words or right.words)


def _around(boxes: Sequence[Box]) -> Box:
    return enclosing([box for box in boxes if box != _NO_AREA] or [_NO_AREA])
