"""Filter for the boxes of the embedded model."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import FIGURE_LABELS, Region
from ocr_service.geometry.boxes import overlap_of_smaller

MIN_SIDE = 6  # pixels; PaddleX drops boxes under this (paddlex/inference/pipelines/paddleocr_vl)
SURE = 0.5  # score of a box to be believed by itself: the embedded model's own threshold; weaker ones are hints
MAX_OVERLAP = 0.7  # of the smaller box; the same source
_CONTAINERS = FIGURE_LABELS | {"table"}


def filter_regions(regions: Sequence[Region]) -> list[Region]:
    """Without slivers, and without the weaker of two boxes that cover the same place.

    A text box inside a figure or a table is the container's own, so the container stays even with the lower score.
    """
    kept: list[Region] = []
    for region in sorted(regions, key=lambda r: (r.label not in _CONTAINERS, -r.score)):
        x0, y0, x1, y1 = region.bbox
        if min(x1 - x0, y1 - y0) < MIN_SIDE:
            continue
        if all(overlap_of_smaller(region.bbox, other.bbox) <= MAX_OVERLAP for other in kept):
            kept.append(region)
    return kept
