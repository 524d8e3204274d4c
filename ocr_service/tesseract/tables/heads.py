"""The head of a table without upright ruling lines: its lines, and the cells that stand over several columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.tesseract.tables.cells import cell_text, is_data
from ocr_service.tesseract.tables.columns import Row, middle_of, runs_of
from ocr_service.tesseract.tables.wrapped_lines import Cells, joined
from ocr_service.tesseract.words import Word

_MOST_LINES = 5  # of a head
_HALF_STEP = 0.85  # em: from a cell in the middle of two lines to either
_LEADING = 1.45  # em from line to line of one cell
_LOOSE, _CLOSER = 1.85, 0.75  # the same where the body stands further off, and of its step
_PARTED = 1.7  # em, the same where a rule parts the head from the body
_REACH = 0.3  # em that a cell reaches into a column at least
_WIDE_SPACE = 0.36  # em, between two words
_OFF_CENTRE = 0.6  # em
_UNDER = 1.0  # em from a cell to the rule that shows what it stands over
_WHOLE = 0.9  # of the table's width, for a rule that parts rows


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The words by column. ``across``: by its first column, how many a cell stands over, where more than one."""

    cells: list[list[Word]]
    across: dict[int, int]


def head_length(
    lines: Sequence[Cells], middles: Sequence[float], parted: frozenset[int], data: frozenset[int], em: float
) -> int:
    """How many of the lines at the top are the head's. ``middles``: their y; ``parted``: with a ruling line above.

    They have no data yet: neither a rule nor a name in the first column stands before numbers.
    """
    ruled = [index for index in parted if 0 < index <= _MOST_LINES and index < len(lines)]
    if ruled:
        return min(ruled)
    for index, cells in enumerate(lines[:_MOST_LINES]):
        texts = [cell_text(cells[c]) for c in data if cells[c]]
        if (cells[0] or index) and any(map(is_data, texts)) and (cells[0] or (sum(map(is_data, texts)) > 1 and index)):
            return index
        if index and cells[0] and not any(cells[1:]) and middles[index] - middles[index - 1] > _HALF_STEP * em:
            return index
    return min(1, len(lines))


def head_rows(
    rows: Sequence[Row],
    extents: Sequence[tuple[int, int]],
    rules: Sequence[Box],
    em: float,
    body: float = 0.0,
    *,
    parted: bool = False,
) -> list[HeadRow]:
    """The rows of a head of these lines. ``extents``: from where to where each column's cells below reach.

    ``body``: the y of the middle of the first line below, 0 where there is none; ``parted``: below a rule.
    """
    made: list[HeadRow] = []
    for row in reversed(rows):
        made.insert(0, _head_row(row, extents, rules, em, last=not made))
        extents = _with_heads(extents, made[0])
    middles = [middle_of(row, em) for row in rows]
    least = (_PARTED if parted else _LEADING) * em
    leading = max(least, min(_LOOSE * em, _CLOSER * (body - middles[-1]))) if middles else 0.0
    result: list[HeadRow] = []
    for index, head in enumerate(made):
        step = middles[index] - middles[index - 1] if index else 0.0
        if result and _is_further_line(result[-1], head, step, leading, em):
            result[-1] = HeadRow(joined([result[-1].cells, head.cells]), {**result[-1].across, **head.across})
        else:
            result.append(head)
    return result


def _with_heads(extents: Sequence[tuple[int, int]], row: HeadRow) -> list[tuple[int, int]]:
    """``extents`` with the heads that stand over one column each."""
    result = list(extents)
    for column, words in enumerate(row.cells):
        if words and column not in row.across:
            start, end = extents[column]
            result[column] = min(start, *(w.box[0] for w in words)), max(end, *(w.box[2] for w in words))
    return result


def _is_further_line(above: HeadRow, row: HeadRow, step: float, leading: float, em: float) -> bool:
    filled = {c for c, words in enumerate(row.cells) if words}
    over = {c for c, words in enumerate(above.cells) if words}
    if step < _HALF_STEP * em:
        return not above.across or not (filled & over)
    if step > leading or not (filled & over):
        return False
    return not any(_parts(first, count, filled) for first, count in above.across.items()) and not (
        row.across and not above.across
    )


def _parts(first: int, count: int, filled: set[int]) -> bool:
    """Whether below a cell over several columns each has a cell of its own."""
    return sum(first <= c < first + count for c in filled) > 1


def _head_row(row: Row, extents: Sequence[tuple[int, int]], rules: Sequence[Box], em: float, *, last: bool) -> HeadRow:
    runs = [part for run in runs_of(row, em) for part in _by_words(run, extents, em)]
    places = [_by_rule(run, extents, rules, em) or _by_reach(run, extents, em) for run in runs]
    if (not last and len(runs) > 1) or (not last and len(extents) > 2):
        places = _centred(runs, places, extents, em)
    cells: list[list[Word]] = [[] for _ in extents]
    across: dict[int, int] = {}
    for run, (first, end) in zip(runs, places, strict=True):
        cells[first] += run
        if end > first:
            across[first] = max(across.get(first, 1), end - first + 1)
    return HeadRow(cells, across)


def _by_words(run: list[Word], extents: Sequence[tuple[int, int]], em: float) -> list[list[Word]]:
    """The words of a run by themselves where each stands over a column of its own: heads of narrow columns."""
    if len(run) < 2 or any(word.follows for word in run[1:]):
        return [run]
    places = [_by_reach([word], extents, em) for word in run]
    own = all(a == b for a, b in places) and all(a[1] < b[0] for a, b in pairwise(places))
    spaces = [b.box[0] - a.box[2] for a, b in pairwise(run)]
    if own and (len(run) > 2 or min(spaces) > _WIDE_SPACE * em):
        return [[word] for word in run]
    return [run]


def _sides(run: Sequence[Word]) -> tuple[int, int]:
    return run[0].box[0], max(word.box[2] for word in run)


def _by_rule(
    run: Sequence[Word], extents: Sequence[tuple[int, int]], rules: Sequence[Box], em: float
) -> tuple[int, int] | None:
    """The columns above whose part of a rule a cell stands."""
    start, end = _sides(run)
    low = max(word.box[3] for word in run)
    width = extents[-1][1] - extents[0][0]
    for rule in rules:
        near = -0.3 * em < rule[1] - low < _UNDER * em
        if not near or rule[2] - rule[0] > _WHOLE * width or not rule[0] - em < (start + end) / 2 < rule[2] + em:
            continue
        if rule[2] - rule[0] < 0.8 * (end - start):
            continue
        under = [c for c, (a, b) in enumerate(extents) if rule[0] - em < (a + b) / 2 < rule[2] + em]
        if under:
            return under[0], under[-1]
    return None


def _by_reach(run: Sequence[Word], extents: Sequence[tuple[int, int]], em: float) -> tuple[int, int]:
    """The columns that a cell reaches into; the nearest one where it stands between two."""
    start, end = _sides(run)
    inside = [c for c, (a, b) in enumerate(extents) if min(b, end) - max(a, start) > min(_REACH * em, 0.5 * (b - a))]
    if inside:
        return inside[0], inside[-1]
    nearest = min(range(len(extents)), key=lambda c: max(extents[c][0] - end, start - extents[c][1]))
    return nearest, nearest


def _centred(
    runs: Sequence[Sequence[Word]],
    places: list[tuple[int, int]],
    extents: Sequence[tuple[int, int]],
    em: float,
) -> list[tuple[int, int]]:
    """Cells that stand over the middle of several columns, and over that of none alone."""
    result = list(places)
    for index, run in enumerate(runs):
        start, end = _sides(run)
        first, last = places[index]
        if first != last and abs(_middle(extents, first, last) - (start + end) / 2) < _OFF_CENTRE * em:
            continue
        if first == last and _is_aligned(start, end, extents[first], em):
            continue
        low = result[index - 1][1] + 1 if index else 1
        high = places[index + 1][0] - 1 if index + 1 < len(runs) else len(extents) - 1
        options = [
            (a, b)
            for a in range(max(0, min(low, first)), first + 1)
            for b in range(last, max(last, high) + 1)
            if b > a and (a >= low or a == first) and abs(_middle(extents, a, b) - (start + end) / 2) < _OFF_CENTRE * em
        ]
        if options:
            result[index] = min(options, key=lambda o: abs(_middle(extents, *o) - (start + end) / 2))
    return result


def _middle(extents: Sequence[tuple[int, int]], first: int, last: int) -> float:
    return (extents[first][0] + extents[last][1]) / 2


def _is_aligned(start: int, end: int, extent: tuple[int, int], em: float) -> bool:
    a, b = extent
    near = 0.35 * em
    return abs(start - a) < near or abs(end - b) < near or abs((start + end) - (a + b)) / 2 < near
