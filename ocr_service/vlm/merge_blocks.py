"""Paragraphs that the layout model broke in two, read as one: the VLM gets their pictures above one another.

Source: ``merge_blocks`` in paddlex 3.7 (``inference/pipelines/paddleocr_vl/uilts.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from ocr_service.document import Box, Region
from ocr_service.geometry.boxes import enclosing, shared_area

Align = Literal["left", "center", "right"]

_SAME_EDGE = 5  # pixels
_GUTTER = 0.3  # widest gap between columns, of the wider part
_GAP = 0.5  # widest gap between parts above one another, of the higher part
_TALL = 3  # a stack so much higher than wide is read part by part


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more regions that are read together; ``aligns`` says how each further part lies under those above it."""

    parts: tuple[Region, ...]
    aligns: tuple[Align, ...] = ()


def join_broken(regions: Sequence[Region], apart: Collection[str]) -> list[Paragraph]:
    """All regions, in reading order, broken paragraphs joined. Labels in ``apart`` are never joined.

    A figure or a table that lies between two parts in reading order comes after them.
    """
    joined: list[Paragraph] = []
    parts: list[Region] = []
    aligns: list[Align] = []
    between: list[Paragraph] = []  # figures and tables since the first part of the open paragraph
    for region in regions:
        if region.label in apart:
            between.append(Paragraph((region,)))
            continue
        align = _align_if_continued(parts[-1], region, regions, apart) if parts else None
        if align is None:
            joined += [*_split_if_tall(parts, aligns), *between]
            parts, aligns, between = [region], [], []
        else:
            parts.append(region)
            aligns.append(align)
    return [*joined, *_split_if_tall(parts, aligns), *between]


def _split_if_tall(parts: Sequence[Region], aligns: Sequence[Align]) -> list[Paragraph]:
    if not parts:
        return []
    height = sum(_height(part.bbox) for part in parts)
    if height >= _TALL * max(_width(part.bbox) for part in parts):
        return [Paragraph((part,)) for part in parts]
    return [Paragraph(tuple(parts), tuple(aligns))]


def _align_if_continued(
    previous: Region, region: Region, regions: Sequence[Region], apart: Collection[str]
) -> Align | None:
    """How ``region`` is to be put under ``previous``, None where it is a paragraph of its own."""
    if (previous.label, region.label) != ("text", "text"):
        return None
    above, here = previous.bbox, region.bbox
    if min(above[2], here[2]) <= max(above[0], here[0]):  # beside each other
        return "center" if _in_next_column(above, here) else None
    same_left, same_right = abs(here[0] - above[0]) <= _SAME_EDGE, abs(here[2] - above[2]) <= _SAME_EDGE
    near = abs(here[1] - above[3]) < _GAP * max(_height(above), _height(here)) and here[3] >= above[1]
    if not near or same_left == same_right or not _around_something(above, here, regions, apart):
        return None
    return "left" if same_left else "right"


def _in_next_column(above: Box, here: Box) -> bool:
    gap = here[0] - above[2]
    return 0 < gap < _GUTTER * max(_width(above), _width(here)) and here[1] < above[3]


def _around_something(above: Box, here: Box, regions: Sequence[Region], apart: Collection[str]) -> bool:
    """Whether a figure or a table lies in the frame of the two: text that flows around it makes a part narrower."""
    frame = enclosing((above, here))
    return any(region.label in apart and shared_area(frame, region.bbox) > 0 for region in regions)


def _width(box: Box) -> int:
    return box[2] - box[0]


def _height(box: Box) -> int:
    return box[3] - box[1]
