"""Boxes of a page between its white: strips under one another, columns beside one another.

Boxes are told by their indices in all of the page's. ``min_gutter``: pixels of white between two columns, at least.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import Box

_INSIDE_COLUMN = 0.6  # of the narrower of a box and a column
_OVER = 0.25  # of a column, on each side of it
_REACHES = 0.05  # of a column: what is wider stands in it too
STRIPS_UNDER = 3  # that show how high the columns are: the first may be their first lines


def strips_of(boxes: Sequence[Box], indices: Sequence[int]) -> list[list[int]]:
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


def columns_of(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> list[list[int]]:
    """Cut at upright white bands, from the left."""
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


def stand_beside(boxes: Sequence[Box], columns: Sequence[Sequence[int]]) -> bool:
    """Whether any two columns have boxes at the same height: else it is one column that steps sideways."""
    for left, column in enumerate(columns):
        for other in columns[left + 1 :]:
            for a in column:
                for b in other:
                    if min(boxes[a][3], boxes[b][3]) - max(boxes[a][1], boxes[b][1]) > 0:
                        return True
    return False


def is_cut(boxes: Sequence[Box], indices: Sequence[int], min_gutter: int) -> bool:
    """Whether they are columns that stand beside each other."""
    columns = columns_of(boxes, indices, min_gutter)
    return len(columns) > 1 and stand_beside(boxes, columns)


def with_following(boxes: Sequence[Box], strips: Sequence[Sequence[int]], min_gutter: int) -> list[int]:
    """The first strip; where it is cut, with the next ones of the same columns: its own boxes may be short heads."""
    whole = list(strips[0])
    columns = len(columns_of(boxes, whole, min_gutter))
    for strip in strips[1:] if is_cut(boxes, whole, min_gutter) else ():
        if not is_cut(boxes, strip, min_gutter) or len(columns_of(boxes, [*whole, *strip], min_gutter)) != columns:
            break
        whole += strip
    return whole


def keep_to_columns(boxes: Sequence[Box], upper: Sequence[int], lower: Sequence[int], min_gutter: int) -> bool:
    """Whether one of two strips is cut into columns and what is in the other stands in those columns.

    A title in the middle of the page reaches into one column only, where the heading of the other is short.
    """
    upper_cut, lower_cut = is_cut(boxes, upper, min_gutter), is_cut(boxes, lower, min_gutter)
    if upper_cut == lower_cut:
        return upper_cut
    cut, other = (upper, lower) if upper_cut else (lower, upper)
    spans = [
        (min(boxes[i][0] for i in column), max(boxes[i][2] for i in column))
        for column in columns_of(boxes, cut, min_gutter)
    ]
    if len(spans) > 2 and any(_goes_over(boxes[index], span) for index in other for span in spans):
        return False
    return all(
        any(_inside_column(boxes[index], span) for span in spans)
        and sum(_shared(boxes[index], span) > _REACHES * (span[1] - span[0]) for span in spans) < 2
        for index in other
    )


def _inside_column(box: Box, span: tuple[int, int]) -> bool:
    return _shared(box, span) > _INSIDE_COLUMN * min(box[2] - box[0], span[1] - span[0])


def _goes_over(box: Box, span: tuple[int, int]) -> bool:
    """Whether a box reaches out of a column on both sides: a line in the middle of the page, over the middle column."""
    most = _OVER * (span[1] - span[0])
    return span[0] - box[0] > most and box[2] - span[1] > most


def _shared(box: Box, span: tuple[int, int]) -> int:
    return min(box[2], span[1]) - max(box[0], span[0])
