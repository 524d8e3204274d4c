"""Words that stand on the ink of more letters than they have, read again by themselves; and of fewer: ``ГОСТР Р``.

At a line's end Tesseract may give the word before once more in place of the last one, and is sure of it: ``мм; ≥ 5 %``
comes out as ``м м;``. Nothing else tells of it, since the ink has a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.document import Gray
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes, glyph_in, likeness
from ocr_service.tesseract.words import Line, Word, make_line

_WIDE = 1.0  # em for each character: a capital M has 0.9
_LEAST_DOUBLED = 3  # letters
_MORE = 2  # glyphs than the word has
_ALIKE = 0.3  # likeness of two of one letter, one of which may touch its neighbour: 0.4 and more, of others 0.2
_LETTER = 0.42  # em: the least height of a letter
_MARKS = frozenset(".,;:'\"`’‘“”«»-–—−_=~·•*°^")  # lower than a letter
_PIECES = {"%": 3, "Ы": 2, "ы": 2, "№": 2, "‰": 4}


def reocr_wide_words(lines: Sequence[Line], crops: CropReader, budget: Budget) -> list[Line]:
    """``lines`` with what such words are when they are read by themselves, where that is more."""
    return [line if line.is_sideways else _mended(line, crops, budget) for line in lines]


def without_doubled_ends(lines: Sequence[Line], ink: Gray) -> list[Line]:
    """``lines`` without the last letter of a word whose ink is the word behind it: of ``ГОСТ Р`` comes ``ГОСТР``, and
    the ``Р`` is found once more.
    """
    return [line if line.is_sideways else _without_doubled(line, ink) for line in lines]


def _without_doubled(line: Line, ink: Gray) -> Line:
    words = list(line.words)
    for index, (word, after) in enumerate(pairwise(line.words)):
        doubled = len(after.text) == 1 and after.text.isalpha() and word.text[:-1].isalpha()
        if not doubled or not word.text.endswith(after.text) or len(word.text) < _LEAST_DOUBLED:
            continue
        boxes = glyph_boxes(word.box, line.em, ink)
        high = [box for box in boxes if box[3] - box[1] >= _LETTER * line.em and not contains_centre(after.box, box)]
        if len(high) == _signs([word]) - 1 and not _ends_alike(word, after, line.em, ink):
            words[index] = replace(word, text=word.text[:-1])
    return make_line(words, line.weight) if words != list(line.words) else line


def _ends_alike(word: Word, after: Word, em: float, ink: Gray) -> bool:
    """Whether the ink of ``word`` ends with that of the letter ``after`` it: letters that touch count as one."""
    x0, y0, x1, y1 = after.box
    end = word.box[2] - (x1 - x0), y0, word.box[2], y1
    return likeness(glyph_in(end, em, ink), glyph_in(after.box, em, ink)) >= _ALIKE


def _mended(line: Line, crops: CropReader, budget: Budget) -> Line:
    words: list[Word] = []
    for word in line.words:
        glyphs = _glyphs(word, line, crops)
        if glyphs < _signs([word]) + _MORE or not budget.take():
            words.append(word)
            continue
        again = crops.read(word.box, line.em)
        words += again if _signs([word]) < _signs(again) <= glyphs + 1 else [word]
    return make_line(words, line.weight) if words != list(line.words) else line


def _glyphs(word: Word, line: Line, crops: CropReader) -> int:
    """How many glyphs of a letter's height a wide word has to itself; 0 for words that are not wide."""
    if word.box[2] - word.box[0] <= _WIDE * line.em * len(word.text):
        return 0
    others = [other.box for other in line.words if other is not word]
    boxes = glyph_boxes(word.box, line.em, crops.sheet.ink)
    high = [box for box in boxes if box[3] - box[1] >= _LETTER * line.em]
    return sum(not any(contains_centre(other, box) for other in others) for box in high)


def _signs(words: Sequence[Word]) -> int:
    """How many glyphs of a letter's height the words are printed with."""
    return sum(_PIECES.get(sign, 1) for word in words for sign in word.text if sign not in _MARKS)
