"""Columns of numbers that stand so near to each other that they were taken for one (Springer's LNCS has 0.3 em)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.words import Word

_NUMBER = re.compile(r"[-−–+±]?\d+(?:[.,]\d+)*[%*†‡]?")
_THOUSANDS = re.compile(r"\d{3}(?:[.,]\d+)?")
_LEAST = 3  # rows of numbers


def with_narrow_columns(table: Table) -> Table:
    """``table`` with each column parted whose rows, and head, all have as many words in columns of their own."""
    if len(table) <= _LEAST:
        return table
    parted: list[list[Cell]] = [[] for _ in table]
    for column in range(len(table[0])):
        cells = [row[column] for row in table]
        starts = _columns_in(cells)
        for row, cell in zip(parted, cells, strict=True):
            row += _cut(cell, starts) if starts else [cell]
    return parted


def _columns_in(cells: Sequence[Cell]) -> list[int]:
    """Where the columns begin that one really is, pixels, without the first; empty where it is one."""
    head, *body = [sorted(cell.words, key=lambda word: word.box[0]) for cell in cells]
    if len(head) < 2 or any(len(words) != len(head) for words in body) or any(cell.spans for cell in cells):
        return []
    if not all(_NUMBER.fullmatch(word.text) for words in body for word in words):
        return []
    columns = [list(words) for words in zip(head, *body, strict=True)]
    if any(all(_THOUSANDS.fullmatch(word.text) for word in column[1:]) for column in columns[1:]):
        return []  # 12 500
    edges = [(min(word.box[0] for word in column), max(word.box[2] for word in column)) for column in columns]
    if not all(left[1] < right[0] for left, right in pairwise(edges)):
        return []
    return [round((left[1] + right[0]) / 2) for left, right in pairwise(edges)]


def _cut(cell: Cell, starts: Sequence[int]) -> list[Cell]:
    x0, y0, x1, y1 = cell.box
    sides = [x0, *starts, x1]
    return [
        replace(cell, box=(left, y0, right, y1), words=tuple(_between(cell.words, left, right)))
        for left, right in pairwise(sides)
    ]


def _between(words: Sequence[Word], left: int, right: int) -> list[Word]:
    return [word for word in words if left <= (word.box[0] + word.box[2]) / 2 < right]
