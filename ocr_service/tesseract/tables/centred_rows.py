"""Lines of cells in the middle of their row, beside cells of more lines: one row each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr_service.tesseract.tables.cells import cell_text, is_data
from ocr_service.tesseract.tables.columns import Row, middle_of, runs_of
from ocr_service.tesseract.words import Word

_MOST_LINES = 7  # of one row
_HALF_STEP = 1.1  # em: half the leading of loose type
_CLOSER = 0.65  # of the steps to the rows above and below


def with_centred_rows(rows: Sequence[Row], em: float) -> list[Row]:
    """``rows`` from the top, those one where the lines of one cell stand half above and half below another's.

    Their steps are halves of a leading, so that those to other rows are at least twice as wide; neighbours have
    nothing one under the other, and the lines of one cell no data.
    """
    if len(rows) < 4:
        return list(rows)
    steps = [b - a for a, b in pairwise([middle_of(row, em) for row in rows])]
    if min(steps) > _HALF_STEP * em:
        return list(rows)
    result: list[Row] = []
    first = 0
    while first < len(rows):
        lasts = range(first + 2, min(first + _MOST_LINES, len(rows)), 2)
        last = next((i for i in reversed(lasts) if _is_one_row(rows, steps, first, i, em)), first)
        result.append([word for row in rows[first : last + 1] for word in row])
        first = last + 1
    return result


def _is_one_row(rows: Sequence[Row], steps: Sequence[float], first: int, last: int, em: float) -> bool:
    inside = max(steps[first:last])
    outside = [*steps[max(0, first - 1) : first], *steps[last : last + 1]]
    if inside > _HALF_STEP * em or not outside or inside > _CLOSER * min(outside):
        return False
    runs = [runs_of(row, em) for row in rows[first : last + 1]]
    if any(_shares(a, b) for upper, lower in pairwise(runs) for a in upper for b in lower):
        return False
    if not all(_are_lines_of_one(upper, lower) for upper, lower in zip(runs, runs[2:], strict=False)):
        return False
    return len(runs) > 3 or len(runs[0]) == len(runs[2])


def _are_lines_of_one(upper: Sequence[Sequence[Word]], lower: Sequence[Sequence[Word]]) -> bool:
    """Whether some texts go on in the line below the next, each in one; heads of several columns stand over more."""
    pairs = [(a, b) for a, first in enumerate(upper) for b, second in enumerate(lower) if _shares(first, second)]
    if any(is_data(cell_text(upper[a])) and is_data(cell_text(lower[b])) for a, b in pairs):
        return False
    return len(pairs) == min(len(upper), len(lower)) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def _shares(a: Sequence[Word], b: Sequence[Word]) -> bool:
    """Whether two runs have a place one under the other."""
    return a[0].box[0] < max(w.box[2] for w in b) and b[0].box[0] < max(w.box[2] for w in a)
