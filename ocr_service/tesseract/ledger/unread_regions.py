"""Text-like ink that could not be read, as regions of a page: a picture, a place, an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import UNREAD_LABEL, Failure, RegionResult
from ocr_service.geometry.ink_areas import InkArea

_PAD = 6  # pixels around the ink


def with_unread(results: Sequence[RegionResult], areas: Sequence[InkArea]) -> list[RegionResult]:
    """``results`` with a region for each area, after the last one that begins above it."""
    regions = list(results)
    for area in sorted(areas, key=lambda area: area.box[1]):
        x0, y0, x1, y1 = area.box
        box = (max(0, x0 - _PAD), max(0, y0 - _PAD), x1 + _PAD, y1 + _PAD)
        after = [index for index, region in enumerate(regions) if region.bbox[1] <= y0]
        regions.insert(after[-1] + 1 if after else 0, RegionResult(UNREAD_LABEL, box, 0, None, "image", error=unread()))
    return regions


def located(region: RegionResult) -> RegionResult:
    """``region`` with its place on the page in its message, where something on it was not read."""
    if region.error is None or region.error.code != UNREAD_LABEL:
        return region
    return replace(region, error=unread(region.label, " at " + ",".join(str(side) for side in region.bbox)))


def unread(label: str = UNREAD_LABEL, where: str = "") -> Failure:
    """The error of a region with text that could not be read."""
    what = "text" if label == UNREAD_LABEL else f"text on a {label}"
    return Failure("unread", f"{what} that could not be read{where}", "recognition")
