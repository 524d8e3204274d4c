"""How much of a page's text the answer of a model accounts for that reads whole pages and was given no regions.

Its places say what it did not look at, where it gives places; the length of its text says the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import Box, PreparedRegion, RegionResult
from ocr_service.vlm.answer_checks import share_read

# The letters that ink makes are known roughly: the texts of 40 pages had 0.83 to 1.7 times as many, a page in thin type
# 0.66. Running lines, which such models leave out, are some more.
ENOUGH = 0.55
_LOOKED_AT = 0.5  # of an area must lie in the places of the answer
_MOST_NAMED = 8


def coverage_of_whole(page: PreparedRegion, results: Sequence[RegionResult]) -> tuple[float | None, list[str]]:
    """The share of the page's text-like ink that its regions explain, and what the page's warnings say of the rest.

    None where nobody counted. 1.0 where nothing is known to be missing.
    """
    if page.ink is None:
        return None, []
    total = sum(letters for _, letters in page.text_areas)
    if not total:
        return 1.0, []
    if any(result.error is not None for result in results):
        return 0.0, []
    said = share_read("\n".join(result.content for result in results), total)
    warnings = []
    if said < ENOUGH:
        warnings.append(f"text may be missing: the answer has {said:.0%} of the letters that the page's ink makes")
    places = [result.bbox for result in results if result.bbox != page.region.bbox]
    passed = [(box, letters) for box, letters in page.text_areas if places and _inside(box, places) < _LOOKED_AT]
    for box, _ in passed[:_MOST_NAMED]:
        warnings.append(f"text at {','.join(map(str, box))} is in no place of the answer")
    seen = 1.0 - sum(letters for _, letters in passed) / total
    coverage = min(1.0 if said >= ENOUGH else said, seen)
    degraded = any(result.degraded for result in results)
    return (1.0 if coverage == 1.0 and not degraded else min(0.999, round(coverage, 3))), warnings


def _inside(box: Box, places: Sequence[Box]) -> float:
    """The share of ``box`` that lies in ``places``, which do not overlap."""
    shared = sum(
        max(0, min(box[2], place[2]) - max(box[0], place[0])) * max(0, min(box[3], place[3]) - max(box[1], place[1]))
        for place in places
    )
    return shared / max(1, (box[2] - box[0]) * (box[3] - box[1]))
