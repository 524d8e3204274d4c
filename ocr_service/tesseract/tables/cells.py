"""The cells of a table: their words, and what these are."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.geometry.hyphenation import join_lines
from ocr_service.tesseract.words import Word

CELL_NUMBER = re.compile(r"[^\w\s]?\s*[-−–(]?\d[\d\s.,]*+\)?\s*(?:[^\w\s]|\w{1,4}\.?)?")  # $ 31.50, 12 %, 5 кг
_NONE = re.compile(r"[-–—−.·*]{1,3}|n/?a\.?|н/д|нет", re.I)  # stands where there is no number
_LONG_DATA = 24  # characters
_DIGITS = 0.5  # of a cell's letters and digits
_LEVEL = 0.35  # of a line's height, between its middle and that of a mark on it


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's area on the page and the words in it; a cell that a neighbour spans has no words.

    ``across`` and ``down``: how many columns and rows it stands over.
    """

    box: Box
    words: tuple[Word, ...] = ()
    across: int = 1
    down: int = 1

    @property
    def text(self) -> str:
        return cell_text(self.words)

    @property
    def spans(self) -> bool:
        """Whether it stands over several columns or rows."""
        return self.across > 1 or self.down > 1


Table = list[list[Cell]]  # rows of equally many cells


def font_size(table: Table) -> float | None:
    """The usual one of the words, in pixels; None where no word tells of its size."""
    sizes = [word.em for row in table for cell in row for word in cell.words if word.em is not None]
    return statistics.median(sizes) if sizes else None


def without_empty(table: Table) -> Table:
    """Without rows and columns that have no words at all: double ruling lines and frames make them."""
    rows = [r for r, row in enumerate(table) if any(cell.words for cell in row)]
    if not rows:
        return []
    columns = [c for c in range(len(table[0])) if any(table[r][c].words for r in rows)]
    return [
        [
            replace(
                table[r][c],
                across=sum(c <= k < c + table[r][c].across for k in columns),
                down=sum(r <= k < r + table[r][c].down for k in rows),
            )
            for c in columns
        ]
        for r in rows
    ]


def is_data(text: str) -> bool:
    """Whether a cell's text is a number, a date, a range or the like, or says that there is none."""
    if CELL_NUMBER.fullmatch(text) or _NONE.fullmatch(text):
        return True
    signs = [c for c in text if c.isalnum()]
    if not signs or not signs[0].isdigit() or len(text) > _LONG_DATA:
        return False
    return sum(c.isdigit() for c in signs) >= _DIGITS * len(signs)


def cell_text(words: Sequence[Word]) -> str:
    """The words of a cell, in any order, as one text."""
    return join_lines([" ".join(word.text for word in line) for line in lines_of(words)])


def lines_of(words: Sequence[Word]) -> list[list[Word]]:
    """The words of a cell, in any order, line by line from left to right."""
    lines: list[list[Word]] = []
    for word in sorted((w for w in words if w.em is not None), key=_middle):
        last = lines[-1][-1] if lines else None
        if last and _middle(word) - _middle(last) < 0.5 * max(_height(word), _height(last)):
            lines[-1].append(word)
        else:
            lines.append([word])
    marks: list[list[Word]] = []
    for mark in sorted((w for w in words if w.em is None), key=_middle):
        line = _line_of(mark, lines) or _line_of(mark, marks)
        if line:
            line.append(mark)
        else:
            marks.append([mark])
    lines = sorted([*lines, *marks], key=lambda line: statistics.fmean(map(_middle, line)))
    return [sorted(line, key=lambda word: word.box[0]) for line in lines]


def _line_of(mark: Word, lines: Sequence[list[Word]]) -> list[Word] | None:
    """The line that a mark without a size is level with; of two that it is between, the one with a word beside it.

    A check box would make one line of these.
    """
    distances = [abs(statistics.fmean(map(_middle, line)) - _middle(mark)) for line in lines]
    near = [
        (distance > _LEVEL * max(map(_height, line)), min(_gap(mark, word) for word in line), distance, index)
        for index, (distance, line) in enumerate(zip(distances, lines, strict=True))
        if distance < 0.5 * max(map(_height, [mark, *line]))
    ]
    return lines[min(near)[3]] if near else None


def _gap(word: Word, other: Word) -> int:
    return max(0, word.box[0] - other.box[2], other.box[0] - word.box[2])


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _height(word: Word) -> int:
    return word.box[3] - word.box[1]
