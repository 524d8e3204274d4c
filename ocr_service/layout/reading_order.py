"""The order in which a person reads the boxes of a page: an XY cut (Nagy and Seth, 1984) that knows columns.

A page falls apart at its horizontal white bands into strips. Neighbouring strips that share a clean vertical gutter are
columns and are read column by column; what crosses the gutter (a full-width title, a table) ends them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ocr_service.document import FIGURE_LABELS, Box, Region
from ocr_service.layout.column_ends import (
    begins_new_columns,
    follows_a_row_of_floats,
    is_another_row,
    is_row_of_heads,
    leading,
)
from ocr_service.layout.columns import (
    STRIPS_UNDER,
    columns_of,
    is_cut,
    keep_to_columns,
    stand_beside,
    strips_of,
    with_following,
)
from ocr_service.layout.wrapped_columns import goes_on, wrapped_parts

FLOAT_LABELS = FIGURE_LABELS | {"table"}


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
    groups = _join_columns(boxes, strips_of(boxes, indices), min_gutter, floats)
    if len(groups) > 1:
        return [index for group in groups for index in _order(boxes, group, min_gutter, floats)]
    columns = columns_of(boxes, indices, min_gutter)
    if len(columns) > 1 and stand_beside(boxes, columns):
        return [index for column in columns for index in _order(boxes, column, min_gutter, floats)]
    parts = wrapped_parts(boxes, indices, min_gutter)
    if parts:
        return [index for part in parts for index in _order(boxes, part, min_gutter, floats)]
    # Boxes that overlap without a white band between them: from the top, then from the left.
    return sorted(indices, key=lambda i: (boxes[i][1], boxes[i][0]))


def _join_columns(
    boxes: Sequence[Box], strips: list[list[int]], min_gutter: int, floats: Collection[int]
) -> list[list[int]]:
    """Neighbouring strips that are cut by one gutter become one group."""
    groups: list[list[int]] = []
    for place, strip in enumerate(strips):
        if groups:
            union = groups[-1] + strip
            columns = columns_of(boxes, union, min_gutter)
            cut = next((at for at in range(place, len(strips)) if is_cut(boxes, strips[at], min_gutter)), place)
            following = strips[place + 1] if place + 1 < len(strips) else []
            whole = with_following(boxes, strips[place : place + STRIPS_UNDER], min_gutter)
            kept = len(columns) > 1 and keep_to_columns(boxes, groups[-1], whole, min_gutter)
            if (
                kept
                and not is_another_row(boxes, groups[-1], strips[place:], min_gutter)
                and not follows_a_row_of_floats(boxes, strips[place - 1], strip, min_gutter, floats)
                and not is_row_of_heads(boxes, groups[-1], strips[cut : cut + STRIPS_UNDER], min_gutter)
                and not begins_new_columns(boxes, groups[-1], strip, following, min_gutter)
            ):
                groups[-1] = union
                continue
            if not kept and goes_on(groups[-1], wrapped_parts(boxes, union, min_gutter)):
                groups[-1] = union
                continue
            led = leading(boxes, groups[-1], strip, min_gutter)
            groups[-1] = [index for index in groups[-1] if index not in led]
            strip = [*led, *strip]
        groups.append(list(strip))
    return groups
