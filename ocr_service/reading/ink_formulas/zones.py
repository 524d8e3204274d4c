"""Where formulas stand on a page that is read by eye: what the layout model sees of them, and the ink around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_service.document import FORMULA_LABELS, Box, Region
from ocr_service.geometry.boxes import contains_centre
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.tesseract.words import Line

_SEEN = 0.4  # score of the layout model
_WORDS, _PROSE_WORDS, _SURE = 3, 4, 85.0  # words of a line; Tesseract's confidence of one
_MOST_SHORT = 120  # lines of a page that may be formulas
_RELATION = "="
_INDENT = 1.7  # em; a paragraph's first line has 1.5
_REACH = 0.75  # em around a formula, in which its ink goes on
MOST_PIECES = 6000  # of a page's formulas; a page full of them has 2,500
_READ = 60.0  # Tesseract's confidence of a word that is no part of one


def formula_boxes(hints: Sequence[Region], lines: Sequence[Line]) -> list[Box]:
    """What the layout model sees, and indented lines that have no words.

    None where it sees no formula, and no such line relates anything: nothing is looked for on other pages.
    """
    seen = [hint.bbox for hint in hints if hint.label in FORMULA_LABELS and hint.score >= _SEEN]
    prose = [line.box for line in lines if _words(line) >= _PROSE_WORDS]
    short = [line for line in lines if _words(line) < _WORDS and any(_is_indented(line, box) for box in prose)]
    if len(short) > _MOST_SHORT:  # a table
        return seen
    if not seen and not any(_RELATION in line.text for line in short):
        return []
    return seen + [line.box for line in short if not any(contains_centre(box, line.box) for box in seen)]


def _is_indented(line: Line, prose: Box) -> bool:
    """Whether a line stands in the column of a line of prose, and begins where no paragraph does."""
    return prose[0] + _INDENT * line.em < line.box[0] and line.box[2] < prose[2] + line.em


def _words(line: Line) -> int:
    """Words of letters that were read for sure."""
    return sum(word.confidence >= _SURE and len(word.text) >= 4 and word.text.isalpha() for word in line.words)


def zone_pieces(
    pieces: Sequence[Piece], boxes: Sequence[Box], lines: Sequence[Line], em: float, numbers: Sequence[Box] = ()
) -> list[Piece]:
    """The pieces of ink of the formulas in these boxes, and of their ``numbers``."""
    prose = [
        word.box
        for line in lines
        for word in line.words
        if word.confidence >= _READ and not any(contains_centre(box, word.box) for box in boxes)
    ]
    x = np.array([(p.box[0] + p.box[2]) / 2 for p in pieces])
    y = np.array([(p.box[1] + p.box[3]) / 2 for p in pieces])

    def inside(areas: Sequence[Box], pad: float) -> np.ndarray:
        found = np.zeros(len(pieces), bool)
        for x0, y0, x1, y1 in areas:
            found |= (x >= x0 - pad) & (x <= x1 + pad) & (y >= y0 - pad) & (y <= y1 + pad)
        return found

    read = inside(prose, 0.1 * em)
    mine = inside(boxes, 0.0) | inside(numbers, 0.1 * em)
    new = mine
    while new.any() and mine.sum() <= MOST_PIECES:
        around = [pieces[n].box for n in np.flatnonzero(new).tolist()]
        new = inside(around, _REACH * em) & ~read & ~mine
        mine = mine | new
    return [pieces[n] for n in np.flatnonzero(mine).tolist()]
