"""Tables of which only the head is drawn with ruling lines: the rows below it, in its columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.tables.cells import Cell, Table, font_size
from ocr_service.tesseract.tables.columns import middle_of, runs_of, visual_rows
from ocr_service.tesseract.tables.rows import rows_of_lines
from ocr_service.tesseract.tables.wrapped_lines import Cells
from ocr_service.tesseract.words import Line, Word

_HEAD_ROWS, _LEAST_COLUMNS = 2, 3
_LEAST_ROWS = 2  # below the head, with a text in several columns
_ROW_GAP = 2.4  # em: the widest white between two rows
_OVER = 0.3  # em that a text may reach over its column's sides


@dataclass(frozen=True, slots=True)
class _Row:
    words: Sequence[Word]
    cells: Cells
    filled: int


def with_open_body(box: Box, head: Table, below: Sequence[Line]) -> tuple[Box, Table, list[Line]]:
    """The table of a grid that is only its ``head``, with the rows ``below`` it; its box, and the lines in none.

    ``below``: the lines that are not in the grid. They stay where they are unless each text is in one column.
    """
    em = font_size(head)
    edges = _edges(head)
    if em is None or len(head) > _HEAD_ROWS or edges is None:
        return box, head, list(below)
    near = [line for line in below if line.box[1] > box[3] - em and line.box[0] < box[2] and line.box[2] > box[0]]
    rows = list(_rows_below(box, [word for line in near for word in line.words], edges, em))
    if sum(row.filled > 1 for row in rows) < _LEAST_ROWS or not rows[0].filled > 1:
        return box, head, list(below)
    used = {word for row in rows for word in row.words}
    body = [
        [_cell(words, edges[c], cells) for c, words in enumerate(cells)]
        for cells in rows_of_lines([row.cells for row in rows], [middle_of(row.words, em) for row in rows], em)
    ]
    whole = enclosing([box, *(word.box for word in used)])
    return whole, [*head, *body], [line for line in below if used.isdisjoint(line.words)]


def _edges(head: Table) -> list[tuple[int, int]] | None:
    """The sides of the columns; none where there are too few, or the last row of the head spans some."""
    row = head[-1]
    if len(row) < _LEAST_COLUMNS or any(cell.across > 1 or not cell.words for cell in row):
        return None
    return [(cell.box[0], cell.box[2]) for cell in row]


def _rows_below(box: Box, words: Sequence[Word], edges: Sequence[tuple[int, int]], em: float) -> Iterator[_Row]:
    """The rows from the grid's lower side on, as far as each text stands in one column."""
    bottom = box[3]
    starts = [start for start, _ in edges]
    for row in visual_rows(words, em):
        cells: list[list[Word]] = [[] for _ in edges]
        for run in runs_of(row, em):
            left, right = run[0].box[0], max(word.box[2] for word in run)
            column = max(0, bisect_right(starts, (left + right) / 2) - 1)
            start, end = edges[column]
            if cells[column] or left < start - _OVER * em or right > end + _OVER * em:
                return
            cells[column] = run
        if min(word.box[1] for word in row) - bottom > _ROW_GAP * em:
            return
        bottom = max(word.box[3] for word in row)
        yield _Row(row, cells, sum(map(bool, cells)))


def _cell(words: Sequence[Word], sides: tuple[int, int], row: Sequence[Sequence[Word]]) -> Cell:
    boxes = [word.box for word in chain.from_iterable(row)]
    return Cell((sides[0], min(b[1] for b in boxes), sides[1], max(b[3] for b in boxes)), tuple(words))
