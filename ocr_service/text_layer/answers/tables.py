"""Whether the cells of an answer's table stand to one another as their words do on the page."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import PlacedWord
from ocr_service.export.table_grid import table_grid
from ocr_service.text_layer.answers.words import WORD, glued, plain, tokens_of

_WIDE = 2.5  # heights of a word, which is lower than an em


@dataclass(frozen=True, slots=True)
class _RowGroup:
    """Rows of a table that a merged cell holds together: its words, and those of each row's other cells."""

    merged: list[str]
    rows: list[list[str]]


def rows_agree(content: str, words: Sequence[PlacedWord]) -> bool:
    """Whether the rows of a table say what the page's lines say, which finds values that changed places.

    True also where that cannot be told: a script runs from right to left.
    """
    groups = [group for group in _row_groups(content) if group.merged or any(group.rows)]
    lines = [found for line in _lines(words) if (found := [plain(t) for t in WORD.findall(line)])]
    rows = sum(bool(row) for group in groups for row in group.rows)
    if rows > len(lines) or any(_runs_leftwards(token) for line in lines for token in line):
        return True
    at = 0
    for group in groups:
        letters = glued([*group.merged, *(token for row in group.rows for token in row)])
        taken = _lines_of(letters, lines, at)
        mine = lines[at : at + taken]
        at += taken
        if not taken or not _group_agrees(group, mine):
            return False
    return at == len(lines)


def places_agree(content: str, words: Sequence[PlacedWord]) -> bool:
    """Whether what stands in a cell before another's columns stands left of it on the page, and so of rows.

    Looked at are the words that the page has once. True also where the table is no HTML, or runs from right to left.
    """
    grid = table_grid(content) if content.lstrip().startswith("<table") else None
    if grid is None or any(_runs_leftwards(word.text) for word in words):
        return True
    places: dict[str, list[PlacedWord]] = {}
    for word in words:
        for token in WORD.findall(word.text):
            places.setdefault(plain(token), []).append(word)
    across, down = [], []
    for cell in grid.cells:
        tokens = _plain_tokens(cell.element.text_content())
        boxes = [places[token][0].bbox for token in tokens if len(places.get(token, ())) == 1]
        if boxes:
            lefts, middles = [box[0] for box in boxes], [(box[1] + box[3]) / 2 for box in boxes]
            across.append((cell.column, cell.column + cell.columns, min(lefts), min(lefts)))
            down.append((cell.row, cell.row + cell.rows, min(middles), max(middles)))
    height = min((box.bbox[3] - box.bbox[1] for box in words), default=0)
    return _in_order(across, 0.0) and _in_order(down, 0.5 * height)


def _in_order(spans: Sequence[tuple[int, int, float, float]], near: float) -> bool:
    """Whether spans that end before others begin have places before theirs.

    A span: its first column or row, the one after its last, and its least and its greatest place.
    """
    by_begin = sorted(spans)
    by_end = sorted(spans, key=lambda span: span[1])
    ended, furthest = 0, -math.inf
    for begin, _, least, _ in by_begin:
        while ended < len(by_end) and by_end[ended][1] <= begin:
            furthest = max(furthest, by_end[ended][3])
            ended += 1
        if least < furthest - near:
            return False
    return True


def _group_agrees(group: _RowGroup, lines: Sequence[Sequence[str]]) -> bool:
    """Whether each row, without what is merged over several, is the next of the lines, or several of them."""
    rows = [row for row in group.rows if row]
    left = [list(line) for line in lines]
    for token in group.merged:
        having = [line for line in left if token in line]
        if sum(line.count(token) for line in having) != group.merged.count(token):
            return True  # a row has the same word, or it is parted otherwise: which one is the merged cell's?
        having[0].remove(token)
    left = [line for line in left if line]
    at = 0
    for row in rows:
        taken = _lines_of(glued(row), left, at)
        if not taken or (taken == 1 and glued(left[at]) != glued(row)):
            return False
        at += taken
    return at == len(left)


def _row_groups(content: str) -> list[_RowGroup]:
    grid = table_grid(content) if content.lstrip().startswith("<table") else None
    if grid is None:
        return [_RowGroup([], [_plain_tokens(line)]) for line in content.split("\n")]
    reach = [0] * grid.rows  # the last row that a cell of each row, or of one before it, goes down to
    for cell in grid.cells:
        reach[cell.row] = max(reach[cell.row], cell.row + cell.rows - 1)
    firsts, end = [], -1
    for row, last in enumerate(reach):
        if row > end:
            firsts.append(row)
        end = max(end, last)
    groups = [_RowGroup([], [[] for _ in range(end - first)]) for first, end in pairwise([*firsts, grid.rows])]
    for cell in grid.cells:
        place = bisect_right(firsts, cell.row) - 1
        into = groups[place].merged if cell.rows > 1 else groups[place].rows[cell.row - firsts[place]]
        into += _plain_tokens(cell.element.text_content())
    return groups


def _plain_tokens(text: str) -> list[str]:
    return [token.plain for token in tokens_of(text, WORD)]


def _lines_of(row: str, lines: Sequence[Sequence[str]], at: int) -> int:
    """How many of the lines from ``at`` on have all letters of the row, and no other; 0 where none have."""
    missing = Counter(row)
    for number in range(1, len(lines) - at + 1):
        letters = Counter(glued(lines[at + number - 1]))
        if letters - missing:
            return 0
        missing -= letters
        if not missing:
            return number
    return 0


def has_one_column(words: Sequence[PlacedWord]) -> bool:
    """Whether no line has a wide space in it, so that words are read line by line."""
    return all(
        right.bbox[0] - left.bbox[2] <= _WIDE * max(_height(left), _height(right))
        for line in _word_lines(words)
        for left, right in pairwise(line)
    )


def _height(word: PlacedWord) -> int:
    return word.bbox[3] - word.bbox[1]


def _lines(words: Sequence[PlacedWord]) -> list[str]:
    """The texts of lines of words, from the top, each from left to right."""
    return [" ".join(word.text for word in line) for line in _word_lines(words)]


def _word_lines(words: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    """The words of each line from left to right. A word is in the line whose highest word, no raised mark, it meets."""
    lines: list[list[PlacedWord]] = []
    highest: list[PlacedWord] = []
    for word in sorted(words, key=lambda word: word.bbox[1] + word.bbox[3]):
        if lines and _meet(highest[-1], word):
            lines[-1].append(word)
            highest[-1] = max(highest[-1], word, key=_height)
        else:
            lines.append([word])
            highest.append(word)
    return [sorted(line, key=lambda word: word.bbox[0]) for line in lines]


def _meet(first: PlacedWord, second: PlacedWord) -> bool:
    """Whether the middle of the lower of both lies within the other."""
    high, low = sorted((first, second), key=_height, reverse=True)
    return high.bbox[1] <= (low.bbox[1] + low.bbox[3]) / 2 <= high.bbox[3]


def _runs_leftwards(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
