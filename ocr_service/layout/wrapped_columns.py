"""Two columns whose text goes around a picture or a quotation that lies over the gutter between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing

_WIDE_COLUMN = 0.45  # of the other's width: two columns around a picture, or one beside two
_TALL_COLUMN, _FULL_COLUMN = 0.25, 0.6  # of their height: what their own boxes fill, and these with the picture
_LONGER = 1.15  # times as high as a picture are the columns around it; a row of labels is not
_AT_THE_END, _HAIR = 0.9, 0.02  # of the columns' height
_BESIDE = 0.5  # of a box's height that has text beside it
_MOST_WRAPPED = 80  # boxes; more are no page of text, and comparing them takes long


@dataclass(frozen=True, slots=True)
class _Gutter:
    """Where two columns part, by indices of boxes: the columns, and what lies above, over and below the white."""

    left: list[int]
    right: list[int]
    above: list[int]
    over: list[int]
    below: list[int]
    sides: list[list[Box]]  # the boxes of the columns
    lying_over: list[Box]

    def crossing(self) -> float:
        return _crossing(self.sides, self.lying_over)


def wrapped_parts(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> list[list[int]]:
    """Two columns, and before them what lies on the gutter between them with their text beside it; empty if none does.

    A picture or a quotation over both columns interrupts neither where it is read first, a page's number where last.
    """
    if len(indices) > _MOST_WRAPPED:
        return []
    best, least = None, math.inf
    for x in sorted({boxes[i][0] for i in indices}):
        gutter = _gutter_at(x, boxes, indices, min_gutter)
        if gutter is None:
            continue
        crossing = gutter.crossing()
        if crossing < least and _narrow_around(gutter.lying_over, gutter.sides):
            best, least = gutter, crossing
    return _parts_in_order(boxes, best) if best else []


def goes_on(upper: Sequence[int], wrapped: Sequence[Sequence[int]]) -> bool:
    """Whether ``upper`` is more than one part of what is ``wrapped``: a title over the columns is none of them."""
    return sum(any(i in part for i in upper) for part in wrapped) > 1


def _gutter_at(x: int, boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> _Gutter | None:
    """None where no two columns part left of ``x``, or nothing lies over the white with their text beside it."""
    left = [i for i in indices if boxes[i][2] <= x - min_gutter]
    right = [i for i in indices if boxes[i][0] >= x]
    across = [i for i in indices if boxes[i][0] < x < boxes[i][2] + min_gutter]
    if not left or not right or not across:
        return None
    sides = [[boxes[i] for i in side] for side in (left, right)]
    above, over, below = _by_height(boxes, across, sides)
    return _Gutter(left, right, above, over, below, sides, [boxes[i] for i in over]) if over else None


def _parts_in_order(boxes: Sequence[Box], gutter: _Gutter) -> list[list[int]]:
    last = [i for i in gutter.over if _is_at_the_end(boxes[i], gutter.sides)]
    first = gutter.above + [i for i in gutter.over if i not in last]
    return [part for part in (first, gutter.left, gutter.right, last + gutter.below) if part]


def _crossing(sides: Sequence[Sequence[Box]], over: Sequence[Box]) -> float:
    """How much lies over a gutter; more where the sides are uneven, as at the edge that a column narrows to."""
    narrow, wide = sorted(_width(side) for side in sides)
    return sum((b[2] - b[0]) * (b[3] - b[1]) for b in over) * (wide / narrow) ** 2


def _by_height(
    boxes: Sequence[Box], across: Sequence[int], sides: Sequence[Sequence[Box]]
) -> tuple[list[int], list[int], list[int]]:
    """What lies over a gutter: above the columns, beside their text, and below them."""
    _, top, _, bottom = enclosing([box for side in sides for box in side])
    hair = _HAIR * (bottom - top)
    above = [i for i in across if boxes[i][3] < top + hair]
    below = [i for i in across if boxes[i][1] > bottom - hair]
    return above, [i for i in across if i not in above and i not in below], below


def _is_at_the_end(box: Box, sides: Sequence[Sequence[Box]]) -> bool:
    _, top, _, bottom = enclosing([other for side in sides for other in side])
    return (box[1] + box[3]) / 2 > top + _AT_THE_END * (bottom - top)


def _narrow_around(over: Sequence[Box], sides: Sequence[Sequence[Box]]) -> bool:
    """Whether the ``sides`` are columns of one height together with what lies ``over`` both.

    What begins right of the left column lies over neither: it is a paragraph beside what is indented in its column.
    """
    _, y0, _, y1 = enclosing([*over, *(box for side in sides for box in side)])
    height = y1 - y0
    narrow, wide = sorted(_width(side) for side in sides)
    columns = narrow >= _WIDE_COLUMN * wide and all(
        _covered(side) >= _TALL_COLUMN * height and _covered([*side, *over]) >= _FULL_COLUMN * height for side in sides
    )
    beside = [box for side in sides for box in side]
    left, right = max(box[2] for box in sides[0]), min(box[0] for box in sides[1])
    on_both = all(b[0] < left and right < b[2] for b in over)
    return columns and on_both and all(_LONGER * (b[3] - b[1]) <= height and _is_wrapped(b, beside) for b in over)


def _is_wrapped(box: Box, others: Sequence[Box]) -> bool:
    """Whether most of the height of ``box`` has something beside it."""
    beside = [(max(box[1], other[1]), min(box[3], other[3])) for other in others]
    return _length(beside) > _BESIDE * (box[3] - box[1])


def _covered(boxes: Sequence[Box]) -> int:
    return _length([(box[1], box[3]) for box in boxes])


def _length(spans: Sequence[tuple[int, int]]) -> int:
    """How long the spans are together, counting what several share once."""
    total, reached = 0, None
    for start, end in sorted(spans):
        start = start if reached is None else max(start, reached)
        if end > start:
            total += end - start
            reached = end
    return total


def _width(boxes: Sequence[Box]) -> int:
    return max(box[2] for box in boxes) - min(box[0] for box in boxes)
