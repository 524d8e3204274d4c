"""A formula that stands by itself, and what stands around it: a frame, the rules of a table, other text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_service.text_layer.formulas.inline_runs import SymbolsOfPage
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.formulas.prose import has_gutter, is_long_word
from ocr_service.text_layer.lines.words import LayerLine

_FRAME = 1.2  # em from a formula to the frame around it
_COLUMN = 0.9  # em of white between two columns of a table


@dataclass(slots=True)
class Display:
    """The lines of a formula, the numbers and comments beside it, its rules, its frame.

    ``bottom``: where it ends, while lines are collected.
    """

    lines: list[LayerLine]
    numbers: list[LayerLine] = field(default_factory=list)
    comments: list[LayerLine] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    frame: list[Bar] = field(default_factory=list)
    bottom: float = 0.0

    @property
    def all_lines(self) -> list[LayerLine]:
        return [*self.lines, *self.numbers, *self.comments]

    @property
    def glyphs(self) -> set[int]:
        return {i for line in self.all_lines for i in line.glyphs}

    @property
    def box(self) -> tuple[float, float, float, float]:
        boxes = [line.box for line in self.lines]
        return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def frame_of(zone: Display, bars: Sequence[Bar]) -> list[Bar]:
    r"""The upper and lower side of the frame close around it (``\fbox``), where it has one."""
    x0, y0, x1, y1 = zone.box
    size = max(line.size for line in zone.lines)
    room = _FRAME * size
    around = [
        b for b in bars if b.boxed and x0 - room < b.x0 <= x0 and x1 <= b.x1 < x1 + room and y0 - room < b.y < y1 + room
    ]
    above, below = [b for b in around if b.y < y0], [b for b in around if b.y > y1]
    alike = len(above) == len(below) == 1 and max(abs(above[0].x0 - below[0].x0), abs(above[0].x1 - below[0].x1)) < 2
    return [*above, *below] if alike else []


def is_table(zone: Display, bars: Sequence[Bar]) -> bool:
    """Whether rules that reach beyond it, or several of its width, part its lines; a frame does not."""
    x0, y0, x1, y1 = zone.box
    size = max(line.size for line in zone.lines)
    near = [b for b in bars if y0 - 1.2 * size < b.y < y1 + 1.2 * size and b not in zone.frame]
    wider = [b for b in near if b.x0 < x0 - 0.3 * size and b.x1 > x1 + 0.3 * size]
    whole = [b for b in near if b.x0 < x0 + 0.2 * size and b.x1 > x1 - 0.2 * size]
    return len(wider) > 0 or len(whole) > 1


def is_beside(number: LayerLine, zone: Display) -> bool:
    """Whether an equation's number stands at the height of one."""
    _, y0, _, y1 = zone.box
    middle = (number.box[1] + number.box[3]) / 2
    level = [line for line in zone.lines if line.box[1] < number.box[3] and number.box[1] < line.box[3]]
    behind = all(number.box[0] > line.box[2] - 0.1 * number.size for line in level)
    before = all(number.box[2] < line.box[0] + 0.1 * number.size for line in level)
    return y0 - 0.4 * number.size < middle < y1 + 0.4 * number.size and (behind or before)


def bars_of(zone: Display, bars: Sequence[Bar]) -> list[Bar]:
    """The rules in its place that are no sides of frames."""
    x0, y0, x1, y1 = zone.box
    size = max(line.size for line in zone.lines)
    near = [b for b in bars if y0 - 0.4 * size < b.y < y1 + 0.4 * size and not b.boxed]
    return [b for b in near if x0 - 0.4 * size < b.x0 and b.x1 < x1 + 0.4 * size]


def has_neighbours(zone: Display, lines: Sequence[LayerLine], strips: Sequence[tuple[float, float]]) -> bool:
    """Whether other text stands beside it in its column, as in a table."""
    mine = zone.glyphs
    _, y0, _, y1 = zone.box
    for line in lines:
        if not mine.isdisjoint(line.glyphs):
            continue
        shared = min(y1, line.box[3]) - max(y0, line.box[1])
        if shared > 0.5 * (line.box[3] - line.box[1]) and not has_gutter(line.box, zone.box, strips):
            return True
    return False


def cells_of(zone: Display, bars: Sequence[Bar], page: SymbolsOfPage) -> list[Display]:
    """Its lines without words by the cells of a table, which white or a rule parts, each with its rules."""
    size = max(line.size for line in zone.lines)
    columns: list[list[LayerLine]] = []
    right = float("-inf")
    lines = [line for line in zone.lines if not any(is_long_word(word, page) for word in line.words)]
    for line in sorted(lines, key=lambda line: line.box[0]):
        if line.box[0] - right > _COLUMN * size:
            columns.append([])
        columns[-1].append(line)
        right = max(right, line.box[2])
    cells = [cell for column in columns for cell in _between_rules(Display(column), bars)]
    for cell in cells:
        cell.bars = bars_of(cell, bars)
    return cells


def _between_rules(column: Display, bars: Sequence[Bar]) -> list[Display]:
    """The lines of a column of cells, parted where a rule that is wider than they are lies between them."""
    x0, y0, x1, y1 = column.box
    wide = 0.3 * max(line.size for line in column.lines)
    edges = sorted(b.y for b in bars if b.x0 < x0 - wide and b.x1 > x1 + wide and y0 < b.y < y1)
    parts: dict[int, list[LayerLine]] = {}
    for line in column.lines:
        parts.setdefault(bisect_right(edges, (line.box[1] + line.box[3]) / 2), []).append(line)
    return [Display(parts[place]) for place in sorted(parts)]


def is_built_up(zone: Display, page: SymbolsOfPage) -> bool:
    """Whether its lines say nothing one by one: it has fractions, roots, or signs of several lines."""
    symbols = [page.symbol(i) for line in zone.lines for i in line.glyphs]
    large = any(s is not None and (s.encoding == "OMX" or s.kind == "radical") for s in symbols)
    return len(zone.lines) > 1 and (large or bool(zone.bars))
