"""Roman numerals of Russian texts read as letters of as many stems: ``III`` as ``Ш`` or ``Ill``, ``I`` as ``|``."""

from __future__ import annotations

import re
from dataclasses import replace

from ocr_service.document import Gray
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.words import Line, Word, make_line

_READ_AS = re.compile(r"([ШП]|[Il|]{1,3}+)([,;:)]*+)")
_HEIGHT = (0.6, 0.85)  # em, of capitals; a ruling line goes on above and below
_STEM = 0.36  # em: its width at most, with serifs
_BEYOND = 0.25  # em


def with_roman_numerals(line: Line, ink: Gray) -> Line:
    """``line`` with its words of one to three stems that stand apart from each other as I, II and III."""
    if line.is_sideways or not any(_READ_AS.fullmatch(word.text) for word in line.words):
        return line
    return make_line([_numeral(word, line, ink) for word in line.words], line.weight)


def _numeral(word: Word, line: Line, ink: Gray) -> Word:
    read = _READ_AS.fullmatch(word.text)
    if read is None:
        return word
    x0, y0, x1, y1 = word.box
    beyond = round(_BEYOND * line.em)
    glyphs = [
        box
        for box in glyph_boxes((x0, y0 - beyond, x1, y1 + beyond), line.em, ink)
        if box[3] - box[1] >= _HEIGHT[0] * line.em
    ]
    stems = [box for box in glyphs if box[2] - box[0] <= _STEM * line.em and box[3] - box[1] <= _HEIGHT[1] * line.em]
    if not 1 <= len(stems) <= 3 or len(stems) != len(glyphs):
        return word
    numeral = "I" * len(stems)
    return replace(word, text=numeral + read[2]) if numeral != read[1] else word
