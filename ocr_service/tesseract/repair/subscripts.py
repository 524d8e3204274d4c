"""Lowered digits of formulas in a text (``H₂O``, ``V₁ = 17``), which are read as commas, letters or digits on the line.

They become subscripts, as a text layer's are. Letters of both alphabets beside one are Latin: ``КН₂РО₄`` is no Russian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.homoglyphs import of_homoglyphs, with_letters_of
from ocr_service.tesseract.repair.lone_signs import read_digits
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# Em: how far one hangs below the baseline and how high it stands above it; a comma ends lower, a letter higher.
_BELOW, _ABOVE = (0.03, 0.3), (0.2, 0.46)
_HEIGHT, _WIDTH = (0.32, 0.58), (0.1, 0.42)
_HIGH = 0.6  # em: of capitals and digits
_MAY_BE = frozenset("0123456789,.;:'’‘°*?&зЗоОOo")  # what one is read as; a letter may be a lowered letter
_WORD = re.compile(r"[а-яёa-z]{3}$")
_LONGEST = 12  # signs of a word with subscripts
_JOINED = 0.2  # em between digits of one number


def with_subscripts(lines: Sequence[Line], sheet: Sheet, engine: TesseractEngine, budget: Budget) -> list[Line]:
    """``lines`` with subscripts where the ink of a word has lowered digits."""
    return [line if line.is_sideways else _mended(line, sheet, engine, budget) for line in lines]


def _mended(line: Line, sheet: Sheet, engine: TesseractEngine, budget: Budget) -> Line:
    words = [_with_subscripts(word, line, sheet, engine, budget) for word in line.words]
    return make_line(words, line.weight) if words != list(line.words) else line


def _with_subscripts(word: Word, line: Line, sheet: Sheet, engine: TesseractEngine, budget: Budget) -> Word:
    text = word.text
    if not 2 <= len(text) <= _LONGEST or not text[0].isalpha() or _MAY_BE.isdisjoint(text[1:]):
        return word
    boxes = glyph_boxes(word.box, line.em, sheet.ink)
    # A short line's baseline may be that of its subscripts; nothing so high ends above the letters' feet.
    base = min((box[3] for box in boxes if box[3] - box[1] >= _HIGH * line.em), default=line.baseline)
    lowered = [index for index, box in enumerate(boxes) if index and _is_lowered(box, base, line.em)]
    if not lowered or len(boxes) != len(text) or not all(_may_be(text, index, lowered) for index in lowered):
        return word
    signs = list(text)
    for run in _runs(lowered, boxes, line.em):
        if not budget.take():
            return word
        digits, _ = read_digits(enclosing([boxes[index] for index in run]), sheet, engine)
        if len(digits) != len(run):
            return word
        for index, digit in zip(run, digits, strict=True):
            signs[index] = digit.translate(_SUBSCRIPTS)
    letters = "".join(sign for sign in signs if sign.isalpha())
    whole = "".join(signs)
    return replace(word, text=with_letters_of("latin", whole) if of_homoglyphs(letters) else whole)


def _may_be(text: str, index: int, lowered: Sequence[int]) -> bool:
    """Whether the sign at ``index`` of what was read may be a lowered digit: none stands behind a word or a digit.

    A comma of type of one pitch is as large as one.
    """
    is_comma = not text[index].isalnum() and (text[index - 1].isdigit() or _WORD.search(text[:index]) is not None)
    return text[index] in _MAY_BE and (index - 1 in lowered or not is_comma)


def _is_lowered(box: Box, base: float, em: float) -> bool:
    below, above = (box[3] - base) / em, (base - box[1]) / em
    height, width = (box[3] - box[1]) / em, (box[2] - box[0]) / em
    placed = _BELOW[0] <= below <= _BELOW[1] and _ABOVE[0] <= above <= _ABOVE[1]
    return placed and _HEIGHT[0] <= height <= _HEIGHT[1] and _WIDTH[0] <= width <= _WIDTH[1]


def _runs(places: Sequence[int], boxes: Sequence[Box], em: float) -> list[list[int]]:
    """Places that follow one another, each run the digits of one number."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1 and boxes[place][0] - boxes[place - 1][2] < _JOINED * em:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
