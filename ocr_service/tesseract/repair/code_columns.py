"""Columns of codes: ``A0``, ``З48``, ``ME-5505``. Where a code breaks the pattern of its column, its glyphs decide.

Tesseract reads a lone code by its words, and takes letters for digits that look like them (O/0, I/1, S/5, З/3, Б/6) and
the other way. The column tells where a letter is expected and where a digit; the character is changed only if its ink
proves it: a digit is as all others on the page, a letter is like none of them.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ocr_service.document import Box
from ocr_service.tesseract.repair.glyph_shapes import (
    MOST_EXEMPLARS,
    Exemplars,
    Glyph,
    exemplars,
    glyph_boxes,
    glyph_in,
    likeness,
)
from ocr_service.tesseract.repair.homoglyphs import Script, script_of_letters, with_letters_of
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table, font_size

ReadLetter = Callable[[Box, Script], Sequence[str]]
"""The capital letter of an alphabet in an area, as it is read by itself in several ways."""

_LETTERS = 3  # of a code, in a row; more are a word
# Codes of one pattern in a column: how many, and of its cells with one word, where it has letters and else.
_LEAST, _SHARE = 3, {True: 0.15, False: 0.3}
_DOUBT = 0.03  # of likeness: what is neither surely a digit nor surely none
_INSET = 0.1  # em: a cell's edge
_DIGITS = re.compile(r"0++")
_CAPITAL, _WIDEST = 0.88, 1.2  # of the digits' height; of a capital's own height
_LOOKS_LIKE = 0.55  # likeness of a letter and the digit that it is taken for
_AGREED, _MOST_LETTERS = 2, 40  # readings of a letter; letters of a column that are read
# The only letter of the alphabet that looks like a digit. A Latin 0 is an O, D or Q.
_ONLY: dict[tuple[str, Script], str] = {("0", "cyrillic"): "О", ("3", "cyrillic"): "З", ("5", "latin"): "S"}
_MARKS = frozenset("-–./")


@dataclass(frozen=True, slots=True)
class _Code:
    """A cell with one word, and the boxes of its glyphs."""

    row: int
    column: int
    text: str
    boxes: tuple[Box, ...]

    @property
    def is_whole(self) -> bool:
        """Whether each character of the word is one glyph."""
        return len(self.text) == len(self.boxes)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """``kinds`` as of ``A00``, by the count of characters; ``run``: the same with each run of digits as one."""

    run: str
    kinds: dict[int, str]

    def expected(self, count: int) -> str | None:
        """The kinds of a code of so many characters; None where that cannot be told."""
        longer = count - len(self.run)
        if self.run.count("0") == 1 and longer >= 0:
            return self.run.replace("0", "0" * (1 + longer))
        return self.kinds.get(count)


@dataclass(frozen=True, slots=True)
class _Known:
    """The digits of a table and the capital letters of its codes; ``height``: of its digits, in pixels."""

    digits: Exemplars
    letters: Sequence[tuple[str, Glyph]]
    height: float


def with_proven_codes(table: Table, sheet: Sheet, read_letter: ReadLetter) -> Table:
    """``table`` with the codes of its columns as their ink proves them."""
    em = font_size(table)
    if em is None:
        return table
    by_column = [_codes(table, column, em, sheet) for column in range(len(table[0]))]
    columns = [(codes, pattern) for codes in by_column if (pattern := _pattern(codes)) is not None]
    if not any(_breaks(code, pattern) for codes, pattern in columns for code in codes):
        return table
    glyphs = partial(glyph_in, em=em, gray=sheet.gray)
    known = _known(columns, glyphs)
    if known is None:
        return table
    script = script_of_letters(word.text for row in table for cell in row for word in cell.words) or "latin"
    proven: dict[tuple[int, int], str] = {}
    for codes, pattern in columns:
        own = script_of_letters(code.text for code in codes) or script
        characters = _Characters(known, own, read_letter)
        for code in codes:
            text = _proven(code, pattern, list(map(glyphs, code.boxes)), characters) if _breaks(code, pattern) else None
            if text is not None:
                proven[code.row, code.column] = text
    rows = [[_with_text(cell, proven.get((r, c))) for c, cell in enumerate(row)] for r, row in enumerate(table)]
    return rows if proven else table


def _with_text(cell: Cell, text: str | None) -> Cell:
    return cell if text is None else replace(cell, words=(replace(cell.words[0], text=text),))


def _codes(table: Table, column: int, em: float, sheet: Sheet) -> list[_Code]:
    inset = round(_INSET * em)
    found = []
    for index, row in enumerate(table):
        cell = row[column]
        if len(cell.words) == 1 and cell.across == cell.down == 1:
            word = cell.words[0]
            top, bottom = max(cell.box[1] + inset, word.box[1] - inset), min(cell.box[3] - inset, word.box[3] + inset)
            area = (cell.box[0] + inset, top, cell.box[2] - inset, bottom)
            found.append(_Code(index, column, word.text, tuple(glyph_boxes(area, em, sheet.ink))))
    return found


def _kinds(text: str) -> str:
    """``A`` for a capital letter, ``0`` for a digit, a mark for itself, ``?`` for all else."""
    return "".join("0" if c.isdigit() else "A" if c.isupper() else c if c in _MARKS else "?" for c in text)


def _pattern(codes: Sequence[_Code]) -> _Pattern | None:
    """That of most codes of a column, with letters where some have them: ink decides whether ``410`` is ``Д10``."""
    exact = Counter(_kinds(code.text) for code in codes if code.is_whole)
    runs: Counter[str] = Counter()
    for kinds, count in exact.items():
        if "?" not in kinds and "A" * (_LETTERS + 1) not in kinds and ("A" in kinds or "0" in kinds):
            runs[_DIGITS.sub("0", kinds)] += count
    often = [
        ("A" in run, count, run) for run, count in runs.items() if count >= max(_LEAST, _SHARE["A" in run] * len(codes))
    ]
    if not often:
        return None
    _, _, run = max(often)
    of_run = [(count, kinds) for kinds, count in exact.items() if _DIGITS.sub("0", kinds) == run]
    return _Pattern(run, {len(kinds): kinds for _, kinds in sorted(of_run)})


def _breaks(code: _Code, pattern: _Pattern) -> bool:
    """Whether a cell may be a code, and has not its kinds; a word in it is none, nor is a head."""
    is_word = code.text.isalpha() and (code.row == 0 or len(code.text) > _LETTERS)
    return bool(code.boxes) and not is_word and _kinds(code.text) != pattern.expected(len(code.boxes))


def _known(columns: Sequence[tuple[Sequence[_Code], _Pattern]], glyphs: Callable[[Box], Glyph]) -> _Known | None:
    """The digits where digits are expected, and the letters where letters are; None where there are too few digits."""
    digits: list[tuple[str, Glyph]] = []
    letters: list[tuple[str, Glyph]] = []
    taken: Counter[str] = Counter()
    for codes, pattern in columns:
        for code in codes:
            kinds = pattern.expected(len(code.boxes)) if code.is_whole else None
            for kind, character, box in zip(kinds or "", code.text, code.boxes, strict=False):
                if kind == "0" and character.isdigit() and taken[character] < MOST_EXEMPLARS:
                    taken[character] += 1
                    digits.append((character, glyphs(box)))
                elif kind == "A" and character.isalpha() and taken[character] < _MOST_LETTERS:
                    taken[character] += 1
                    letters.append((character.upper(), glyphs(box)))
    known = exemplars(digits)
    if known is None:
        return None
    height = statistics.median(glyph.box[3] - glyph.box[1] for _, glyph in digits if glyph.shape is not None)
    return _Known(known, letters, height)


def _proven(code: _Code, pattern: _Pattern, glyphs: Sequence[Glyph], characters: _Characters) -> str | None:
    """The code as its ``glyphs`` prove it; None where one of them is neither surely a digit nor surely a letter."""
    kinds = pattern.expected(len(code.boxes)) or ""
    read = code.text if code.is_whole else " " * len(kinds)
    text = ""
    for kind, character, glyph in zip(kinds, read, glyphs, strict=False):
        if (glyph.shape is None) != (kind in _MARKS):
            return None
        if kind in _MARKS:
            text += kind
        elif kind == _kinds(character):
            text += character
        else:
            text += characters.digit(glyph) if kind == "0" else characters.letter(glyph)
    return text if kinds and len(text) == len(kinds) and text != code.text else None


class _Characters:
    """Names the digits and capital letters of a column by their ink; a letter of one shape is read once."""

    def __init__(self, known: _Known, script: Script, read: ReadLetter) -> None:
        self._known, self._script, self._read = known, script, read
        self._named: list[tuple[Glyph, str]] = []

    def digit(self, glyph: Glyph) -> str:
        """The digit that ``glyph`` surely is, else empty."""
        digit, alike = self._known.digits.best(glyph)
        return digit if alike >= self._known.digits.same else ""

    def letter(self, glyph: Glyph) -> str:
        """The letter that ``glyph`` is: surely no digit, and read as that mostly; else empty."""
        digit, alike = self._known.digits.best(glyph)
        if alike >= self._known.digits.same - _DOUBT or not self._is_capital(glyph.box):
            return ""
        for other, letter in self._named:
            if likeness(glyph, other) >= self._known.digits.same:
                return letter
        if len(self._named) >= _MOST_LETTERS:
            return ""
        letter = self._read_as(glyph, digit if alike >= _LOOKS_LIKE else "")
        self._named.append((glyph, letter))
        return letter

    def _is_capital(self, box: Box) -> bool:
        """Whether a glyph is as high as one, and no two that touch."""
        width, height = box[2] - box[0], box[3] - box[1]
        return height >= _CAPITAL * self._known.height and width <= _WIDEST * height

    def _read_as(self, glyph: Glyph, digit: str) -> str:
        """The letter on which most readings of ``glyph`` agree: by itself, and in the codes that have it."""
        read = Counter(self._read(glyph.box, self._script))
        same = self._known.digits.same
        in_codes = Counter(letter for letter, other in self._known.letters if likeness(glyph, other) >= same)
        read.update(with_letters_of(self._script, letter) for letter, _ in in_codes.most_common(1))
        if (digit, self._script) in _ONLY:
            read[_ONLY[digit, self._script]] += _AGREED
        letter, count = (read.most_common(1) or [("", 0)])[0]
        return letter if count >= _AGREED and 2 * count > read.total() else ""
