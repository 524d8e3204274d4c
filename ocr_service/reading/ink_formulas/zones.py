"""Where formulas stand on a page that is read by eye: what the layout model sees of them, and the ink around."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ocr_service.document import FORMULA_LABELS, Box, Region
from ocr_service.geometry.boxes import contains_centre
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.tesseract.words import Line

_SEEN = 0.4  # score of the layout model
_WORDS, _PROSE_WORDS, _SURE = 3, 4, 85.0  # words of a line; Tesseract's confidence of one
_REACH = 0.75  # em around a formula, in which its ink goes on
_READ = 60.0  # Tesseract's confidence of a word that is no part of one
_NUMBER = re.compile(r"\(\s*[\w.]{1,8}\s*\)")


def formula_boxes(hints: Sequence[Region], lines: Sequence[Line]) -> list[Box]:
    """What the layout model sees; where it sees one, also the indented lines that have no words."""
    seen = [hint.bbox for hint in hints if hint.label in FORMULA_LABELS and hint.score >= _SEEN]
    if not seen:
        return []
    left = [line.box[0] for line in lines if _words(line) >= _PROSE_WORDS]
    short = [
        line for line in lines if _words(line) < _WORDS and not any(contains_centre(box, line.box) for box in seen)
    ]
    return seen + [line.box for line in short if any(edge + line.em < line.box[0] for edge in left)]


def _words(line: Line) -> int:
    """Words of letters that were read for sure."""
    return sum(word.confidence >= _SURE and len(word.text) >= 4 and word.text.isalpha() for word in line.words)


def zone_pieces(pieces: Sequence[Piece], boxes: Sequence[Box], lines: Sequence[Line], em: float) -> list[Piece]:
    """The pieces of ink of the formulas in these boxes, and of their numbers."""
    prose = [
        word.box
        for line in lines
        for word in line.words
        if word.confidence >= _READ and not any(contains_centre(box, word.box) for box in boxes)
    ]
    numbers = [line.words[-1].box for line in lines if _NUMBER.fullmatch(line.words[-1].text)]
    x = np.array([(p.box[0] + p.box[2]) / 2 for p in pieces])
    y = np.array([(p.box[1] + p.box[3]) / 2 for p in pieces])

    def inside(areas: Sequence[Box], pad: float) -> np.ndarray:
        found = np.zeros(len(pieces), bool)
        for x0, y0, x1, y1 in areas:
            found |= (x >= x0 - pad) & (x <= x1 + pad) & (y >= y0 - pad) & (y <= y1 + pad)
        return found

    level = [box for box in numbers if any(other[1] < (box[1] + box[3]) / 2 < other[3] for other in boxes)]
    read = inside(prose, 0.1 * em)
    mine = inside(boxes, 0.0) | inside(level, 0.1 * em)
    while True:
        around = [pieces[n].box for n in np.flatnonzero(mine).tolist()]
        grown = mine | (inside(around, _REACH * em) & ~read)
        if (grown == mine).all():
            return [pieces[n] for n in np.flatnonzero(mine).tolist()]
        mine = grown
