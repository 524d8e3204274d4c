"""Where columns end though what follows would fit into them: rows of heads, of blocks, of tables; headings.

Boxes are told by their indices in all of the page's. ``min_gutter``: pixels of white between two columns, at least.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from itertools import pairwise, takewhile

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.layout.columns import columns_of, is_cut

_LEVEL, _NARROW, _LOW = 0.6, 0.8, 0.5  # of a line's height, and of the columns' width and height under a row of heads
_ALIGNED, _UNDER = 0.5, 2.0  # of a heading's height: how far its column begins beside it, and below it
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


def is_row_of_heads(
    boxes: Sequence[Box], upper: Sequence[int], strips: Sequence[Sequence[int]], min_gutter: int
) -> bool:
    """Whether ``upper`` is read across, before the columns under it: names of authors, a newspaper's date and price.

    Its parts end at one height, and are narrower than the columns. ``strips``: what is under it; the first is cut into
    the columns, which the others go on with.
    """
    lower = strips[0]
    heads = [enclosing([boxes[i] for i in column]) for column in columns_of(boxes, upper, min_gutter)]
    below = [enclosing([boxes[i] for i in column]) for column in columns_of(boxes, lower, min_gutter)]
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


def begins_new_columns(
    boxes: Sequence[Box], upper: Sequence[int], strip: Sequence[int], lower: Sequence[int], min_gutter: int
) -> bool:
    """Whether ``strip`` is one heading with nothing beside it, where all columns above end and all below begin.

    It begins at the left, or stands in the middle of all: a heading in another column is that column's, and a formula
    in the middle of the first one is of that. A limit over a sum is no heading.
    """
    if len(strip) > 1 or not is_cut(boxes, upper, min_gutter) or not is_cut(boxes, lower, min_gutter):
        return False
    left, top, right, bottom = boxes[strip[0]]
    if right - left < _LONG_HEADING * (bottom - top):
        return False
    first = min(columns_of(boxes, upper, min_gutter), key=lambda column: min(boxes[i][0] for i in column))
    whole = enclosing([boxes[i] for i in (*upper, *lower)])
    from_middle, high = abs(left + right - whole[0] - whole[2]) / 2, bottom - top
    if left >= max(boxes[i][2] for i in first) or min(left - whole[0], from_middle) > high:
        return False
    near = _NEAR_HEADING * (bottom - top)
    ends = [max(boxes[i][3] for i in column) for column in columns_of(boxes, upper, min_gutter)]
    starts = [min(boxes[i][1] for i in column) for column in columns_of(boxes, lower, min_gutter)]
    beside = -_TOUCHES * (bottom - top)  # nearer is text beside it: the white there parts two paragraphs of a column
    near_all = all(beside < top - end < near for end in ends) and all(
        beside < start - bottom < near for start in starts
    )
    # White as between two lines is that of a column which goes on beside the heading. Where there are more columns
    # above than below, or less, which goes on in which is not known.
    beside_it = zip(starts, ends, strict=True) if len(starts) == len(ends) else ((min(starts), max(ends)),)
    parted = all(start - end > _PARTED * (bottom - top) for start, end in beside_it)
    return near_all and parted and top - ends[0] > _LEADS * (starts[0] - bottom)


def is_another_row(
    boxes: Sequence[Box], upper: Sequence[int], strips: Sequence[Sequence[int]], min_gutter: int
) -> bool:
    """Whether blocks of short lines stand beside each other in ``upper``, and what is under white below them is new.

    Such are the sender and the number of an invoice, and under them whom it is for and where it goes, or text from the
    left: no text flows from one row of them to the next. ``strips``: from the one on that may begin the row.
    """
    if not is_cut(boxes, upper, min_gutter) or not _are_short(boxes, columns_of(boxes, upper, min_gutter)):
        return False
    line = statistics.median(boxes[i][3] - boxes[i][1] for i in upper)
    white = min(boxes[i][1] for i in strips[0]) - max(boxes[i][3] for i in upper)
    if white < _WHITE_OF_ROWS * line:
        return False
    alone = list(takewhile(lambda strip: not is_cut(boxes, strip, min_gutter), strips))
    inside = [i for strip in alone for i in strip]
    if alone and boxes[inside[-1]][3] - boxes[inside[0]][1] > _LONG_ROW * line:
        return True
    steps = [
        boxes[b][1] - boxes[a][3]
        for column in columns_of(boxes, upper, min_gutter)
        for a, b in pairwise(sorted(column, key=lambda i: boxes[i][1]))
    ]
    if steps and white < _WHITER * statistics.median(steps):
        return False
    row: list[int] = []
    for strip in strips:
        if len(columns_of(boxes, [*upper, *row, *strip], min_gutter)) < 2:
            break
        row += strip
    columns = columns_of(boxes, row, min_gutter)
    blocks = min(len(column) for column in (*columns, *columns_of(boxes, upper, min_gutter)))
    tops = [min(boxes[i][1] for i in column) for column in columns]
    level = max(tops) - min(tops) <= _LEVEL_TOPS * line
    return len(columns) > 1 and blocks > 1 and level and _are_short(boxes, columns)


def _are_short(boxes: Sequence[Box], columns: Sequence[Sequence[int]]) -> bool:
    """Whether nothing fills a column, as running text does: of what is as wide as all ``boxes`` are together."""
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    return all(boxes[i][2] - boxes[i][0] < _SHORT_LINE * width / len(columns) for column in columns for i in column)


def follows_a_row_of_floats(
    boxes: Sequence[Box], upper: Sequence[int], strip: Sequence[int], min_gutter: int, floats: Collection[int]
) -> bool:
    """Whether tables or figures that begin at one height, and end near one, stand above ``strip``, which is alone.

    Such a row is read across: text under the first of them is the page's, as in a report, not a column's.
    """
    if len(upper) < 2 or not all(i in floats for i in upper) or is_cut(boxes, strip, min_gutter):
        return False
    tops, bottoms = [boxes[i][1] for i in upper], [boxes[i][3] for i in upper]
    height = max(bottoms) - min(tops)
    return max(tops) - min(tops) <= _SAME_TOP * height and max(bottoms) - min(bottoms) <= _LIKE_BOTTOM * height


def leading(boxes: Sequence[Box], group: Sequence[int], strip: Sequence[int], min_gutter: int) -> list[int]:
    """What stands last in the columns of ``group`` but leads ``strip``, which crosses them: a heading at the left.

    It is nearer to what follows it than to what it follows, and nothing stands beside it.
    """
    columns = columns_of(boxes, group, min_gutter)
    if len(columns) < 2:
        return []
    last = max(group, key=lambda i: boxes[i][1])
    top, bottom = boxes[last][1], boxes[last][3]
    above = max((boxes[i][3] for i in group if i != last), default=top)
    below = min(boxes[i][1] for i in strip)
    return [last] if last in columns[0] and 0 <= below - bottom < 0.6 * (top - above) else []
