"""Regions whose edges cut lines.

A detector's box may begin after the first words of a paragraph's lines, or end in the middle of its last line. What it
leaves out is often too little to be seen as a text of its own, and would be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ocr_service.document import FIGURE_LABELS, Box, Region
from ocr_service.geometry.boxes import area, enclosing, shared_area
from ocr_service.geometry.ink_areas import rows_and_members
from ocr_service.layout.text_ink import TextInk

_WORD_GAP = 0.8, 1.1  # em, and times a letter's height: after more of a gap another column begins
_CUT = 0.2  # of a row's height, and half of its width: what a region has at least of a row that its edge goes through
_OTHERS = 0.05  # of another region's area, which one that grows may have more of

_Boxes = npt.NDArray[np.int32]  # n x 4: x0 y0 x1 y1 in pixels of the reduced page


def with_whole_lines(regions: Sequence[Region], ink: TextInk) -> list[Region]:
    """The regions, grown to all of each line that they have a part of; figures stay as they are.

    A region does not grow over another one.
    """
    boxes = [ink.reduced(region.bbox) for region in regions]
    if not _is_ink_outside(ink, boxes):
        return list(regions)
    pieces = ink.pieces()
    owners = _owners(pieces.boxes, boxes)
    grown = list(boxes)
    for row, members in rows_and_members(pieces, np.ones(len(owners), bool), ink.ink.shape[:2], short=True):
        if (owners[members] >= 0).all():
            continue
        if (owners[members] < 0).all():
            claims = _cut_through(row.box, boxes)
        else:
            claims = _continued(pieces.boxes[members], owners[members], pieces.em)
        for place, box in claims.items():
            wider = enclosing([grown[place], box])
            if regions[place].label not in FIGURE_LABELS and not _meets_another(grown, place, wider):
                grown[place] = wider
    return [
        region if new == old else replace(region, bbox=enclosing([region.bbox, ink.on_page(new, pad=1)]))
        for region, old, new in zip(regions, boxes, grown, strict=True)
    ]


def _is_ink_outside(ink: TextInk, boxes: Sequence[Box]) -> bool:
    left = ink.strokes.copy()
    for x0, y0, x1, y1 in boxes:
        left[max(0, y0) : y1, max(0, x0) : x1] = 0
    return bool(boxes) and bool(left.any())


def _owners(pieces: _Boxes, boxes: Sequence[Box]) -> npt.NDArray[np.intp]:
    """The first of ``boxes`` that has a piece's middle, -1 where none has."""
    x, y = ((pieces[:, :2] + pieces[:, 2:]) / 2).T
    owners = np.full(len(pieces), -1, np.intp)
    for place, (x0, y0, x1, y1) in enumerate(boxes):
        owners[(owners < 0) & (x >= x0) & (x < x1) & (y >= y0) & (y < y1)] = place
    return owners


def _continued(row: _Boxes, owners: npt.NDArray[np.intp], em: float) -> dict[int, Box]:
    """What of a row no region has: the box around it, by the region that has the pieces beside it."""
    order = np.argsort(row[:, 0])
    row, owners = row[order], owners[order].copy()
    reach = max(_WORD_GAP[0] * em, _WORD_GAP[1] * float(np.median(row[:, 3] - row[:, 1])))
    near = np.maximum(0, row[1:, 0] - np.maximum.accumulate(row[:, 2])[:-1]) <= reach
    claims: dict[int, Box] = {}
    for step, places in ((1, range(1, len(row))), (-1, range(len(row) - 2, -1, -1))):
        for at in places:
            beside = at - step
            if owners[at] < 0 <= owners[beside] and near[min(at, beside)]:
                place = int(owners[beside])
                owners[at] = place
                x0, y0, x1, y1 = row[at].tolist()
                claims[place] = enclosing([claims.get(place, (x0, y0, x1, y1)), (x0, y0, x1, y1)])
    return claims


def _cut_through(row: Box, boxes: Sequence[Box]) -> dict[int, Box]:
    """A row that has its middle in no region, with the one whose upper or lower edge goes through it."""
    width, height = row[2] - row[0], row[3] - row[1]
    for place, box in enumerate(boxes):
        wide, high = (min(row[i + 2], box[i + 2]) - max(row[i], box[i]) for i in (0, 1))
        if wide >= 0.5 * width and high >= _CUT * height:
            return {place: row}
    return {}


def _meets_another(boxes: Sequence[Box], place: int, wider: Box) -> bool:
    return any(
        shared_area(wider, other) - shared_area(boxes[place], other) > _OTHERS * area(other)
        for at, other in enumerate(boxes)
        if at != place
    )
