"""Filter for the boxes of an official PP-DocLayout model, before the VLM reads them.

The rules, and their order, are those of ``filter_overlap_boxes`` in paddlex 3.7
(``inference/pipelines/paddleocr_vl/uilts.py``), so that the VLM gets the regions that it was made for.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import Region
from ocr_service.geometry.boxes import area, overlap_of_smaller
from ocr_service.layout.filter import MAX_OVERLAP, MIN_SIDE

_MAX_INLINE_OVERLAP = 0.5
_KEPT_BESIDE_TEXT = frozenset({"image", "table", "seal", "chart"})


def filter_for_vlm(regions: Sequence[Region]) -> list[Region]:
    """Without slivers, without inline formulas inside other boxes, without the smaller of two boxes on one place.

    A figure keeps its place beside text, a table does not. ``reference`` is left out: it is only the frame around the
    ``reference_content`` boxes of a bibliography.
    """
    regions = [region for region in regions if region.label != "reference"]
    dropped: set[int] = set()
    for here, region in enumerate(regions):
        if min(region.bbox[2] - region.bbox[0], region.bbox[3] - region.bbox[1]) < MIN_SIDE:
            dropped.add(here)
        for there in range(here + 1, len(regions)):
            if here not in dropped and there not in dropped:
                dropped |= {(here, there)[loser] for loser in _losers(region, regions[there])}
    return [region for place, region in enumerate(regions) if place not in dropped]


def _losers(first: Region, second: Region) -> tuple[int, ...]:
    """Which of two boxes goes: 0 for the first, 1 for the second; none, one or both inline formulas."""
    overlap = overlap_of_smaller(first.bbox, second.bbox)
    inline = tuple(place for place, region in enumerate((first, second)) if region.label == "inline_formula")
    if inline and overlap > _MAX_INLINE_OVERLAP:
        return inline
    if overlap <= MAX_OVERLAP or _both_stay(first.label, second.label):
        return ()
    return (1,) if area(first.bbox) >= area(second.bbox) else (0,)


def _both_stay(first: str, second: str) -> bool:
    labels = {first, second}
    if len(labels) == 1 or not labels & _KEPT_BESIDE_TEXT:
        return False
    return "table" not in labels or labels <= _KEPT_BESIDE_TEXT
