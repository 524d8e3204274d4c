"""Braces over and under a part of a formula: where they are, what they span, and what is said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.text_layer.formulas.items import Bar, Item, Unbuildable, piled, spans
from ocr_service.text_layer.formulas.limits import in_one_run
from ocr_service.text_layer.formulas.rows import extents, limits_at

_SPACES = 1.6  # times the white of a run of signs: words have spaces
_LEVEL = 0.5  # em between the middles of its pieces: two ends and the two halves of its tip
_OVER = ["brace:0", "brace:3", "brace:2", "brace:1"]
_UNDER = ["brace:2", "brace:1", "brace:0", "brace:3"]


@dataclass(frozen=True, slots=True)
class Brace:
    """A level brace of four pieces, in pixels of the page. ``over``: it stands over what it spans."""

    pieces: list[Item]
    over: bool
    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def size(self) -> float:
        return self.pieces[0].size

    def fills(self, bar: Bar) -> bool:
        """Whether a rule is the filling between its pieces."""
        return self.y0 - 2 <= bar.y <= self.y1 + 2 and self.x0 - 2 <= bar.x0 and bar.x1 <= self.x1 + 2


def level_braces(items: Sequence[Item]) -> list[Brace]:
    """The braces from top to bottom. Raises Unbuildable where pieces make no whole one."""
    begun: list[list[Item]] = []
    for piece in sorted((item for item in items if item.kind == "brace"), key=lambda item: item.x0):
        near = [brace for brace in begun if abs(brace[-1].y - piece.y) < _LEVEL * piece.size]
        open_ones = [brace for brace in near if _goes_on(brace, piece)]
        if open_ones:
            min(open_ones, key=lambda brace: abs(brace[-1].y - piece.y)).append(piece)
        else:
            begun.append([piece])
    return sorted((_brace(pieces) for pieces in begun), key=lambda brace: brace.y0)


def _goes_on(begun: Sequence[Item], piece: Item) -> bool:
    """Whether a piece is the next one of a brace whose first pieces these are."""
    names = [item.latex for item in (*begun, piece)]
    return names in (_OVER[: len(names)], _UNDER[: len(names)])


def _brace(pieces: list[Item]) -> Brace:
    order = [item.latex for item in pieces]
    if order not in (_OVER, _UNDER):
        raise Unbuildable
    x0, x1 = min(i.x0 for i in pieces), max(i.x1 for i in pieces)
    y0, y1 = min(i.y0 for i in pieces), max(i.y1 for i in pieces)
    return Brace(pieces, order == _OVER, x0, x1, y0, y1)


def spanned_and_said(brace: Brace, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What a brace spans, and what stands on its other side."""
    reach = Bar(brace.x0, brace.x1, brace.y0, brace.y1)
    rest = spans(reach, [item for item in items if item.kind != "brace"], 0.1 * brace.size)
    above = [item for item in rest if item.y < brace.y0]
    below = [item for item in rest if item.y > brace.y1]
    size = brace.size
    if brace.over:
        heights = extents(below, limits_at(below, size))
        spanned = piled(below, [], brace.y1, False, 0.6 * size, 0.3 * size, heights)
        said = piled(above, [], brace.y0, True, 0.5 * size, 0.2 * size)
    else:
        heights = extents(above, limits_at(above, size))
        spanned = piled(above, [], brace.y0, True, 0.6 * size, 0.3 * size, heights)
        said = piled(below, [], brace.y1, False, 0.5 * size, 0.2 * size)
    return spanned, _with_rest(said, items)


def _with_rest(said: list[Item], items: Sequence[Item]) -> list[Item]:
    """What a brace says, with the rest of its line that is wider than the brace."""
    if not said:
        return []
    size = max(item.size for item in said)
    known = {id(item) for item in said}
    y0, y1 = min(item.y0 for item in said), max(item.y1 for item in said)
    level = [i for i in items if id(i) in known or (i.kind != "brace" and i.size < 1.1 * size and y0 <= i.y <= y1)]
    return in_one_run(said, level, _SPACES * size)
