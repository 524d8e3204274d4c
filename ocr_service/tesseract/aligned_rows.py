"""Tables without ruling lines: neighbouring rows whose words align in columns."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.captions import CAPTION
from ocr_service.tesseract.table_cells import filled_runs, find_gutters, visual_rows
from ocr_service.tesseract.words import Line, Word

Row = Sequence[Word]

_ROW_GAP = 2.5  # em: the widest white between two rows
_CELL_GAP = 1.0  # em: the narrowest white between two cells of a row that begins a table
_SET_OFF = 0.75  # em of white around a table; justified prose has wide gaps that align by chance
_CAPTION_LINES = 4
_OPEN_PITCH = 1.55  # em from row to row: wider than any prose
_CLEAR_GUTTER = 1.5  # em


def aligned_areas(lines: Sequence[Line]) -> Iterator[Box]:
    """Boxes of neighbouring rows with at least two wide gaps that all of them share."""
    if not lines:
        return
    em = statistics.median(line.em for line in lines)
    rows = visual_rows([word for line in lines for word in line.words], em)
    begun = 0
    for index, row in enumerate(rows):
        if index < begun or not _has_three_cells(row, em):
            continue
        group = _rows_that_align(rows[index:], em)
        begun = index + len(group)
        neighbours = _Neighbours(
            rows[index - 1] if index else None,
            rows[begun] if begun < len(rows) else None,
            _ends_caption(rows[:index], em),
        )
        if _is_table(group, neighbours, em):
            yield enclosing([word.box for r in group for word in r])


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The rows before and after a group, None at the page's ends. ``caption``: the one before ends a caption."""

    before: Row | None
    after: Row | None
    caption: bool


def _rows_that_align(rows: Sequence[Row], em: float) -> list[Row]:
    """The first of ``rows`` and those under it that leave two gutters open."""
    group = [rows[0]]
    for row in rows[1:]:
        if top(row) - bottom(group[-1]) > _ROW_GAP * em or len(find_gutters([*group, row], em)) < 2:
            break
        group.append(row)
    while group and not _has_three_cells(group[-1], em) and len(find_gutters(group, em)) < 2:
        group.pop()
    return group


def _is_table(group: Sequence[Row], neighbours: _Neighbours, em: float) -> bool:
    full = sum(_has_three_cells(row, em) for row in group)
    return full >= max(2, 0.5 * len(group)) and (
        _stands_apart(group, neighbours, em) or _has_open_pitch_and_gutters(group, em)
    )


def _stands_apart(group: Sequence[Row], neighbours: _Neighbours, em: float) -> bool:
    """White above and below, or a caption."""
    before, after = neighbours.before, neighbours.after
    above = before is None or top(group[0]) - bottom(before) > _SET_OFF * em or neighbours.caption
    below = after is None or top(after) - bottom(group[-1]) > _SET_OFF * em or _is_caption(after)
    return above and below


def _has_open_pitch_and_gutters(group: Sequence[Row], em: float) -> bool:
    pitch = (top(group[-1]) - top(group[0])) / max(1, len(group) - 1)
    return len(group) > 2 and pitch > _OPEN_PITCH * em and len(find_gutters(group, em, least=_CLEAR_GUTTER)) >= 2


def _ends_caption(rows: Sequence[Row], em: float) -> bool:
    """Whether the last of ``rows`` is a caption, or one of its further lines."""
    last = len(rows) - 1
    for index in range(last, max(-1, last - _CAPTION_LINES), -1):
        if index < last and top(rows[index + 1]) - bottom(rows[index]) > _SET_OFF * em:
            return False
        if _is_caption(rows[index]):
            return True
    return False


def _is_caption(row: Row) -> bool:
    return CAPTION.match(" ".join(word.text for word in sorted(row, key=lambda word: word.box[0]))) is not None


def _has_three_cells(row: Row, em: float) -> bool:
    runs = filled_runs(row, em)
    return sum(b[0] - a[1] > _CELL_GAP * em for a, b in pairwise(runs)) >= 2


def top(row: Row) -> int:
    """The y of the highest word's upper edge, in pixels."""
    return min(word.box[1] for word in row)


def bottom(row: Row) -> int:
    """The y of the lowest word's lower edge, in pixels."""
    return max(word.box[3] for word in row)
