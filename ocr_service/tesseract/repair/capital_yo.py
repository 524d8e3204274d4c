"""The dots of ``Ё`` in capitals: Tesseract reads every fourth as ``Е``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import ink_runs
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_CAPITAL_IE = re.compile(r"\bЕ|[А-Я]Е")
_SIGNS = re.compile(r"\w")
_LETTER = 0.5  # em: the least height of a capital
_ABOVE = 0.25  # em above a word's box, which may end below the dots
# Shares of the height of a letter with its dots: how far down there is nothing but dots, and how far down its bar is.
_TOP, _BAR_AT = 0.08, 0.36
_LEAST, _MOST, _ALIKE = 0.06, 0.23, 1.7  # the same of the width of a dot, and how much wider one of them may be
_BAR = 0.6  # of the letter's width


def with_capital_yo(line: Line, sheet: Sheet) -> Line:
    """``line`` with ``Ё`` for each capital ``Е`` that has two dots above it."""
    if line.is_sideways or not _CAPITAL_IE.search(line.text):
        return line
    return make_line([_with_yo(word, line.em, sheet.ink) for word in line.words], line.weight)


def _with_yo(word: Word, em: float, ink: Gray) -> Word:
    if not _CAPITAL_IE.search(word.text):
        return word
    x0, y0, x1, y1 = word.box
    for top in (y0, round(y0 - _ABOVE * em)):
        boxes = [box for box in glyph_boxes((x0, top, x1, y1), em, ink) if box[3] - box[1] >= _LETTER * em]
        for place in _dotted(word, boxes, [_has_dots(box, ink) for box in boxes]):
            word = replace(word, text=word.text[:place] + "Ё" + word.text[place + 1 :])
    return word


def _dotted(word: Word, boxes: Sequence[Box], dotted: Sequence[bool]) -> list[int]:
    """The places of the ``Е`` of ``word`` that are ``dotted``, of whose glyphs these are the ``boxes``."""
    signs = [match.start() for match in _SIGNS.finditer(word.text)]
    if len(boxes) == len(signs):
        return [place for place, dots in zip(signs, dotted, strict=True) if dots and word.text[place] == "Е"]
    x0, _, x1, _ = word.box
    places = []
    for box, dots in zip(boxes, dotted, strict=True):  # letters that touch, or of two pieces
        at = ((box[0] + box[2]) / 2 - x0) / (x1 - x0) * len(word.text) - 0.5
        nearest = min((place for place in signs if word.text[place] in "ЕЁЙ"), key=lambda place: abs(place - at))
        if dots and word.text[nearest] == "Е" and abs(nearest - at) < 1:
            places.append(nearest)
    return places


def _has_dots(letter: Box, ink: Gray) -> bool:
    """Whether two dots and a bar are the top of the ``letter``: an Е has the bar alone, an Н and an Й no bar."""
    x0, y0, x1, y1 = letter
    height = y1 - y0
    rows = ink[y0 : y0 + round(_BAR_AT * height), x0:x1] > 0
    dots = [end - start for start, end in ink_runs(np.any(rows[: max(1, round(_TOP * height))], axis=0))]
    if len(dots) != 2 or not all(_LEAST * height <= width <= _MOST * height for width in dots):
        return False
    return max(dots) <= _ALIKE * min(dots) and bool(rows.sum(axis=1).max() >= _BAR * (x1 - x0))
