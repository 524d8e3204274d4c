"""Which regions a person should look at, and how sure the page's sources are of its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr_service.document import (
    UNREAD_LABEL,
    Doubt,
    PageResult,
    RegionResult,
    weighted_mean,
)
from ocr_service.export.content_words import is_below


def reviewed(page: PageResult, min_confidence: float) -> PageResult:
    """The page with its confidence, and its regions with the reasons for a review."""
    regions = tuple(replace(region, review=tuple(_doubts(region, min_confidence))) for region in page.regions)
    return replace(page, regions=regions, confidence=page_confidence(regions))


def _doubts(region: RegionResult, min_confidence: float) -> Iterator[Doubt]:
    if region.label == UNREAD_LABEL:
        yield "unread"
    elif region.error is not None:
        yield "failed"
    if region.contradicted:
        yield "contradicted"
    if region.degraded:
        yield "degraded"
    if is_below(region, min_confidence):
        yield "low_confidence"


def page_confidence(regions: Sequence[RegionResult]) -> float | None:
    """The mean of the regions' by their characters but spaces; None where none has one."""
    # A look at each character would take 0.14 ms a page on the event loop, where this takes 0.03.
    return weighted_mean((r.confidence, len("".join(r.content.split()))) for r in regions if r.confidence is not None)
