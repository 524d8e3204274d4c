"""What stands at the edges of pages and is no part of the text: running headers, running footers, page numbers.

The layout model labels most of them; these rules find the rest, by what repeats and by where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ocr_service.document import MARGIN_LABELS, TEXT_LABELS, PageResult, RegionResult

EDGE = 0.09  # of the page's height, above and below: where headers and footers stand (DIN 676, ГОСТ Р 7.0.97)
REPEATS = 3  # pages on which a line must stand to be a running one

_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|стр\.?|страница|лист|с\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|из)\s*\d{1,4})?[-–—.\s]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def repeated_edges(pages: Iterable[PageResult]) -> frozenset[str]:
    """The normalised texts that stand at the edge of at least REPEATS pages."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_normal(region.content) for region in page.regions if _at_edge(page, region)})
    return frozenset(text for text, pages_with in seen.items() if pages_with >= REPEATS and text)


def is_marginal(page: PageResult, region: RegionResult, running: frozenset[str]) -> bool:
    """Whether a region is no part of the text: labelled so, a running line, or a page's number."""
    if region.label in MARGIN_LABELS:
        return True
    if not _at_edge(page, region):
        return False
    return _normal(region.content) in running or _PAGE_NUMBER.fullmatch(region.content.strip()) is not None


def _at_edge(page: PageResult, region: RegionResult) -> bool:
    if region.label not in TEXT_LABELS and region.label != "paragraph_title":
        return False
    _, top, _, bottom = region.bbox
    return bottom <= EDGE * page.height or top >= (1 - EDGE) * page.height


def _normal(text: str) -> str:
    """Lower case, single spaces, digits as one sign: the page's number may stand inside a running line."""
    return _DIGITS.sub("#", " ".join(text.lower().split()))
