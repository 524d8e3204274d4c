"""Further lines of a table's cells, told by their places: beside a centred cell, or where the column was full."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from ocr_service.tesseract.tables.cells import cell_text, is_data
from ocr_service.tesseract.words import Word

Cells = Sequence[list[Word]]  # the words of a line, or of a row, by column

HALF_STEP = 0.85  # em: between a cell of one line and the lines of a cell of two beside it
_MOST_LINES = 7  # of one row
# Lines with data in all columns of data, and of these columns two at least: the others go on, or are labels.
_FULL_ROWS = 3
_SPACE = 0.3  # em
_SAME_STEP, _CLOSER = 1.2, 0.95  # of the step from row to row, that to a further line, and where it alone tells
_NEARER = 0.72  # of the step from above, that to the line below: it is of the next row


def joined(lines: Sequence[Cells]) -> list[list[Word]]:
    """The lines as one row."""
    return [[word for cell in column for word in cell] for column in zip(*lines, strict=True)]


def with_centred_cells(lines: Sequence[Cells], middles: Sequence[float], em: float) -> tuple[list[Cells], list[float]]:
    """The lines with their middles; those of cells that stand half above and half below a neighbour's line are one.

    They lie less than a line apart, and wider steps part the rows.
    """
    groups: list[list[int]] = [[0]] if lines else []
    for index, (upper, lower) in enumerate(pairwise(middles), start=1):
        if lower - upper < HALF_STEP * em:
            groups[-1].append(index)
        else:
            groups.append([index])
    if len(groups) < 2:
        return list(lines), list(middles)
    made: list[Cells] = []
    places: list[float] = []
    for group in groups:
        if 2 < len(group) <= _MOST_LINES:
            made.append(joined([lines[i] for i in group]))
            places.append(fmean(middles[i] for i in group))
        else:
            made += [lines[i] for i in group]
            places += [middles[i] for i in group]
    return made, places


def wrapped_lines(lines: Sequence[Cells], steps: Sequence[float], data: frozenset[int], em: float) -> frozenset[int]:
    """The numbers of lines without data whose first words had no room in the cells above, in a table of full rows.

    A line with a key alone may be a label: it goes on where all such lines do, and several or one that stands closer.
    """
    full = [i for i, line in enumerate(lines) if all(line[c] and is_data(cell_text(line[c])) for c in data)]
    if len(data) < 2 or len(full) < _FULL_ROWS:
        return frozenset()
    rows = [steps[i] for i in full if i + 1 in set(full)]
    pitch = min(rows, default=0.0)
    others = [i for i, line in enumerate(lines) if not any(line[c] for c in data)]
    widths = [max((_width(line[c]) for line in lines if line[c]), default=0) for c in range(len(lines[0]))]
    found = set()
    for i in others:
        above = joined([lines[k] for k in range(_begin(i, set(full)), i)])
        begun = i and (i - 1 in full or i - 1 in found) and (not pitch or steps[i - 1] < _SAME_STEP * pitch)
        of_next = i and i < len(steps) and steps[i] < _NEARER * steps[i - 1]
        if (
            begun
            and not of_next
            and all(_is_too_wide(above[c], cell, widths[c], em) for c, cell in enumerate(lines[i]) if cell)
        ):
            found.add(i)
    alone = [i for i in others if not any(lines[i][1:])]
    closer = all(steps[i - 1] < _CLOSER * pitch for i in alone if i in found)
    if not found.issuperset(alone) or (len(alone) == 1 and not closer):
        found -= set(alone)
    return frozenset(found)


def _begin(index: int, full: set[int]) -> int:
    """The last full line above."""
    return max((i for i in full if i < index), default=index)


def _width(words: Sequence[Word]) -> int:
    """Of the widest line of a cell."""
    return max(word.box[2] for word in words) - min(word.box[0] for word in words)


def _is_too_wide(above: Sequence[Word], cell: Sequence[Word], width: int, em: float) -> bool:
    """Whether the last line of ``above`` with the first word of ``cell`` is wider than the column."""
    if not above:
        return False
    foot = max(word.box[3] for word in above)
    last = [word for word in above if word.box[3] > foot - 0.5 * em]
    first = min(cell, key=lambda word: word.box[0])
    return _width(last) + _SPACE * em + first.box[2] - first.box[0] > width
