"""The order in which a person reads the boxes of a page: an XY cut (Nagy and Seth, 1984) that knows columns.

A page falls apart at its horizontal white bands into strips. Neighbouring strips that share a clean vertical gutter are
columns and are read column by column; what crosses the gutter (a full-width title, a table) ends them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from ocr_service.document import FIGURE_LABELS, Box, Region
from ocr_service.geometry.boxes import enclosing

FLOAT_LABELS = FIGURE_LABELS | {"table"}
_INSIDE_COLUMN = 0.6  # of the narrower of a box and a column
_REACHES = 0.05  # of a column: what is wider stands in it too
_LEVEL, _NARROW, _LOW = 0.6, 0.8, 0.5  # of a line's height, and of the columns' width and height under a row of heads
_STRIPS_UNDER = 3  # that show how high the columns are: the first may be their first lines
_ALIGNED, _UNDER = 0.5, 2.0  # of a heading's height: how far its column begins beside it, and below it
_WIDE_COLUMN = 0.45  # of the other's width: two columns around a picture, or one beside two
_TALL_COLUMN, _FULL_COLUMN = 0.25, 0.6  # of their height: what their own boxes fill, and these with the picture
_LONGER = 1.15  # times as high as a picture are the columns around it; a row of labels is not
_AT_THE_END, _HAIR = 0.9, 0.02  # of the columns' height
_BESIDE = 0.5  # of a box's height that has text beside it
_MOST_WRAPPED = 80  # boxes; more are no page of text, and comparing them takes long
_LONG_HEADING = 2.0  # of its height
_TOUCHES = 0.1  # of a heading's height: how far the boxes of lines above and below may reach into it
_LEADS = 0.7  # of the white below a heading there is above it; above a paragraph's last line there is less
_WHITER = 1.5  # times the white between the lines of a block
_WHITE_OF_ROWS, _LEVEL_TOPS = 0.9, 1.0  # of a line's height: above a row of blocks, and between the tops of these
_LONG_ROW = 3.0  # lines that stand alone under a row of blocks, at least
_SHORT_LINE = 0.85  # of the column's width: running text fills it
_SAME_TOP, _LIKE_BOTTOM = 0.04, 0.25  # of the height of a row of tables: a cell of two lines makes one longer
_PARTED = 1.5  # of a heading's height: the white around it, and that beside it
_NEAR_HEADING = 2.0  # of a heading's height, from the columns above and to those below it


def order_regions(regions: Sequence[Region], width: int) -> list[Region]:
    """The regions in reading order, ``order`` set from 0. ``width`` of the page in pixels: the gutters' goes by it."""
    floats = [index for index, region in enumerate(regions) if region.label in FLOAT_LABELS]
    ranks = reading_order([region.bbox for region in regions], min_gutter=max(4, width // 200), floats=floats)
    return [replace(regions[index], order=place) for place, index in enumerate(ranks)]


def reading_order(boxes: Sequence[Box], *, min_gutter: int, floats: Collection[int] = ()) -> list[int]:
    """Indices of ``boxes`` in reading order.

    ``min_gutter``: pixels of white between columns, at least. ``floats``: the boxes that are tables or figures.
    """
    return _order(boxes, list(range(len(boxes))), min_gutter, floats)


def _order(boxes: Sequence[Box], indices: list[int], min_gutter: int, floats: Collection[int]) -> list[int]:
    if len(indices) < 2:
        return indices
    groups = _join_columns(boxes, _strips(boxes, indices), min_gutter, floats)
    if len(groups) > 1:
        return [index for group in groups for index in _order(boxes, group, min_gutter, floats)]
    columns = _columns(boxes, indices, min_gutter)
    if len(columns) > 1 and _beside(boxes, columns):
        return [index for column in columns for index in _order(boxes, column, min_gutter, floats)]
    wrapped = _wrapped(boxes, indices, min_gutter)
    if wrapped:
        return [index for part in wrapped for index in _order(boxes, part, min_gutter, floats)]
    # Boxes that overlap without a white band between them: from the top, then from the left.
    return sorted(indices, key=lambda i: (boxes[i][1], boxes[i][0]))


def _strips(boxes: Sequence[Box], indices: Sequence[int]) -> list[list[int]]:
    """Cut at horizontal white bands, allowing boxes to overlap by a little (slanted lines, generous detectors)."""
    strips: list[list[int]] = []
    bottom = 0.0
    for index in sorted(indices, key=lambda i: boxes[i][1]):
        _, y0, _, y1 = boxes[index]
        slack = min(0.25 * (y1 - y0), 12)
        if strips and y0 + slack < bottom:
            strips[-1].append(index)
        else:
            strips.append([index])
        bottom = max(bottom, y1)
    return strips


def _columns(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> list[list[int]]:
    columns: list[list[int]] = []
    right = 0
    for index in sorted(indices, key=lambda i: boxes[i][0]):
        x0, _, x1, _ = boxes[index]
        if columns and x0 < right + min_gutter:
            columns[-1].append(index)
        else:
            columns.append([index])
        right = max(right, x1)
    return columns


def _beside(boxes: Sequence[Box], columns: Sequence[Sequence[int]]) -> bool:
    """Whether any two columns have boxes at the same height: else it is one column that steps sideways."""
    for left, column in enumerate(columns):
        for other in columns[left + 1 :]:
            for a in column:
                for b in other:
                    if min(boxes[a][3], boxes[b][3]) - max(boxes[a][1], boxes[b][1]) > 0:
                        return True
    return False


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


def _wrapped(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> list[list[int]]:
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


def _goes_on(upper: Sequence[int], wrapped: Sequence[Sequence[int]]) -> bool:
    """Whether ``upper`` is more than one part of what is ``wrapped``: a title over the columns is none of them."""
    return sum(any(i in part for i in upper) for part in wrapped) > 1


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


def _join_columns(
    boxes: Sequence[Box], strips: list[list[int]], min_gutter: int, floats: Collection[int]
) -> list[list[int]]:
    """Neighbouring strips that are cut by one gutter become one group."""
    groups: list[list[int]] = []
    for place, strip in enumerate(strips):
        if groups:
            union = groups[-1] + strip
            columns = _columns(boxes, union, min_gutter)
            cut = next((at for at in range(place, len(strips)) if _is_cut(boxes, strips[at], min_gutter)), place)
            following = strips[place + 1] if place + 1 < len(strips) else []
            whole = _with_following(boxes, strips[place : place + _STRIPS_UNDER], min_gutter)
            kept = len(columns) > 1 and _keep_to_columns(boxes, groups[-1], whole, min_gutter)
            if (
                kept
                and not _is_another_row(boxes, groups[-1], strips[place:], min_gutter)
                and not _follows_a_row_of_floats(boxes, strips[place - 1], strip, min_gutter, floats)
                and not _is_row_of_heads(boxes, groups[-1], strips[cut : cut + _STRIPS_UNDER], min_gutter)
                and not _begins_new_columns(boxes, groups[-1], strip, following, min_gutter)
            ):
                groups[-1] = union
                continue
            if not kept and _goes_on(groups[-1], _wrapped(boxes, union, min_gutter)):
                groups[-1] = union
                continue
            led = _leading(boxes, groups[-1], strip, min_gutter)
            groups[-1] = [index for index in groups[-1] if index not in led]
            strip = [*led, *strip]
        groups.append(list(strip))
    return groups


def _with_following(boxes: Sequence[Box], strips: Sequence[Sequence[int]], min_gutter: int) -> list[int]:
    """The first strip; where it is cut, with the next ones of the same columns: its own boxes may be short heads."""
    whole = list(strips[0])
    columns = len(_columns(boxes, whole, min_gutter))
    for strip in strips[1:] if _is_cut(boxes, whole, min_gutter) else ():
        if not _is_cut(boxes, strip, min_gutter) or len(_columns(boxes, [*whole, *strip], min_gutter)) != columns:
            break
        whole += strip
    return whole


def _follows_a_row_of_floats(
    boxes: Sequence[Box], upper: Sequence[int], strip: Sequence[int], min_gutter: int, floats: Collection[int]
) -> bool:
    """Whether tables or figures that begin at one height, and end near one, stand above ``strip``, which is alone.

    Such a row is read across: text under the first of them is the page's, as in a report, not a column's.
    """
    if len(upper) < 2 or not all(i in floats for i in upper) or _is_cut(boxes, strip, min_gutter):
        return False
    tops, bottoms = [boxes[i][1] for i in upper], [boxes[i][3] for i in upper]
    height = max(bottoms) - min(tops)
    return max(tops) - min(tops) <= _SAME_TOP * height and max(bottoms) - min(bottoms) <= _LIKE_BOTTOM * height


def _is_another_row(
    boxes: Sequence[Box], upper: Sequence[int], strips: Sequence[Sequence[int]], min_gutter: int
) -> bool:
    """Whether blocks of short lines stand beside each other in ``upper``, and what is under white below them is new.

    Such are the sender and the number of an invoice, and under them whom it is for and where it goes, or text from the
    left: no text flows from one row of them to the next. ``strips``: from the one on that may begin the row.
    """
    if not _is_cut(boxes, upper, min_gutter) or not _are_short(boxes, _columns(boxes, upper, min_gutter)):
        return False
    line = statistics.median(boxes[i][3] - boxes[i][1] for i in upper)
    white = min(boxes[i][1] for i in strips[0]) - max(boxes[i][3] for i in upper)
    if white < _WHITE_OF_ROWS * line:
        return False
    alone = list(takewhile(lambda strip: not _is_cut(boxes, strip, min_gutter), strips))
    inside = [i for strip in alone for i in strip]
    if alone and boxes[inside[-1]][3] - boxes[inside[0]][1] > _LONG_ROW * line:
        return True
    steps = [
        boxes[b][1] - boxes[a][3]
        for column in _columns(boxes, upper, min_gutter)
        for a, b in pairwise(sorted(column, key=lambda i: boxes[i][1]))
    ]
    if steps and white < _WHITER * statistics.median(steps):
        return False
    row: list[int] = []
    for strip in strips:
        if len(_columns(boxes, [*upper, *row, *strip], min_gutter)) < 2:
            break
        row += strip
    columns = _columns(boxes, row, min_gutter)
    blocks = min(len(column) for column in (*columns, *_columns(boxes, upper, min_gutter)))
    tops = [min(boxes[i][1] for i in column) for column in columns]
    level = max(tops) - min(tops) <= _LEVEL_TOPS * line
    return len(columns) > 1 and blocks > 1 and level and _are_short(boxes, columns)


def _are_short(boxes: Sequence[Box], columns: Sequence[Sequence[int]]) -> bool:
    """Whether nothing fills a column, as running text does: of what is as wide as all ``boxes`` are together."""
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    return all(boxes[i][2] - boxes[i][0] < _SHORT_LINE * width / len(columns) for column in columns for i in column)


def _is_row_of_heads(
    boxes: Sequence[Box], upper: Sequence[int], strips: Sequence[Sequence[int]], min_gutter: int
) -> bool:
    """Whether ``upper`` is read across, before the columns under it: names of authors, a newspaper's date and price.

    Its parts end at one height, and are narrower than the columns. ``strips``: what is under it; the first is cut into
    the columns, which the others go on with.
    """
    lower = strips[0]
    heads = [enclosing([boxes[i] for i in column]) for column in _columns(boxes, upper, min_gutter)]
    below = [enclosing([boxes[i] for i in column]) for column in _columns(boxes, lower, min_gutter)]
    if len(heads) < 2 or len(below) < 2:
        return False
    line = min(boxes[i][3] - boxes[i][1] for i in upper)
    if len(heads) == len(below) and all(
        abs(head[0] - column[0]) < _ALIGNED * line and column[1] - head[3] < _UNDER * line
        for head, column in zip(heads, below, strict=True)
    ):
        return False  # each is the heading of its own column
    bottoms = [head[3] for head in heads]
    widest = min(column[2] - column[0] for column in below)
    deepest = max(boxes[i][3] for strip in strips for i in strip)
    return max(bottoms) - min(bottoms) < _LEVEL * line and all(
        head[2] - head[0] < _NARROW * widest and head[3] - head[1] < _LOW * (deepest - column[1])
        for head in heads
        for column in below
    )


def _begins_new_columns(
    boxes: Sequence[Box], upper: Sequence[int], strip: Sequence[int], lower: Sequence[int], min_gutter: int
) -> bool:
    """Whether ``strip`` is one heading with nothing beside it, where all columns above end and all below begin.

    It begins at the left: a heading in another column is that column's. A limit over a sum is no heading.
    """
    if len(strip) > 1 or not _is_cut(boxes, upper, min_gutter) or not _is_cut(boxes, lower, min_gutter):
        return False
    left, top, right, bottom = boxes[strip[0]]
    if right - left < _LONG_HEADING * (bottom - top):
        return False
    first = min(_columns(boxes, upper, min_gutter), key=lambda column: min(boxes[i][0] for i in column))
    if left >= max(boxes[i][2] for i in first):
        return False
    near = _NEAR_HEADING * (bottom - top)
    ends = [max(boxes[i][3] for i in column) for column in _columns(boxes, upper, min_gutter)]
    starts = [min(boxes[i][1] for i in column) for column in _columns(boxes, lower, min_gutter)]
    beside = -_TOUCHES * (bottom - top)  # nearer is text beside it: the white there parts two paragraphs of a column
    near_all = all(beside < top - end < near for end in ends) and all(
        beside < start - bottom < near for start in starts
    )
    # White as between two lines is that of a column which goes on beside the heading.
    parted = all(start - end > _PARTED * (bottom - top) for start, end in zip(starts, ends, strict=True))
    return near_all and parted and top - ends[0] > _LEADS * (starts[0] - bottom)


def _leading(boxes: Sequence[Box], group: Sequence[int], strip: Sequence[int], min_gutter: int) -> list[int]:
    """What stands last in the columns of ``group`` but leads ``strip``, which crosses them: a heading at the left.

    It is nearer to what follows it than to what it follows, and nothing stands beside it.
    """
    columns = _columns(boxes, group, min_gutter)
    if len(columns) < 2:
        return []
    last = max(group, key=lambda i: boxes[i][1])
    top, bottom = boxes[last][1], boxes[last][3]
    above = max((boxes[i][3] for i in group if i != last), default=top)
    below = min(boxes[i][1] for i in strip)
    return [last] if last in columns[0] and 0 <= below - bottom < 0.6 * (top - above) else []


def _keep_to_columns(boxes: Sequence[Box], upper: Sequence[int], lower: Sequence[int], min_gutter: int) -> bool:
    """Whether one of two strips is cut into columns and what is in the other stands in those columns.

    A title in the middle of the page reaches into one column only, where the heading of the other is short.
    """
    upper_cut, lower_cut = _is_cut(boxes, upper, min_gutter), _is_cut(boxes, lower, min_gutter)
    if upper_cut == lower_cut:
        return upper_cut
    cut, other = (upper, lower) if upper_cut else (lower, upper)
    spans = [
        (min(boxes[i][0] for i in column), max(boxes[i][2] for i in column))
        for column in _columns(boxes, cut, min_gutter)
    ]
    return all(
        any(_inside_column(boxes[index], span) for span in spans)
        and sum(_shared(boxes[index], span) > _REACHES * (span[1] - span[0]) for span in spans) < 2
        for index in other
    )


def _inside_column(box: Box, span: tuple[int, int]) -> bool:
    return _shared(box, span) > _INSIDE_COLUMN * min(box[2] - box[0], span[1] - span[0])


def _shared(box: Box, span: tuple[int, int]) -> int:
    return min(box[2], span[1]) - max(box[0], span[0])


def _is_cut(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> bool:
    columns = _columns(boxes, indices, min_gutter)
    return len(columns) > 1 and _beside(boxes, columns)
