"""Tables that stand sideways on an upright page, with the lines around them: found as if their text were level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import TITLE_LABELS, Box, moved_region
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.tesseract.blocks.compose import Insert, compose
from ocr_service.tesseract.prepare.ruling_lines import RulingLines
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.detection import find_tables
from ocr_service.tesseract.words import Line, make_line
from ocr_service.text_layer.page.glyphs import rotated_boxes

_LEAST_LINES = 4
_AROUND = 4.0  # em around a table where its caption and notes stand


@dataclass(frozen=True, slots=True)
class Sideways:
    """``inserts``: regions in pixels of the page; ``rest``: places of the lines that are in none of them."""

    inserts: list[Insert]
    rest: list[int]


def sideways_tables(lines: Sequence[Line], angle: int, sheet: Sheet) -> Sideways:
    """The tables of ``lines``, which stand at ``angle`` (90 or 270 degrees clockwise) on ``sheet``."""
    everything = list(range(len(lines)))
    if len(lines) < _LEAST_LINES:
        return Sideways([], everything)
    level = [_moved_line(line, _rotation(angle // 90, sheet.size)) for line in lines]
    rotated = _rotated_sheet(sheet, angle // 90)
    tables, _ = find_tables(level, (), rotated)
    back = _rotation(4 - angle // 90, rotated.size)
    inserts: list[Insert] = []
    taken: set[int] = set()
    for table in tables:
        around = _wider(table.box, round(_AROUND * max(line.em for line in level)))
        near = [i for i in everything if i not in taken and contains_centre(around, level[i].box)]
        own, beside = find_tables([level[i] for i in near], (), rotated)
        regions = []
        for region in compose(beside, own, (), rotated, first_page=False).regions:
            label = "text" if region.label in TITLE_LABELS else region.label
            regions.append(replace(moved_region(region, back), label=label, level=None))
        if regions:
            inserts.append(Insert(enclosing([region.bbox for region in regions]), tuple(regions)))
            taken.update(near)
    return Sideways(inserts, [i for i in everything if i not in taken])


def _rotation(quarters: int, size: tuple[int, int]) -> Callable[[Box], Box]:
    """Where boxes of a picture of ``size`` are after ``quarters`` quarter rotations anticlockwise."""

    def move(box: Box) -> Box:
        x0, y0, x1, y1 = rotated_boxes(np.array([box], float), quarters, *size)[0]
        return round(x0), round(y0), round(x1), round(y1)

    return move


def _moved_line(line: Line, move: Callable[[Box], Box]) -> Line:
    made = make_line([replace(word, box=move(word.box), base=None) for word in line.words], line.weight)
    return replace(made, em=line.em)


def _rotated_sheet(sheet: Sheet, quarters: int) -> Sheet:
    move = _rotation(quarters, sheet.size)
    mask = np.ascontiguousarray(np.rot90(sheet.ruling_lines.mask, quarters))
    level, upright = (
        tuple(move(box) for box in boxes) for boxes in (sheet.ruling_lines.vertical, sheet.ruling_lines.horizontal)
    )
    gray, ink = (np.ascontiguousarray(np.rot90(picture, quarters)) for picture in (sheet.gray, sheet.ink))
    return replace(sheet, gray=gray, ink=ink, ruling_lines=RulingLines(level, upright, mask))


def _wider(box: Box, by: int) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
