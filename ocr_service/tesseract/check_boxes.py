"""Check boxes, told by their ink: a square outline of a letter's size, empty or with a mark in it.

Tesseract reads them as letters and brackets (``C]``, ``L``, ``M``), or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import Pieces
from ocr_service.geometry.numbering import EMPTY_BOX, TICKED_BOX
from ocr_service.tesseract.words import Line, Word, make_line

_SIDE = (0.55, 1.6)  # em
_SQUARE = 0.25  # by which width and height may differ
_STRAIGHT = 0.93  # of each side is inked; of a D or an 0, whose corners are round, at most 0.8
_GAP = 24  # pixels of a row or column of it, of which one may be white; the serifs of п and и leave more
_BAND = 0.16  # of a side's length, within which the side's stroke lies
_MARKED = (0.05, 0.85)  # of the inside that a mark inks; more is a filled square
_SMALL = 0.62  # em: small letters have 0.45 to 0.56
_SURE, _LETTERS = 80.0, 3  # Tesseract's confidence in a word of so many letters, which has no box in it
_SAME_LINE = 0.6  # em between the middles of a box and of its line


@dataclass(frozen=True, slots=True)
class CheckBox:
    box: Box
    ticked: bool


def check_boxes(pieces: Pieces, em: float, ink: Gray) -> list[CheckBox]:
    """The check boxes among the pieces of a sheet's ``ink``; ``em``: the page's usual type."""
    w, h = (pieces.boxes[:, side + 2] - pieces.boxes[:, side] for side in (0, 1))
    low, high = _SIDE[0] * em, _SIDE[1] * em
    square = (np.minimum(w, h) >= low) & (np.maximum(w, h) <= high) & (np.abs(w - h) <= _SQUARE * np.maximum(w, h))
    found = []
    for x0, y0, x1, y1 in pieces.boxes[square].tolist():
        inked = ink[y0:y1, x0:x1] > 0
        if _has_four_sides(inked):
            share = _inside(inked)
            if share < _MARKED[1]:
                found.append(CheckBox((x0, y0, x1, y1), share > _MARKED[0]))
    return found


def _has_four_sides(inked: npt.NDArray[np.bool_]) -> bool:
    height, width = inked.shape
    across, down = max(2, round(_BAND * width)), max(2, round(_BAND * height))
    sides = (inked[:down].any(0), inked[-down:].any(0), inked[:, :across].any(1), inked[:, -across:].any(1))
    return all(float(side.mean()) >= _STRAIGHT for side in sides) and _is_outline(inked, across, down)


def _is_outline(inked: npt.NDArray[np.bool_], across: int, down: int) -> bool:
    """Whether each side is one straight stroke: the ink of a row or column near the edge runs from end to end."""
    height, width = inked.shape
    rows, columns = inked.sum(axis=1), inked.sum(axis=0)
    level = min(rows[:down].max(), rows[-down:].max()) >= width - width // _GAP
    return bool(level and min(columns[:across].max(), columns[-across:].max()) >= height - height // _GAP)


def _inside(inked: npt.NDArray[np.bool_]) -> float:
    """The share of ink inside the outline."""
    height, width = inked.shape
    across, down = (max(3, round(0.24 * side)) for side in (width, height))
    inner = inked[down : height - down, across : width - across]
    return float(inner.mean()) if inner.size else 0.0


def with_check_boxes(lines: Sequence[Line], boxes: Sequence[CheckBox]) -> list[Line]:
    """``lines`` with each box as a word of its own, in place of what was read there."""
    rows = [list(line.words) for line in lines]
    alone: list[Line] = []
    for each in boxes:
        if any(_is_letter_of(word, line, each.box) for line in lines for word in line.words):
            continue
        word = Word(TICKED_BOX if each.ticked else EMPTY_BOX, each.box, 100.0)
        rows = [[kept for old in words if (kept := _without_box(old, each.box)) is not None] for words in rows]
        at = _line_of(each.box, lines, rows)
        if at is None:
            alone.append(make_line([word]))
        else:
            rows[at].append(word)
    return [make_line(words, line.weight) for line, words in zip(lines, rows, strict=True) if words] + alone


def _is_letter_of(word: Word, line: Line, box: Box) -> bool:
    """Whether a box is a letter such as п with its serifs: no higher than small letters, or in a word read for sure."""
    if not contains_centre(word.box, box):
        return False
    letters = sum(c.isalnum() for c in word.text)
    return box[3] - box[1] < _SMALL * line.em or (word.confidence >= _SURE and letters >= _LETTERS)


def _without_box(word: Word, box: Box) -> Word | None:
    """``word`` without the letters that stand for the box; None where it is all of it."""
    x0, y0, x1, y1 = word.box
    touches = x0 < box[2] and x1 > box[0] and y0 < box[3] and y1 > box[1]
    if word.text in (TICKED_BOX, EMPTY_BOX) or not touches:
        return word
    if contains_centre(box, word.box) or x1 - x0 < 1.6 * (box[2] - box[0]):
        return None
    letters = max(1, int(len(word.text) * (min(x1, box[2]) - max(x0, box[0])) / (x1 - x0)))
    if box[0] - x0 < x1 - box[2]:
        rest, place = word.text[letters:].lstrip("]|)"), (box[2] + 1, y0, x1, y1)
    else:
        rest, place = word.text[:-letters].rstrip("[|("), (x0, y0, box[0] - 1, y1)
    return replace(word, text=rest, box=place) if rest else None


def _line_of(box: Box, lines: Sequence[Line], rows: Sequence[Sequence[Word]]) -> int | None:
    """The nearest line on the box's height."""
    middle = (box[1] + box[3]) / 2
    best: tuple[float, int] | None = None
    for index, line in enumerate(lines):
        if not rows[index] or abs((line.box[1] + line.box[3]) / 2 - middle) > _SAME_LINE * line.em:
            continue
        gap = max(min(w.box[0] for w in rows[index]) - box[2], box[0] - max(w.box[2] for w in rows[index]), 0)
        if gap < 3 * line.em and (best is None or gap < best[0]):
            best = (gap, index)
    return best[1] if best else None
