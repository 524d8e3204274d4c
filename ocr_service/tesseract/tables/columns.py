"""The columns of a table without upright ruling lines: white that its rows have one under the other."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from ocr_service.tesseract.tables.cells import cell_text, is_data
from ocr_service.tesseract.words import Word

Row = Sequence[Word]

_SPACE = 0.5  # em: white that no space between two words is as wide as
_HALF_HEIGHT = 0.3  # em, from a baseline to the middle of letters
_WIDE_SPACE = 1.6  # times that, where a text layer has an ordinary space there
_LARGER = 1.15  # times the type of the rows; brackets are 1.1 em high
_ONE_LETTER = 1.6  # of the pitch: white of a space and what is beside two letters; that of two spaces is 2.2
_GUTTER = 0.6  # em of white that rows share
_NARROW_GUTTER, _MANY_ROWS = 0.3, 4  # em, where as many rows have words on both sides of it
_SPANNING = 8  # of so many rows one may have a cell over several columns
_FULL = 0.5  # of the rows fill all columns
_SPANNING_HEADS = 3  # rows at a table's top whose cells go over several columns
_CURRENCY = re.compile(r"[$€£¥₽₴₸]|US\$|[(\[]|[-+−–±<>≈~]")  # stands before its number
_IN_SECOND = 0.75  # of the width of a text alone in its row, where it begins left of its column
_AFTER = re.compile(r"[)\]%‰*†‡§]+|\*{1,3}|\)%")  # stands behind it


def visual_rows(words: Sequence[Word], em: float) -> list[list[Word]]:
    """Words by their common middle line, from the top."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[1] + w.box[3]):
        middle = (word.box[1] + word.box[3]) / 2
        near = 0.4 * min(em, word.size or em)
        for row in reversed(rows[-3:]):
            if abs(statistics.fmean((w.box[1] + w.box[3]) / 2 for w in row) - middle) < near:
                row.append(word)
                break
        else:
            rows.append([word])
    return rows


def middle_of(row: Row, em: float) -> float:
    """The y of a row's middle: by its baseline where that is known, as letters with descenders move their boxes'."""
    bases = [word.base for word in row if word.base is not None]
    if len(bases) == len(row):
        return statistics.median(bases) - _HALF_HEIGHT * em
    return statistics.fmean((word.box[1] + word.box[3]) / 2 for word in row)


def runs_of(row: Row, em: float) -> list[list[Word]]:
    """A row's words from left to right, those parted by ordinary spaces together."""
    runs: list[list[Word]] = []
    right = 0
    for word in sorted(row, key=lambda w: w.box[0]):
        if runs and word.box[0] - right < _space(runs[-1][-1], word, em):
            runs[-1].append(word)
            right = max(right, word.box[2])
        else:
            runs.append([word])
            right = word.box[2]
    return runs


def _space(left: Word, right: Word, em: float) -> float:
    """The white that two words of one run have less of between them."""
    space = max(_SPACE * _type_size(left, right, em), _one_letter(left, right))
    return _WIDE_SPACE * space if right.follows else space


def _type_size(left: Word, right: Word, em: float) -> float:
    """``em``, or the size of both words where they are larger: a heading among rows of a table has wider spaces."""
    size = min(word.size or word.box[3] - word.box[1] for word in (left, right))
    return size if size > _LARGER * em else em


def _one_letter(left: Word, right: Word) -> float:
    """The white of one space between two words in type of one pitch; 0 in other type, and between numbers."""
    if left.pitch is None or right.pitch is None or (is_data(left.text) and is_data(right.text)):
        return 0.0
    return _ONE_LETTER * min(left.pitch, right.pitch)


def filled_runs(row: Row, em: float) -> list[tuple[int, int]]:
    """Where the runs of a row begin and end."""
    return [(run[0].box[0], max(w.box[2] for w in run)) for run in runs_of(row, em)]


def find_gutters(rows: Sequence[Row], em: float, least: float | None = None) -> list[float]:
    """Where no row, or one in eight (a spanning cell), has ink over a width of ``least`` em: more than a space.

    Without ``least`` white may be the narrower the more rows have words on both sides of it.
    """
    runs = [filled_runs(row, em) for row in rows]
    return [(start + end) / 2 for start, end in _gutters(runs, em, least)]


def _gutters(runs: Sequence[Sequence[tuple[int, int]]], em: float, least: float | None) -> list[tuple[int, int]]:
    left, right = min(r[0][0] for r in runs), max(r[-1][1] for r in runs)
    change = np.zeros(right - left + 2, np.int32)
    for row in runs:
        for start, end in row:
            change[start - left] += 1
            change[end - left] -= 1
    white = np.cumsum(change)[: right - left] <= len(runs) // _SPANNING
    edges = np.flatnonzero(np.diff(np.concatenate(([0], white.astype(np.int8), [0]))))
    gutters = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if start == 0 or end == right - left:
            continue
        stripe = left + start, left + end
        need = least if least is not None else _least_width(runs, (stripe[0] + stripe[1]) / 2)
        if end - start >= need * em:
            gutters.append(stripe)
    return gutters


def _least_width(runs: Sequence[Sequence[tuple[int, int]]], x: float) -> float:
    both = sum(row[0][1] <= x <= row[-1][0] for row in runs if len(row) > 1)
    return _NARROW_GUTTER if both >= _MANY_ROWS else _GUTTER


def column_gutters(rows: Sequence[Row], em: float, least: float | None = None) -> list[float]:
    """The gutters between the columns, whatever heads and other cells go over several of them."""
    telling = [row for row in rows if len(filled_runs(row, em)) > 1]
    if len(telling) < 2:
        return find_gutters(rows, em, least)
    gutters = find_gutters(telling, em, least)
    for count in range(1, min(_SPANNING_HEADS, len(telling) - 2) + 1):
        below = find_gutters(telling[count:], em, least)
        if len(below) > len(gutters) and len(filled_runs(telling[count - 1], em)) <= len(below):
            gutters = below
    full = _of_full_rows(telling, em, least)
    return full if full is not None and len(full) < len(gutters) else gutters


def _of_full_rows(rows: Sequence[Row], em: float, least: float | None) -> list[float] | None:
    """The gutters of the rows that fill all columns, where most do: others may have cells between two columns."""
    counts = [len(filled_runs(row, em)) for row in rows]
    most = statistics.mode(counts)
    full = [row for row, count in zip(rows, counts, strict=True) if count == most]
    if max(counts) > most or len(full) < _FULL * len(rows):
        return None
    gutters = find_gutters(full, em, least)
    return gutters if len(gutters) + 1 == most else None


def by_column(row: Row, gutters: Sequence[float], em: float) -> list[list[Word]]:
    """A row's words by column. A run alone in its row is not cut."""
    cells: list[list[Word]] = [[] for _ in range(len(gutters) + 1)]
    runs = runs_of(row, em)
    for run in runs:
        if len(runs) == 1:
            cells[bisect_right(gutters, _own_column(run, gutters))] += run
            continue
        for word in run:
            cells[bisect_right(gutters, (word.box[0] + word.box[2]) / 2)].append(word)
    return cells


def _own_column(run: Sequence[Word], gutters: Sequence[float]) -> float:
    """An x in the first column that a run is in; in the second of two where it only sticks out to the left.

    What stands over several columns begins where the first of them does.
    """
    start, end = run[0].box[0], max(word.box[2] for word in run)
    edges = [float(start), *(x for x in gutters if start < x < end), float(end)]
    if len(edges) == 3 and end - edges[1] > _IN_SECOND * (end - start):
        return (edges[1] + end) / 2
    return (edges[0] + edges[1]) / 2


def without_signs(rows: Sequence[Row], gutters: Sequence[float], em: float) -> list[float]:
    """The gutters that do not part numbers from signs which stand in a column of their own: $, %, ) and the like."""
    result = list(gutters)
    lines = [by_column(row, gutters, em) for row in rows if len(filled_runs(row, em)) > 1]
    column = 0
    while column <= len(result):
        words = [line[column] for line in lines if line[column]]
        if words and column < len(result) and all(_CURRENCY.fullmatch(cell_text(cell)) for cell in words):
            left = column
        elif words and column and all(_AFTER.fullmatch(cell_text(cell)) for cell in words):
            left = column - 1
        else:
            column += 1
            continue
        del result[left]
        for line in lines:
            line[left : left + 2] = [line[left] + line[left + 1]]
        column = left
    return result
