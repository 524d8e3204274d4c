"""Running headers, running footers and page numbers: what leaves a document's text, proven over its pages.

A label of the layout model alone removes nothing: a line leaves where it repeats, a number where it counts pages, and
both where the PDF marks them as made by paging. A document of one page loses nothing, unless a marked number shows that
it is a page of a longer one, and numbers that count its lines. No page loses its last text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ocr_service.document import TEXT_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.geometry.line_numbers import counts_lines

EDGE = 0.09  # of the page's height, above and below: where headers and footers stand (DIN 676, ГОСТ Р 7.0.97)
OUTER, _OUTER_NUMBER = 0.15, 0.2  # the same for what nothing stands above or below: LaTeX leaves 0.12 and 0.18
MARKED_EDGE = 0.15  # the same for what the file marks as made by paging
REPEATS = 3  # pages on which an unlabelled line must stand to be a running one
_LABELLED_REPEATS = 2  # the same for a line that the reader labelled as header or footer
_SEQUENCE = 2  # pages whose numbers count with them
_SAME_HEIGHT = 0.015  # of the page's height: a misread page number stands where the others do
_LABELS = frozenset({"header", "footer", "number"})
_PICTURES = frozenset({"header_image", "footer_image"})

_WORD = r"(?:page|p\.|стр\.?|страница|лист|с\.)"
_PAGE_NUMBER = re.compile(
    rf"[-–—\s]*(?:{_WORD}\s*)?(?P<value>\d{{1,4}}|[ivxlc]{{1,7}})(?:\s*(?:/|of|из)\s*\d{{1,4}})?[-–—.\s]*",
    re.IGNORECASE,
)
# Inside a longer line only what is marked as a page's number is one: "Invoice No. 1002" is none.
_MARKED_NUMBER = re.compile(rf"(?<!\w){_WORD}\s*\d{{1,4}}|(?<!\w)\d{{1,4}}\s*(?:/|of|из)\s*\d{{1,4}}(?!\w)", re.I)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class RunningLines:
    """What repeats at the edges of a document's pages.

    ``repeated``: texts, their marked page numbers as ``#``. ``offsets``: printed number minus page number, where
    several pages agree. ``heights``: middles of such numbers as shares of the page's height. ``pages``: how many there
    are.
    """

    repeated: frozenset[str] = frozenset()
    offsets: frozenset[int] = frozenset()
    heights: tuple[float, ...] = field(default=(), repr=False)
    pages: int = 0


def running_lines(pages: Iterable[PageResult]) -> RunningLines:
    """The running lines and the page numbers of a document, in one pass over its pages."""
    seen: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    numbers: defaultdict[int, list[float]] = defaultdict(list)
    count = 0
    for page in pages:
        count += 1
        edge = _at_edge(page)
        seen.update({_normal(region.content) for region in edge})
        labelled.update({_normal(region.content) for region in edge if region.label in _LABELS})
        for offset, height in {_offset(page, region): _height(page, region) for region in edge}.items():
            if offset is not None:
                numbers[offset].append(height)
    repeated = {text for text, on in seen.items() if on >= REPEATS}
    repeated |= {text for text, on in labelled.items() if on >= _LABELLED_REPEATS}
    sequences = {offset: heights for offset, heights in numbers.items() if len(heights) >= _SEQUENCE}
    heights = tuple(sorted({round(h, 3) for found in sequences.values() if len(found) >= REPEATS for h in found}))
    return RunningLines(frozenset(repeated - {"", "#"}), frozenset(sequences), heights, count)


def without_margins(page: PageResult, running: RunningLines) -> tuple[list[RegionResult], list[RegionResult]]:
    """The regions of a page's text, and those left out of it; both in the page's order."""
    edge = {id(region) for region in _at_edge(page)}
    margins = [region for region in page.regions if _leaves(page, region, running, edge)]
    text = [region for region in page.regions if region not in margins]
    if not any(region.content.strip() or region.format == "image" for region in text):
        return list(page.regions), []
    return text, margins


def _leaves(page: PageResult, region: RegionResult, running: RunningLines, edge: set[int]) -> bool:
    if "label" in region.edited:  # a person's word counts
        return region.label in _LABELS | _PICTURES
    if region.label == "number" and counts_lines(region.content):
        return True
    if region.artifact and id(region) in edge and (running.pages > 1 or _is_excerpt(page)):
        return True
    if running.pages < 2:
        return False
    if region.label in _PICTURES:
        return True
    if id(region) not in edge:
        return False
    if _normal(region.content) in running.repeated:
        return True
    if _PAGE_NUMBER.fullmatch(region.content.strip()) is None:
        return False
    if _offset(page, region) in running.offsets:
        return True
    return region.label == "number" and any(abs(_height(page, region) - h) < _SAME_HEIGHT for h in running.heights)


def _is_excerpt(page: PageResult) -> bool:
    """Whether a marked page number other than 1 stands on the page."""
    offsets = [_offset(page, region) for region in page.regions if region.artifact]
    return any(offset is not None and offset + page.number != 1 for offset in offsets)


def is_page_number(text: str) -> bool:
    return _PAGE_NUMBER.fullmatch(text.strip()) is not None


def _at_edge(page: PageResult) -> list[RegionResult]:
    """The regions that stand where headers and footers do, or are labelled as such."""
    first_ends = min((region.bbox[3] for region in page.regions), default=0)
    last_begins = max((region.bbox[1] for region in page.regions), default=0)
    return [region for region in page.regions if _is_at_edge(page.height, region, first_ends, last_begins)]


def _is_at_edge(height: int, region: RegionResult, first_ends: int, last_begins: int) -> bool:
    if region.label in _LABELS:
        return True
    if region.label not in TEXT_LABELS | TITLE_LABELS:
        return False
    _, top, _, bottom = region.bbox
    if bottom <= EDGE * height or top >= (1 - EDGE) * height:
        return True
    if region.label in TITLE_LABELS:
        return False
    reach = (_OUTER_NUMBER if _PAGE_NUMBER.fullmatch(region.content.strip()) else OUTER) * height
    return (bottom <= reach and top < first_ends) or (top >= height - reach and bottom > last_begins)


def _height(page: PageResult, region: RegionResult) -> float:
    return (region.bbox[1] + region.bbox[3]) / 2 / max(1, page.height)


def _offset(page: PageResult, region: RegionResult) -> int | None:
    """The number that a region prints, less the page's own; None for other text."""
    match = _PAGE_NUMBER.fullmatch(region.content.strip())
    if match is None:
        return None
    value = match["value"].lower()
    return (int(value) if value.isdigit() else _roman(value)) - page.number


def _roman(letters: Sequence[str]) -> int:
    values = [_ROMAN[letter] for letter in letters]
    return sum(-v if v < max(values[i + 1 :], default=0) else v for i, v in enumerate(values))


def _normal(text: str) -> str:
    """Lower case, single spaces, what is marked as a page's number as one sign."""
    return _MARKED_NUMBER.sub("#", " ".join(text.lower().split()))
