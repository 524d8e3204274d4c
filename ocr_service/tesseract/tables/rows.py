"""Lines of a table to its rows: which lines go on a cell of the row above, or begin one of the row below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.geometry.hyphenation import word_is_broken
from ocr_service.tesseract.tables.cells import CELL_NUMBER, cell_text, is_data
from ocr_service.tesseract.tables.wrapped_lines import HALF_STEP, Cells, joined, with_centred_cells, wrapped_lines
from ocr_service.tesseract.words import Word

_LEADING = 1.35  # em from line to line of one cell
_LOOSE = 1.85  # the same where rows stand further apart, each with data once
_TIGHT, _APART = 1.2, 1.3  # times the least step: lines of one cell, and rows of several lines
_ROWS_APART = 3  # with data, of a table whose rows white parts
_FEW = 0.4  # of the first cells begin with a small letter
_MOSTLY = 0.6  # of a column's cells are data
_GOES_ON = re.compile(r"(?:[,\-–—&(/]|\b(?:and|or|of|the|for|in|to|by|with|on|и|или|в|на|по|за|для|с|от|к))$", re.I)


def rows_of_lines(lines: Sequence[Cells], middles: Sequence[float], em: float) -> list[list[list[Word]]]:
    """The rows of lines that no ruling line parts. ``middles``: y of each line's middle, in pixels.

    Rows stand further apart than the lines of one cell; where all steps are alike their words decide.
    """
    lines, middles = with_centred_cells(lines, middles, em)
    steps = [b - a for a, b in pairwise(middles)]
    data = data_columns(lines)
    wrapped = wrapped_lines(lines, steps, data, em)
    firsts = [cell_text(line[0]) for line in lines if line[0]]
    lower = sum(text[:1].islower() for text in firsts) < _FEW * len(firsts)
    result: list[list[list[Word]]] = []
    blocks, leading = _blocks(steps, em, _LEADING), _LEADING * em
    if len(blocks) == 1:
        loose = _blocks(steps, em, _LOOSE)
        if _are_rows([[lines[i] for i in block] for block in loose], data):
            blocks, leading = loose, _LOOSE * em
    apart = _are_rows([[lines[i] for i in block] for block in blocks], data)
    for block in blocks:
        part, inside = [lines[i] for i in block], [steps[i] for i in block[:-1]]
        parted = 1 < len(block) < len(lines)
        if parted and max(inside) <= leading and (apart or _is_one_row(part, data)):
            found = [joined(part)]
        else:
            found = _continued(part, inside, data, em, [i in wrapped for i in block], lower=lower)
        if result and block[0] in wrapped:
            found[0] = joined([result.pop(), found[0]])
        result += found
    return result


def data_columns(lines: Sequence[Cells]) -> frozenset[int]:
    """The columns but the first whose cells mostly are numbers, dates and the like."""
    found = set()
    for column in range(1, len(lines[0]) if lines else 0):
        texts = [cell_text(line[column]) for line in lines if line[column]]
        if texts and sum(map(is_data, texts)) >= _MOSTLY * len(texts):
            found.add(column)
    return frozenset(found)


def are_lines_of_cells(lines: Sequence[Cells], *, among_rows: bool) -> bool:
    """Whether the lines between two ruling lines are the lines of one row's cells, and not several rows.

    Rows have numbers one under the other, or words in each column. ``among_rows``: more than a head and a body are
    parted by ruling lines.
    """
    columns = [[cell for cell in column if cell] for column in zip(*lines, strict=True)]
    if any(sum(CELL_NUMBER.fullmatch(cell_text(cell)) is not None for cell in column) > 1 for column in columns):
        return False
    return not all(all(line) for line in lines) if among_rows else len(columns[0]) <= 1


def _blocks(steps: Sequence[float], em: float, leading: float) -> list[list[int]]:
    """The lines' numbers, cut where rows of several lines end: at steps clearly wider than those of their lines.

    ``leading``: from line to line of one cell at most, in em.
    """
    close = min((step for step in steps if step >= HALF_STEP * em), default=0.0)
    tight = [step for step in steps if step <= _TIGHT * close]
    blocks = [[0]]
    for index, step in enumerate(steps, start=1):
        if tight and close < leading * em and step > _APART * close:
            blocks.append([index])
        else:
            blocks[-1].append(index)
    return blocks


def _are_rows(blocks: Sequence[Sequence[Cells]], data: frozenset[int]) -> bool:
    """Whether each of the blocks that white parts is a row: none has data twice in a column, and several have some."""
    counts = [max((sum(bool(line[c]) for line in block) for c in data), default=0) for block in blocks]
    return max(counts, default=0) <= 1 and sum(counts) >= _ROWS_APART


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what its cells are: ``filled`` columns, and those of them with ``data``."""

    cells: Cells
    filled: frozenset[int]
    data: frozenset[int]

    @classmethod
    def of(cls, cells: Cells, columns: frozenset[int]) -> _Line:
        filled = frozenset(c for c, words in enumerate(cells) if words)
        return cls(cells, filled, filled & columns)


def _is_one_row(lines: Sequence[Cells], data: frozenset[int]) -> bool:
    """Whether lines that white parts from others are one row: one of them has a key, or one has numbers."""
    made = [_Line.of(line, data) for line in lines]
    counts = [sum(c in line.data for line in made) for c in data]
    if max(counts, default=0) > 1:
        return False
    if sum(0 in line.filled for line in made) <= 1:
        return True
    return max(counts, default=0) == 1 and not all(line.filled == {0} for line in made[1:])


def _continued(
    lines: Sequence[Cells],
    steps: Sequence[float],
    data: frozenset[int],
    em: float,
    wrapped: Sequence[bool],
    *,
    lower: bool,
) -> list[list[list[Word]]]:
    result: list[list[list[Word]]] = [list(lines[0])]
    for cells, step, is_wrapped in zip(lines[1:], steps, wrapped[1:], strict=True):
        if is_wrapped or _goes_on(_Line.of(result[-1], data), _Line.of(cells, data), step, em, lower=lower):
            result[-1] = joined([result[-1], cells])
        else:
            result.append(list(cells))
    return result


def _goes_on(above: _Line, line: _Line, step: float, em: float, *, lower: bool) -> bool:
    """Whether ``line`` belongs to the row ``above``. ``lower``: a small letter at its beginning tells that it does."""
    if above.data & line.data:
        return False
    if step < HALF_STEP * em:
        return True
    if step > _LEADING * em + 1:
        return _is_broken_off(above, line)
    if 0 not in line.filled:
        return not line.data and line.filled <= above.filled
    if line.filled == {0}:
        return _is_unfinished(above, line, lower=lower)
    if above.filled == {0}:
        unfinished = _is_unfinished(above, line, lower=lower)
        return bool(line.data) and unfinished and not cell_text(above.cells[0]).endswith(":")
    return _is_broken_off(above, line)


def _is_unfinished(above: _Line, line: _Line, *, lower: bool) -> bool:
    """Whether the first cell of ``line`` goes on inside a sentence or a word of the one above."""
    if 0 not in above.filled:
        return False
    first, text = cell_text(above.cells[0]), cell_text(line.cells[0])
    return (lower and text[:1].islower()) or word_is_broken(first) or _GOES_ON.search(first) is not None


def _is_broken_off(above: _Line, line: _Line) -> bool:
    """Whether a row is only the further lines of some cells, which all go on inside a sentence or a word."""
    if line.filled == above.filled == frozenset(range(len(line.cells))) or not line.filled <= above.filled:
        return False
    if 0 in line.filled and not word_is_broken(cell_text(above.cells[0])):
        return False
    return all(min(line.cells[c], key=lambda word: word.box[0]).text[0].islower() for c in line.filled)
