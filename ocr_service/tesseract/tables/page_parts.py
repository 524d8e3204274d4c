"""A page in parts that are read by themselves: what stands in a panel or a frame, and what stands in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box, Region
from ocr_service.geometry.boxes import area, contains_centre, shared_area
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.page_frames import Frame, page_frames, strips
from ocr_service.tesseract.words import Line, split_by_box

_EDGE = 4  # pixels, or a twenty-fifth of an inch, that a ruling line is off the side of its frame
_STUB_IN = 0.12  # inches: what is left of a ruling line beside a frame, and is none
_DEEPEST = 3  # frames in frames
_MOSTLY = 0.5  # of a region of the model


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in one panel, or in none: its lines, ``others`` that OCR read beside a layer, the model's regions."""

    lines: list[Line]
    others: list[Line]
    hints: list[Region]
    sheet: Sheet


def all_parts(page: Part, panels: Sequence[Box] = ()) -> tuple[list[Part], list[Box]]:
    """The page without its panels and frames, and what stands in each of these; and their boxes, the smallest first."""
    parts, boxes = [], []
    for part in _parted_at_panels(page, panels):
        found, frames = _parted_at_frames(part, _DEEPEST)
        parts += found
        boxes += frames
    return parts, sorted([*boxes, *panels], key=area)


def _parted_at_panels(page: Part, panels: Sequence[Box]) -> list[Part]:
    """The page without its panels, and each of these. A line that was found over a panel's edge is parted there."""
    parts = []
    for panel in panels:
        inside = [hint for hint in page.hints if contains_centre(panel, hint.bbox)]
        part, page = _taken_out(page, panel, inside, *_rules_parted(page.sheet, panel))
        parts.append(part)
    return [page, *parts]


def _parted_at_frames(page: Part, depth: int) -> tuple[list[Part], list[Box]]:
    """The same with the frames of its grids and their rows. ``depth``: of frames in frames."""
    grids = page_frames([*page.lines, *page.others], page.sheet) if depth else []
    frames = [frame for grid in grids for frame in grid]
    page = replace(page, hints=[hint for hint in page.hints if not _is_of_frames(hint, frames)])
    edge = _edge(page.sheet)
    parts, boxes = [], []
    for frame in frames:
        inside = [hint for hint in page.hints if contains_centre(frame.box, hint.bbox)]
        part, page = _taken_out(page, frame.box, inside, *_rules_cut(page.sheet, frame))
        found, inner = ([part], []) if frame.is_table else _parted_at_frames(part, depth - 1)
        parts += found
        boxes += [*inner, _shrunk(frame.box, edge)]
    for grid in grids:
        boxes += strips([_shrunk(frame.box, edge) for frame in grid])
    return [page, *parts], boxes


def _shrunk(box: Box, by: int) -> Box:
    """White stands between two frames that touch: they are columns, or one above the other."""
    x0, y0, x1, y1 = box
    return x0 + by, y0 + by, x1 - by, y1 - by


def _edge(sheet: Sheet) -> int:
    return max(_EDGE, sheet.dpi // 25)


def _is_of_frames(hint: Region, frames: Sequence[Frame]) -> bool:
    """Whether the model took several frames for one table."""
    covered = [shared_area(hint.bbox, frame.box) for frame in frames]
    return hint.label == "table" and sum(covered) > _MOSTLY * area(hint.bbox) and sum(map(bool, covered)) > 1


def _taken_out(page: Part, box: Box, hints: Sequence[Region], drawn: Sheet, left: Sheet) -> tuple[Part, Part]:
    """What stands in ``box``, and the page without it; ``drawn`` and ``left`` are their sheets."""
    inner, outer = split_by_box(page.lines, box)
    read, unread = split_by_box(page.others, box)
    rest = [hint for hint in page.hints if hint not in hints]
    return Part(inner, read, list(hints), drawn), Part(outer, unread, rest, left)


def _rules_parted(sheet: Sheet, panel: Box) -> tuple[Sheet, Sheet]:
    """The sheet with the ruling lines in ``panel`` alone, its frame among them, and with the others alone."""
    x0, y0, x1, y1 = panel
    frame = x0 - _EDGE, y0 - _EDGE, x1 + _EDGE, y1 + _EDGE
    rules = sheet.ruling_lines

    def kept(*, inside: bool) -> Sheet:
        horizontal = tuple(rule for rule in rules.horizontal if contains_centre(frame, rule) == inside)
        vertical = tuple(rule for rule in rules.vertical if contains_centre(frame, rule) == inside)
        return _with_rules(sheet, horizontal, vertical)

    return kept(inside=True), kept(inside=False)


def _rules_cut(sheet: Sheet, frame: Frame) -> tuple[Sheet, Sheet]:
    """The sheet with what ``frame`` has of ruling lines, of a table its sides as well, and with the rest of them."""
    edge, stub = _edge(sheet), _STUB_IN * sheet.dpi
    inner, outer = _shrunk(frame.box, edge), _shrunk(frame.box, -edge)
    own = outer if frame.is_table else inner
    level, upright = sheet.ruling_lines.horizontal, sheet.ruling_lines.vertical
    turned = [_turned(rule) for rule in upright]
    inside = _with_rules(
        sheet,
        [part for rule in level for part in _inside(rule, own, stub)],
        [_turned(part) for rule in turned for part in _inside(rule, _turned(own), stub)],
    )
    outside = _with_rules(
        sheet,
        [part for rule in level for part in _outside(rule, inner, stub)],
        [_turned(part) for rule in turned for part in _outside(rule, _turned(inner), stub)],
    )
    return inside, outside


def _inside(rule: Box, box: Box, least: float) -> list[Box]:
    """The part of a level ruling line in ``box``, if it is as long as ``least``."""
    x0, y0, x1, y1 = max(rule[0], box[0]), rule[1], min(rule[2], box[2]), rule[3]
    return [(x0, y0, x1, y1)] if _is_level_with(rule, box) and x1 - x0 >= least else []


def _outside(rule: Box, box: Box, least: float) -> list[Box]:
    """The parts of a level ruling line before and behind ``box``, if they are as long as ``least``."""
    if not _is_level_with(rule, box) or rule[2] <= box[0] or rule[0] >= box[2]:
        return [rule]
    ends = (rule[0], rule[1], box[0], rule[3]), (box[2], rule[1], rule[2], rule[3])
    return [end for end in ends if end[2] - end[0] >= least]


def _is_level_with(rule: Box, box: Box) -> bool:
    return box[1] < (rule[1] + rule[3]) / 2 < box[3]


def _turned(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]


def _with_rules(sheet: Sheet, level: Sequence[Box], upright: Sequence[Box]) -> Sheet:
    rules = replace(sheet.ruling_lines, horizontal=tuple(level), vertical=tuple(upright))
    return replace(sheet, ruling_lines=rules)
