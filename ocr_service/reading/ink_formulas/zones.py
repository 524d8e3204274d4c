"""Where formulas stand on a page that is read by eye: what the layout model sees of them, and the ink around."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np

from ocr_service.document import FORMULA_LABELS, Box, Region
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.reading.ink_formulas.numbers import EQUATION_NUMBER
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.tesseract.words import Line, Word
from ocr_service.text_layer.page.glyphs import Flags, Floats

_SEEN = 0.4  # score of the layout model
_WORDS, _PROSE_WORDS, _SURE = 3, 4, 85.0  # words of a line; Tesseract's confidence of one
_MOST_SHORT = 120  # lines of a page that may be formulas
_RELATION = "="
_INDENT = 1.7  # em; a paragraph's first line has 1.5
_REACH = 0.75  # em around a formula, in which its ink goes on
_STOP, _TO_STOP = 0.3, 1.2  # em of a full stop or a comma, and to one that has white before it
MOST_PIECES = 6000  # of a page's formulas; a page full of them has 2,500
_APART, _OVER = 1.5, 0.25  # em between two runs of words; over and under a formula's box what is of it
_EDGE = 0.5  # em from a column's left edge
_READ = 60.0  # Tesseract's confidence of a word that is no part of one


def formula_boxes(hints: Sequence[Region], lines: Sequence[Line]) -> list[Box]:
    """What the layout model sees, and indented lines that have no words.

    None where it sees no formula, and no such line relates anything: nothing is looked for on other pages.
    """
    seen = [hint.bbox for hint in hints if hint.label in FORMULA_LABELS and hint.score >= _SEEN]
    prose = [line.box for line in lines if _sure_words(line.words) >= _PROSE_WORDS]
    short = [
        line for line in lines if _sure_words(line.words) < _WORDS and any(_is_indented(line, box) for box in prose)
    ]
    if len(short) > _MOST_SHORT:  # a table
        return seen
    if not seen and not any(_RELATION in line.text for line in short):
        return []
    seen += _beside_numbers(lines, seen)
    return seen + [line.box for line in short if not any(contains_centre(box, line.box) for box in seen)]


def _beside_numbers(lines: Sequence[Line], seen: Sequence[Box]) -> list[Box]:
    """What stands at the left of an equation's number where nothing was read, to the edge of its column."""
    prose = prose_boxes(lines)
    found = []
    for line in lines:
        x0, y0, x1, y1 = line.box
        if len(line.words) > 1 or not EQUATION_NUMBER.fullmatch(line.text):
            continue
        if any(box[0] < x1 and box[1] < (y0 + y1) / 2 < box[3] for box in seen):
            continue
        edges = [box[0] for box in prose if box[0] < x0 and abs(box[2] - x1) < line.em]
        if edges and not any(
            other is not line and other.box[1] < (y0 + y1) / 2 < other.box[3] and min(edges) <= other.box[0] < x0
            for other in lines
        ):
            found.append((min(edges), y0, x0, y1))
    return found


def _is_indented(line: Line, prose: Box) -> bool:
    """Whether a line stands in the column of a line of prose, and begins where no paragraph does."""
    return prose[0] + _INDENT * line.em < line.box[0] and line.box[2] < prose[2] + line.em


def prose_boxes(lines: Sequence[Line]) -> list[Box]:
    """The lines of words, each column's by itself."""
    return [
        enclosing([word.box for word in run])
        for line in lines
        for run in _runs(line)
        if _sure_words(run) >= _PROSE_WORDS
    ]


def _sure_words(words: Sequence[Word]) -> int:
    """Words of letters that were read for sure."""
    texts = [word.text.rstrip(",.;:") for word in words if word.confidence >= _SURE]
    return sum(len(text) >= 4 and text.isalpha() for text in texts)


def _runs(line: Line) -> Iterator[list[Word]]:
    """The words of a line, parted where a column or the number of an equation begins."""
    run = [line.words[0]]
    for word in line.words[1:]:
        if word.box[0] - run[-1].box[2] > _APART * line.em:
            yield run
            run = []
        run.append(word)
    yield run


def _text_boxes(lines: Sequence[Line], boxes: Sequence[Box]) -> list[Box]:
    """What is text: the lines of prose, the words beside formulas, nothing of a formula's own line.

    ``boxes``: the formulas', which may have lines of prose between two of them, and end before their line does.
    """
    runs = [(run, line.em) for line in lines for run in _runs(line)]
    edges = sorted(run[0].box[0] for run, _ in runs if _sure_words(run) >= _PROSE_WORDS)
    formulas = np.array(boxes, float).reshape(-1, 4)
    text: list[Box] = []
    for run, em in runs:
        sure = _sure_words(run)
        if sure >= _PROSE_WORDS or ((sure > 1 or _sure_words(run[:2])) and _is_near(run[0].box[0], edges, _EDGE * em)):
            text.append(enclosing([word.box for word in run]))
        elif not any(_is_of_formula(word.box, formulas, em) for word in run):
            text += [word.box for word in run if word.confidence >= _READ]
    return text


def _is_of_formula(word: Box, formulas: Floats, em: float) -> bool:
    """Whether a word's middle lies in one of these boxes, or as near as what they are too small for."""
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    beside, over = _APART * em, _OVER * em
    across = (formulas[:, 0] - beside <= x) & (x <= formulas[:, 2] + beside)
    return bool((across & (formulas[:, 1] - over <= y) & (y <= formulas[:, 3] + over)).any())


def _is_near(x: int, edges: Sequence[int], slack: float) -> bool:
    """Whether one of the sorted ``edges`` is no farther from ``x`` than ``slack``."""
    at = bisect_left(edges, x - slack)
    return at < len(edges) and edges[at] <= x + slack


def zone_pieces(
    pieces: Sequence[Piece], boxes: Sequence[Box], lines: Sequence[Line], em: float, numbers: Sequence[Box] = ()
) -> list[Piece]:
    """The pieces of ink of the formulas in these boxes, and of their ``numbers``."""
    text = _text_boxes(lines, boxes)
    sides = np.array([p.box for p in pieces], float).reshape(-1, 4)
    middles = (sides[:, :2] + sides[:, 2:]) / 2

    def inside(areas: Sequence[Box], pad: float, left: Floats = middles[:, 0], right: Floats = middles[:, 0]) -> Flags:
        found, y = np.zeros(len(pieces), bool), middles[:, 1]
        for x0, y0, x1, y1 in areas:
            found |= (right >= x0 - pad) & (left <= x1 + pad) & (y >= y0 - pad) & (y <= y1 + pad)
        return found

    read = inside(text, 0.1 * em)
    stops = (sides[:, 2:] - sides[:, :2]).max(axis=1, initial=0.0) < _STOP * em
    mine = (inside(boxes, 0.0) & ~inside(text, 0.0)) | inside(numbers, 0.1 * em)
    new = mine
    while new.any() and mine.sum() <= MOST_PIECES:
        around = [pieces[n].box for n in np.flatnonzero(new).tolist()]
        new = inside(around, _REACH * em, sides[:, 0], sides[:, 2]) & ~read & ~mine
        new |= (
            stops & inside([(x0, y0, round(x1 + _TO_STOP * em), y1) for x0, y0, x1, y1 in around], 0.0) & ~read & ~mine
        )
        mine = mine | new
    return [pieces[n] for n in np.flatnonzero(mine).tolist()]
