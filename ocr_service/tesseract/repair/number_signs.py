"""±, ≥ and ≤, proven by their ink: Tesseract reads them as + and =, or as a 2 of the number behind them.

And ``Ø`` before a number, which it reads as an ``@``: that is wider, and stands before prices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing, ink_runs
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.number_marks import ink_pieces
from ocr_service.tesseract.words import Line, Word, make_line

_SIGNS = frozenset("+=<>±≥≤xх")
_BEYOND = 0.45  # em beyond a sign's box, which may hold half of it
_READ_FOR_PLUS_MINUS = frozenset("+=")
_READ_FOR_COMPARISON = re.compile(r"(=>|>=|=<|<=|[=<>2])[\d.,]*+[%;]?")
_DIAMETER = re.compile(r"@(?=\d++(?:[.,]\d++)?+(?:[xх×]\d++(?:[.,]\d++)?+)?+\W*+$)")
_WIDEST_DIAMETER = 0.77  # em; an @ is 0.8 wide and more
_SIDES = (0.32, 0.8)  # em, of the sides of a sign
_TOLERANCE = 1.1
_WIDE, _UPRIGHT_SHARE = 0.8, 0.5  # of its width: a bar, an upright stroke
_ABOVE = 0.2  # of the height of a ±: what stands above its upper bar
# Shares of the width and height of a ≥: where its upper end lies, and its tip, which is the first ink on the right.
_END_ROWS, _END_COLUMNS = 0.12, (0.15, 0.45)
_TIP_COLUMNS, _TIP_ROWS = 0.15, (0.12, 0.66)
_STROKES, _STROKE_COLUMNS = 3, (0.1, 0.7)  # one above another: those of the angle, and the bar


def with_whole_signs(line: Line, ink: Gray) -> Line:
    """``line`` with its lone signs in boxes that hold all of their ink: Tesseract's may end in the middle of one."""
    if line.is_sideways or not any(word.text in _SIGNS for word in line.words):
        return line
    words = list(line.words)
    for index, word in enumerate(words):
        if word.text not in _SIGNS:
            continue
        left, right = word.box[0] - round(_BEYOND * line.em), word.box[2] + round(_BEYOND * line.em)
        left = max([left, *(other.box[2] for other in words[:index] if other.box[2] <= word.box[0])])
        right = min([right, *(other.box[0] for other in words[index + 1 :] if other.box[0] >= word.box[2])])
        pieces = [
            box
            for box in ink_pieces((left, word.box[1], right, word.box[3]), ink)
            if left < box[0] < word.box[2] and word.box[0] < box[2] < right
        ]
        words[index] = replace(word, box=enclosing([word.box, *pieces]))
    return make_line(words, line.weight)


def with_signs(word: Word, em: float, ink: Gray) -> Word:
    """``word`` with the signs that its ink shows in place of what they were read as."""
    if _DIAMETER.match(word.text):
        glyphs = glyph_boxes(word.box, em, ink)
        narrow = bool(glyphs) and glyphs[0][2] - glyphs[0][0] < _WIDEST_DIAMETER * em
        return replace(word, text="Ø" + word.text[1:]) if narrow else word
    plus = _READ_FOR_PLUS_MINUS.intersection(word.text)
    compared = _READ_FOR_COMPARISON.fullmatch(word.text)
    if not plus and not compared:
        return word
    x0, y0, x1, y1 = word.box
    beyond = round(_BEYOND * em)
    area = (x0 - beyond, y0 - round(0.1 * em), x1 + beyond, y1 + round(0.2 * em))
    glyphs = [box for box in glyph_boxes(area, em, ink) if box[0] < x1 and x0 < box[2]]
    sign = _comparison(glyphs[0], em, ink) if compared and glyphs else None
    if compared and sign:
        return replace(word, text=sign + word.text[compared.end(1) :])
    return _with_plus_minus(word, glyphs, em, ink) if plus else word


def _with_plus_minus(word: Word, glyphs: Sequence[Box], em: float, ink: Gray) -> Word:
    places = [place for place, sign in enumerate(word.text) if sign in _READ_FOR_PLUS_MINUS]
    proven = [index for index, box in enumerate(glyphs) if _is_plus_minus(box, em, ink)]
    if len(glyphs) == len(word.text):
        places = [place for place in places if place in proven]
    elif len(proven) != len(places):
        return word
    else:  # a box may reach over the next word, and its sign
        length, width = len(word.text), max(1, word.box[2] - word.box[0])
        middles = [(glyphs[index][0] + glyphs[index][2]) / 2 - word.box[0] for index in proven]
        if any(abs(x / width * length - 0.5 - place) > 1 for x, place in zip(middles, places, strict=True)):
            return word
    text = "".join("±" if place in places else sign for place, sign in enumerate(word.text))
    return replace(word, text=text) if proven and text != word.text else word


def _is_of_size(box: Box, em: float) -> bool:
    x0, y0, x1, y1 = box
    return all(_SIDES[0] * em <= side <= _TOLERANCE * _SIDES[1] * em for side in (x1 - x0, y1 - y0))


def _is_plus_minus(box: Box, em: float, ink: Gray) -> bool:
    """Whether two bars lie one above the other, and an upright stroke crosses the upper one and ends at the lower."""
    if not _is_of_size(box, em):
        return False
    x0, y0, x1, y1 = box
    part = ink[y0:y1, x0:x1] > 0
    shares = part.mean(axis=1)
    bars = ink_runs(shares >= _WIDE)
    if len(bars) != 2 or bars[0][0] < _ABOVE * len(shares) or bars[1][1] < len(shares) - max(2, 0.1 * em):
        return False
    above = part[: bars[0][0] - 1]
    if not above.size:
        return False
    middle = part[:, (x1 - x0) // 3 : -((x1 - x0) // 3)]
    upright = bool(above.any(axis=1).mean() > _WIDE and above.mean(axis=1).max() <= _UPRIGHT_SHARE)
    return upright and bool(middle[: bars[0][1]].any(axis=1).mean() > _WIDE)


def _comparison(box: Box, em: float, ink: Gray) -> str | None:
    """≥ or ≤ where the ink is an angle and a bar, level or along its lower stroke, touching it or not."""
    if not _is_of_size(box, em):
        return None
    x0, y0, x1, y1 = box
    part = ink[y0:y1, x0:x1] > 0
    if _is_at_least(part):
        return "≥"
    return "≤" if _is_at_least(part[:, ::-1]) else None


def _is_at_least(part: npt.NDArray[np.bool_]) -> bool:
    """A 2 begins in the middle of its width and has no tip; > has no third stroke."""
    height, width = part.shape
    end = np.flatnonzero(np.any(part[: max(1, round(_END_ROWS * height))], axis=0)) / width
    right = ink_runs(np.any(part[:, -max(1, round(_TIP_COLUMNS * width)) :], axis=1))
    if not len(end) or not right:
        return False
    if end[0] > _END_COLUMNS[0] or end[-1] > _END_COLUMNS[1]:
        return False
    if right[0][0] < _TIP_ROWS[0] * height or right[0][1] > _TIP_ROWS[1] * height:
        return False
    first, last = (round(share * width) for share in _STROKE_COLUMNS)
    return any(len(ink_runs(part[:, column])) >= _STROKES for column in range(first, last))
