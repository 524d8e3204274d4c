"""Cells of a table with doubtful words, read again by themselves.

On a whole page Tesseract takes a lone digit in a narrow column for a speck, or reads it as letters of its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing, ink_runs, overlap_of_smaller
from ocr_service.geometry.components import components_with_stats
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.homoglyphs import CYRILLIC_LETTER
from ocr_service.tesseract.repair.look_alikes import looks_like
from ocr_service.tesseract.repair.number_marks import lost_digits
from ocr_service.tesseract.tables.cells import Cell, Table, font_size
from ocr_service.tesseract.words import Word

_DOUBTFUL = 70.0  # Tesseract's confidence; right words of a clean scan have 85 and more
_DOUBTFUL_SHORT = 85.0  # of one or two letters: a speck beside a lone digit is read as a comma at 73
_SURER = 5.0  # more of it, of what is better
_LEAST = 50.0  # of what is read where nothing was, or with more letters than before
_NO_SPACE = 0.16  # em
_TWO_LINES = 1.5  # em: the least height of two lines set close; brackets of one are 1.2 high
_LOW = 0.3  # em: what is lower is no letter
_SAME_PLACE = 0.4  # of the smaller one's box
_BY_INK = frozenset("²³×±≤≥Ø☐☒")  # signs of which the ink was looked at: Tesseract's languages do not have them


def reocr_cells(table: Table, crops: CropReader, budget: Budget) -> Table:
    """``table`` with what was missed or doubtful in its cells read again."""
    em = font_size(table)
    if em is None:
        return table
    rows = []
    for row in table:
        cells = []
        for cell in row:
            area = _doubtful_area(cell, crops.sheet.ink, em)
            cells.append(_reocr_cell(cell, area, em, crops) if area and budget.take() else cell)
        rows.append(cells)
    return rows


def _doubtful_area(cell: Cell, ink: Gray, em: float) -> Box | None:
    """Where the cell's letters are, if some were not read or not surely."""
    area = _letters(ink, cell.box, em)
    if area is None:
        return None
    if not cell.words:
        return area
    seen = enclosing([word.box for word in cell.words])
    missed = area[0] < seen[0] - 0.3 * em or area[2] > seen[2] + 0.3 * em
    doubtful = any(_is_doubtful(word) or lost_digits(word, em, ink) for word in cell.words)
    return area if missed or doubtful or _is_torn(cell.words, em) else None


def _is_torn(words: Sequence[Word], em: float) -> bool:
    """Whether two of ``words`` stand so near to each other that they are one: ``N`` and ``o.``."""
    ordered = sorted(words, key=lambda word: word.box[0])
    return any(0 <= right.box[0] - left.box[2] < _NO_SPACE * em for left, right in pairwise(ordered))


def _is_doubtful(word: Word) -> bool:
    return word.confidence < (_DOUBTFUL_SHORT if len(word.text) <= 2 else _DOUBTFUL)


def _reocr_cell(cell: Cell, inked: Box, em: float, crops: CropReader) -> Cell:
    again = _words_in(inked, em, crops)
    if not cell.words:
        return replace(cell, words=tuple(again))
    legible = min((word.confidence for word in again), default=0.0) > _LEAST
    words: list[Word] = []
    for before, now in _by_place(cell.words, again, em):
        if before:
            better = _is_better(now, before, em, crops.sheet.ink, alone=len(again) == 1)
        else:
            better = legible and any(sign.isalnum() for word in now for sign in word.text)
        words += now if better else before
    return replace(cell, words=tuple(words))


def _by_place(before: Sequence[Word], again: Sequence[Word], em: float) -> list[tuple[list[Word], list[Word]]]:
    """The words of two readings of a cell, those together that stand in one place: often one word of each.

    Where two lines were read as one, that is the whole cell.
    """
    if any(word.box[3] - word.box[1] >= _TWO_LINES * em and _is_doubtful(word) for word in before):
        return [(list(before), list(again))]
    places: list[tuple[list[Word], list[Word]]] = [([word], []) for word in before]
    for word in again:
        shared = [place for place in places if any(_is_there(word, old) for old in place[0])]
        olds = [old for place in shared for old in place[0]]
        news = [new for place in shared for new in place[1]]
        places = [*(place for place in places if place not in shared), (olds, [*news, word])]
    return places


def _is_there(word: Word, old: Word) -> bool:
    return overlap_of_smaller(word.box, old.box) >= _SAME_PLACE


def _is_better(now: Sequence[Word], before: Sequence[Word], em: float, ink: Gray, *, alone: bool) -> bool:
    """Whether what was read ``now`` in one place of a cell is nearer to the picture than what stood there ``before``.

    ``alone``: whether nothing else was read in the cell.
    """
    surer = min((word.confidence for word in now), default=0.0)
    read, again = ("".join(word.text for word in words) for words in (before, now))
    if not now:
        return not any(map(str.isalnum, read)) and all(map(_is_doubtful, before))
    grown = read in again and _signs(again) > _signs(read) and surer >= _DOUBTFUL_SHORT
    doubtful = any(_is_doubtful(word) or lost_digits(word, em, ink) for word in before) or _is_torn(before, em)
    if not (doubtful or grown) or _says_less(again, read, alone=alone):
        return False
    if grown or surer >= min(word.confidence for word in before) + _SURER:
        return True
    return len(again) > len(read) and surer > _LEAST


def _signs(text: str) -> int:
    """How many letters, digits and brackets ``text`` has: a mark behind a word may be a speck."""
    return sum(sign.isalnum() or sign in "()" for sign in text)


def _says_less(again: str, read: str, *, alone: bool) -> bool:
    """Whether what was ``read`` first knew more: the ink, or its neighbours, that tell capitals and the alphabet."""
    if _BY_INK.intersection(read) - _BY_INK.intersection(again):
        return True
    if any(map(str.isalnum, read)) and not any(map(str.isalnum, again)):
        return True
    if alone and again.isupper() and again.casefold() == read.casefold():
        return True
    in_latin = CYRILLIC_LETTER.search(read) is not None and CYRILLIC_LETTER.search(again) is None
    return in_latin and looks_like(read, again)


def _words_in(area: Box, em: float, crops: CropReader) -> list[Word]:
    """The words of a cell whose letters are in ``area``: line by line, where white rows part its lines.

    Tesseract takes two short words, one above the other, for one that is twice as high.
    """
    if area[3] - area[1] < _TWO_LINES * em:
        return crops.read(area, em)
    rows = _rows(area, em, crops.sheet.ink)
    if any(bottom - top >= _TWO_LINES * em for top, bottom in rows):
        return crops.read(area, em, lines=2)
    return [word for top, bottom in rows for word in crops.read((area[0], top, area[2], bottom), em)]


def _rows(area: Box, em: float, ink: Gray) -> list[tuple[int, int]]:
    """Top and bottom of each run of inked rows in ``area``; what is lower than a letter belongs to the nearest one."""
    x0, y0, x1, y1 = area
    runs = [(y0 + top, y0 + bottom) for top, bottom in ink_runs(np.any(ink[y0:y1, x0:x1], axis=1))]
    while len(runs) > 1 and (low := next((i for i, r in enumerate(runs) if r[1] - r[0] < _LOW * em), None)) is not None:
        above = runs[low][0] - runs[low - 1][1] if low else math.inf
        below = runs[low + 1][0] - runs[low][1] if low + 1 < len(runs) else math.inf
        first = low - 1 if above <= below else low
        runs[first : first + 2] = [(runs[first][0], runs[first + 1][1])]
    return runs


def _letters(ink: Gray, box: Box, em: float) -> Box | None:
    """The box around what is of a letter's size inside ``box``, and a point behind it; None where there is nothing."""
    inset = round(0.08 * em)
    x0, y0, x1, y1 = box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset
    if x1 - x0 < 3 or y1 - y0 < 3:
        return None
    count, _, stats, _ = components_with_stats(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    boxes, points = list[Box](), list[Box]()
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        piece = (x0 + x, y0 + y, x0 + x + w, y0 + y + h)
        if 0.3 * em < h < 2.5 * em and area > 0.02 * em * em and w < 20 * em:
            boxes.append(piece)
        elif area > 0.006 * em * em and max(w, h) < 0.4 * em:
            points.append(piece)
    if not boxes:
        return None
    # Each line of the cell may end with one.
    beside = (p for p in points for b in boxes if 0 <= p[0] - b[2] < 0.4 * em and abs(p[3] - b[3]) < 0.25 * em)
    return enclosing([*boxes, *beside])
