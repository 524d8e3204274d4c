"""The columns of a page, as its running text shows them: no row of a table goes from one into the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.lines.uneven_columns import uneven_columns
from ocr_service.tesseract.words import Line, Word, make_line

_LINES = 3  # of running text that begin and end one under the other
_RAGGED_LINES = 8  # the same, that only begin so
_OFF = 0.8  # em that their edges are off
_WHITE = 0.8  # em between two columns
_MOST = 8  # gutters of a page
_RULED_IN = 2.0  # inches: a ruling line so long parts columns
_ACROSS, _MOST_ACROSS = 0.5, 0.05  # em of a word on both sides of it; of the lines beside it
_WIDTH = 0.6  # of a column's width that what stands beside it has at least


@dataclass(frozen=True, slots=True)
class Gutter:
    """White at ``x`` beside a column of running text that goes from ``top`` to ``bottom``, in pixels."""

    x: float
    top: int
    bottom: int

    def is_beside(self, box: Box) -> bool:
        return self.top <= _middle(box) <= self.bottom

    def parts(self, left: Box, right: Box) -> bool:
        """Whether two boxes of a row stand on its two sides."""
        return left[2] <= self.x <= right[0] and self.is_beside(left)


def page_gutters(lines: Sequence[Line], prose: Collection[Line], drawn: Sequence[Box] = ()) -> list[Gutter]:
    """White that nothing crosses beside a column. ``prose``: the lines of running text among ``lines``.

    ``drawn``: what may go over it without words there, as level ruling lines do and tables that a model is sure of.
    """
    found: list[Gutter] = []
    boxes = [box for line in lines for box in _runs(line, _WHITE * line.em)]
    for column, em in _columns(prose):
        for gutter in _beside(column, boxes, em):
            known = any(abs(other.x - gutter.x) < em for other in found)
            if not known and len(found) < _MOST:
                found.append(_extended(gutter, [*boxes, *drawn], _WIDTH * (column[2] - column[0])))
    for x, top, bottom in uneven_columns(lines):
        if not any(other.top < bottom and top < other.bottom for other in found):
            found.append(Gutter(x, top, bottom))
    return sorted(found, key=lambda gutter: gutter.x)


def _beside(column: Box, boxes: Sequence[Box], em: float) -> Iterator[Gutter]:
    """The gutters of a column, unless one of the ``boxes`` at its height goes over one of its edges."""
    left, top, right, bottom = column
    level = [box for box in boxes if top <= _middle(box) <= bottom]
    before = [box for box in level if box[2] < left + _OFF * em]
    after = [box for box in level if box[0] > right - _OFF * em]
    inside = [box for box in level if box[0] > left - _OFF * em and box[2] < right + _OFF * em]
    if len(before) + len(inside) + len(after) < len(level):
        return
    sides = [(enclosing(before), column)] if before else []
    sides += [(column, enclosing(after))] if after else []
    for a, b in sides:
        wide = min(a[2] - a[0], b[2] - b[0]) >= _WIDTH * (right - left)
        if wide and b[0] - a[2] >= _WHITE * em:
            yield Gutter((a[2] + b[0]) / 2, top, bottom)


def _extended(gutter: Gutter, boxes: Sequence[Box], wide: float) -> Gutter:
    """``gutter`` over the rows above and below it as far as a line is ``wide``, as no cell is, and nothing crosses it.

    Running text ends with paragraphs of a line or two, lists and headings, whose lines tell nothing by themselves, and
    tables stand among it.
    """
    top, bottom = gutter.top, gutter.bottom
    for below in (True, False):
        rows = sorted((_middle(box), box) for box in boxes if (_middle(box) > bottom if below else _middle(box) < top))
        for middle, box in rows if below else reversed(rows):
            level = [b for b in boxes if b[1] <= middle <= b[3]]
            if any(b[0] < gutter.x < b[2] for b in level):
                break
            if max(b[2] - b[0] for b in level) >= wide:
                top, bottom = min(top, box[1]), max(bottom, box[3])
    return Gutter(gutter.x, top, bottom)


def ruled_gutters(lines: Sequence[Line], upright: Sequence[Box], dpi: int) -> list[Gutter]:
    """The ``upright`` ruling lines that part columns: long ones that hardly a word lies across.

    On a filled form text is written over such lines.
    """
    found = []
    for x0, y0, x1, y1 in upright:
        if y1 - y0 < _RULED_IN * dpi:
            continue
        gutter = Gutter((x0 + x1) / 2, y0, y1)
        level = [line for line in lines if gutter.is_beside(line.box) and line.box[0] < gutter.x < line.box[2]]
        reach = [(word.box, _ACROSS * line.em) for line in level for word in line.words]
        across = sum(box[0] + near < gutter.x < box[2] - near for box, near in reach)
        if across <= _MOST_ACROSS * sum(gutter.is_beside(line.box) for line in lines):
            found.append(gutter)
    return found


def clear_of_gutters(box: Box, gutters: Sequence[Gutter], white: int) -> Box:
    """``box`` narrowed where it comes nearer to a gutter beside it than ``white`` pixels, or a hair into it."""
    x0, y0, x1, y1 = box
    for gutter in gutters:
        shared = min(y1, gutter.bottom) - max(y0, gutter.top)
        if shared <= 0:
            continue
        left, right = round(gutter.x) - white, round(gutter.x) + white
        if gutter.x - 2 * white < x1 < gutter.x + white and x0 < left:
            x1 = min(x1, left)
        elif gutter.x - white < x0 < gutter.x + 2 * white and right < x1:
            x0 = max(x0, right)
    return x0, y0, x1, y1


def split_at_gutters(lines: Sequence[Line], gutters: Sequence[Gutter]) -> list[Line]:
    """Lines that were read over a gutter become two."""
    result = list(lines)
    for gutter in gutters:
        result = [part for line in result for part in _split(line, gutter)]
    return result


def _split(line: Line, gutter: Gutter) -> list[Line]:
    left = [word for word in line.words if word.box[0] + word.box[2] < 2 * gutter.x]
    right = [word for word in line.words if word not in left]
    if not left or not right or not gutter.is_beside(line.box):
        return [line]
    return [replace(make_line(part, line.weight), em=line.em) for part in (left, right)]


def in_columns(words: Sequence[Word], gutters: Sequence[Gutter]) -> list[list[Word]]:
    """The words of each column, and as a part of their own those above and below, which are in none."""
    parts: dict[tuple[int, ...], list[Word]] = {}
    for word in words:
        key = tuple(2 * (word.box[0] > g.x) - 1 if g.is_beside(word.box) else 0 for g in gutters)
        parts.setdefault(key, []).append(word)
    return [parts[key] for key in sorted(parts)]


def _columns(prose: Collection[Line]) -> list[tuple[Box, float]]:
    """Boxes around lines that begin and end one under the other, and their type size; the highest first."""
    groups: list[list[Line]] = []
    for line in sorted(prose, key=lambda line: line.baseline):
        near = _OFF * line.em
        for group in groups:
            box = group[0].box
            if abs(box[0] - line.box[0]) < near and abs(box[2] - line.box[2]) < near:
                group.append(line)
                break
        else:
            groups.append([line])
    columns = [(enclosing([line.box for line in group]), group[0].em) for group in groups if len(group) >= _LINES]
    ordered = sorted(columns, key=lambda column: column[0][1] - column[0][3])
    return [*ordered, *_ragged_columns(prose)]


def _ragged_columns(prose: Collection[Line]) -> list[tuple[Box, float]]:
    """The same of lines that only begin one under the other."""
    groups: list[list[Line]] = []
    for line in sorted(prose, key=lambda line: (line.box[0], line.baseline)):
        if groups and line.box[0] - groups[-1][0].box[0] < _OFF * line.em:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(enclosing([line.box for line in group]), group[0].em) for group in groups if len(group) >= _RAGGED_LINES]


def _runs(line: Line, white: float) -> list[Box]:
    """The boxes of a line's words, as far as no ``white`` pixels part them."""
    boxes = [line.words[0].box]
    for word in line.words[1:]:
        if word.box[0] - boxes[-1][2] < white:
            boxes[-1] = enclosing([boxes[-1], word.box])
        else:
            boxes.append(word.box)
    return boxes


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
