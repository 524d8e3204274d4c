"""The text of a document without its page breaks: tables and paragraphs that a page's end cut are one again, and
paragraphs that a column's end cut.

A page is held only while what follows may go on with its last region, so that a document of 1,000 pages is never in
memory whole. The pages themselves (their JSON, their own Markdown) stay as they were read.

The rule for tables is PaddleX's (``restructure_pages``): the last of one page and the first of the next, widths within
10 %, the same number of columns, a repeated head dropped. Ours on top: a line such as "Продолжение таблицы 3" between,
a head that was not read alike on both pages, a row that the page's end cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher

from ocr_service.document import (
    CAPTION_LABELS,
    FIGURE_LABELS,
    TITLE_LABELS,
    Box,
    HeadersMode,
    PageResult,
    RegionResult,
)
from ocr_service.export.heading_levels import TitleSizes, title_level, title_sizes
from ocr_service.export.markdown import NOTE_MARK
from ocr_service.export.running_headers import RunningLines, running_lines, without_margins
from ocr_service.export.tables import Row, Rows, joined_row, parse_table, write_table
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.hyphenation import join_lines
from ocr_service.geometry.numbering import list_marker

_WIDTHS = 0.1  # of the wider table
_LETTERS = re.compile(r"\w")
_DIGITS = re.compile(r"\d")
_FEW_LETTERS = 4  # shorter words differ by one letter and mean another thing
_ALIKE = 0.75  # of two readings of one heading; "Сумма" and "Цена" have 0.22
_MOST_HELD = 50  # pages; a photograph on each of 1,000 pages is not kept for a paragraph that may never go on
_COLUMN = 0.6  # of a column's width, that the end of a cut paragraph has
_FLOATING = FIGURE_LABELS | CAPTION_LABELS | {"footnote"}  # these stand at a page's top or end, not in its text
_PARAGRAPH_LABELS = frozenset({"text", "abstract", "content", "reference_content"})
_CONTINUED = re.compile(
    r"(?:продолжение|окончание)\s+табл|табл\S*\s.{0,40}\((?:продолжение|окончание)\)"
    r"|table\s.{0,40}\bcontinued\b|(?:continuation|end)\s+of\s+table",
    re.IGNORECASE,
)

Pages = Callable[[], Iterable[PageResult]]


@dataclass(frozen=True, slots=True)
class Continuation:
    """A region that went on with an earlier one, of an earlier page or column, and is a part of that now.

    ``start``: where in the joined content it begins: a character of a paragraph, a row of a table.
    """

    page: int
    region: RegionResult
    start: int


@dataclass(frozen=True, slots=True)
class JoinedRegion(RegionResult):
    """A region that later ones went on with, in their order."""

    continued: tuple[Continuation, ...] = ()


def joined_pages(
    pages: Pages, *, tables: bool = True, levels: bool = True, headers: HeadersMode = "drop"
) -> Iterator[PageResult]:
    """The pages in their order, each with the regions that belong to its text, for Markdown, HTML and plain text.

    ``pages`` gives the pages afresh at each call, one after another from their files; it is called up to four times.
    What goes on with a region of an earlier page stands there, and only there. ``tables`` and ``levels`` switch off the
    joining of tables and the document's own levels of headings. ``headers``: whether running lines and page numbers
    are left out, stay, or become HTML comments.
    """
    sizes = title_sizes(pages) if levels else None
    margins: dict[int, _Margins] = {}
    text = _text_pages(pages, margins)
    whole = _whole_paragraphs(_with_whole_columns(_with_levels(page, sizes)) for page in text)
    joined = _whole_tables(whole) if tables else whole
    return joined if headers == "drop" else (_with_margins(page, margins, headers) for page in joined)


def text_pages(pages: Pages, headers: HeadersMode) -> Iterator[PageResult]:
    """The pages as they were read, each with its running lines dropped, kept or commented as ``headers`` says."""
    margins: dict[int, _Margins] = {}
    text = _text_pages(pages, margins)
    return text if headers == "drop" else (_with_margins(page, margins, headers) for page in text)


@dataclass(frozen=True, slots=True)
class _Margins:
    """Regions left out of a page's text: those before it, and those after it."""

    before: tuple[RegionResult, ...]
    after: tuple[RegionResult, ...]


def _text_pages(pages: Pages, margins: dict[int, _Margins]) -> Iterator[PageResult]:
    """The pages without their running lines; those are put into ``margins`` as each page passes."""
    return _parted(pages(), running_lines(pages()), margins)


def _parted(pages: Iterable[PageResult], running: RunningLines, margins: dict[int, _Margins]) -> Iterator[PageResult]:
    for page in _with_own_notes(pages):
        text, left = without_margins(page, running)
        above = tuple(region for region in left if region.bbox[1] < page.height / 2)
        margins[page.number] = _Margins(above, tuple(region for region in left if region not in above))
        yield replace(page, regions=tuple(text))


def _with_own_notes(pages: Iterable[PageResult]) -> Iterator[PageResult]:
    """The pages with the marks of footnotes that an earlier page has too as ``[^1-3]``: note 1 of page 3."""
    used: set[str] = set()
    for page in pages:
        marks = {mark for region in page.regions for mark in NOTE_MARK.findall(region.content)}
        taken, used = marks & used, used | marks
        if not taken:
            yield page
            continue
        own = {mark: f"{mark}-{page.number}" for mark in taken}
        yield replace(page, regions=tuple(_renamed(region, own) for region in page.regions))


def _renamed(region: RegionResult, own: dict[str, str]) -> RegionResult:
    def renamed(match: re.Match[str]) -> str:
        return match[0].replace(f"[^{match[1]}]", f"[^{own.get(match[1], match[1])}]")

    return replace(region, content=NOTE_MARK.sub(renamed, region.content))


def _with_margins(page: PageResult, margins: dict[int, _Margins], headers: HeadersMode) -> PageResult:
    left = margins.pop(page.number)
    regions = [*left.before, *page.regions, *left.after]
    shown = [_comment(r) if headers == "comment" and r in (*left.before, *left.after) else r for r in regions]
    return replace(page, regions=tuple(replace(region, order=order) for order, region in enumerate(shown)))


def _comment(region: RegionResult) -> RegionResult:
    text = " ".join(region.content.replace("--", "- -").split())
    return replace(region, format="html", content=f"<!-- {region.label}: {text} -->")


def _with_levels(page: PageResult, sizes: TitleSizes | None) -> PageResult:
    """The page with its headings on the document's levels."""
    return replace(
        page,
        regions=tuple(
            replace(region, level=title_level(page, region, sizes))
            if sizes and region.label in TITLE_LABELS
            else region
            for region in page.regions
        ),
    )


def _whole_tables(pages: Iterable[PageResult]) -> Iterator[PageResult]:
    window: list[PageResult] = []  # the table began on the first; the others had nothing but its rows
    table: _OpenTable | None = None
    for page in pages:
        rest = table.take(page) if table else None
        if rest is None or rest.regions:
            if table:
                window[0] = table.closed(window[0])
            yield from window
            window.clear()
            table = _OpenTable.at_end_of(rest or page)
        window.append(rest or page)
    if table:
        window[0] = table.closed(window[0])
    yield from window


def _whole_paragraphs(pages: Iterable[PageResult]) -> Iterator[PageResult]:
    window: list[PageResult] = []  # the paragraph is on the first; the others have nothing but figures
    for page in pages:
        both = _join_paragraph(window[0], page) if window else None
        if both:
            window[0], page = both
        if len(window) == _MOST_HELD or not _is_passed_over(page):
            yield from window
            window.clear()
        window.append(page)
    yield from window


def _with_whole_columns(page: PageResult) -> PageResult:
    """The page with its paragraphs whole that go on at the head of the next column."""
    regions: list[RegionResult] = []
    open_at, last_part = -1, (0, 0, 0, 0)  # the paragraph that may go on, and the box of its last part
    figures = [region.bbox for region in page.regions if region.label in FIGURE_LABELS]
    for region in page.regions:
        if region.label == "table" or any(contains_centre(figure, region.bbox) for figure in figures):
            regions.append(region)  # at the end of a column or the head of the next, as a figure with its labels
            continue
        if region.label in _PARAGRAPH_LABELS:
            if open_at >= 0 and _goes_on_in_column(regions[open_at], last_part, region):
                regions[open_at], last_part = _continued(regions[open_at], page.number, region), region.bbox
                continue
            open_at, last_part = len(regions), region.bbox
        elif region.label not in _FLOATING:
            open_at = -1
        regions.append(region)
    return page if len(regions) == len(page.regions) else replace(page, regions=tuple(regions))


def _goes_on_in_column(first: RegionResult, last_part: Box, second: RegionResult) -> bool:
    """Whether ``second`` stands right of the last part of ``first``, begins above its end, and continues its text."""
    beside = second.bbox[0] >= last_part[2] and second.bbox[1] < last_part[3]
    wide = last_part[2] - last_part[0] >= _COLUMN * (second.bbox[2] - second.bbox[0])  # what is cut fills its column
    return beside and wide and _kind(first) == _kind(second) and continues(first.content, second.content)


def _continued(first: RegionResult, page: int, second: RegionResult) -> JoinedRegion:
    """The paragraph of ``first`` with that of ``second``, which stands on ``page``."""
    content = join_lines([first.content.rstrip(), second.content.lstrip()])
    start = max(0, len(content) - len(second.content.strip()))
    return _joined(first, content, Continuation(page, second, start))


def _is_passed_over(page: PageResult) -> bool:
    """Whether a paragraph may go on after this page: a page of figures, or one that it took up whole."""
    return page.status != "failed" and all(region.label in _FLOATING for region in page.regions)


class _OpenTable:
    """The last table of a page, which the next page may go on with."""

    def __init__(self, page: PageResult, rows: Rows) -> None:
        self._page, self._first = page, rows
        self._sources = [row.source for row in rows.rows]
        self._last = rows.rows[-1]
        self._continued: list[Continuation] = []

    @classmethod
    def at_end_of(cls, page: PageResult) -> _OpenTable | None:
        if not page.regions or page.regions[-1].label != "table":
            return None
        rows = parse_table(page.regions[-1].content)
        return cls(page, rows) if rows else None

    def take(self, page: PageResult) -> PageResult | None:
        """Takes the rows of the page's first table if it goes on with this one; gives the page without them."""
        skipped = 1 if page.regions and _CONTINUED.search(page.regions[0].content) else 0
        if len(page.regions) <= skipped or page.status == "failed":
            return None
        region = page.regions[skipped]
        rows = parse_table(region.content) if region.label == "table" else None
        if rows is None or rows.kind != self._first.kind or rows.columns != self._first.columns:
            return None
        if not _same_width(self._page, self._page.regions[-1], page, region):
            return None
        further = list(_without_head(rows.rows, self._first.rows))
        if further and _is_cut(self._last, further[0]):
            self._last = joined_row(rows.kind, self._last, further.pop(0))
            self._sources[-1] = self._last.source
        self._continued.append(Continuation(page.number, region, len(self._sources)))
        self._sources += [row.source for row in further]
        self._last = further[-1] if further else self._last
        return replace(page, regions=page.regions[skipped + 1 :])

    def closed(self, page: PageResult) -> PageResult:
        """The page that the table began on, with all of its rows."""
        if not self._continued:
            return page
        content = write_table(self._first.kind, self._first.opening, self._sources, self._first.closing)
        return replace(page, regions=(*page.regions[:-1], _joined(page.regions[-1], content, *self._continued)))


def _joined(region: RegionResult, content: str, *continued: Continuation) -> JoinedRegion:
    own = {field.name: getattr(region, field.name) for field in fields(RegionResult)}
    earlier = region.continued if isinstance(region, JoinedRegion) else ()
    return JoinedRegion(**{**own, "content": content}, continued=(*earlier, *continued))


def _same_width(page: PageResult, region: RegionResult, other_page: PageResult, other: RegionResult) -> bool:
    width = (region.bbox[2] - region.bbox[0]) / max(page.width, 1)
    other_width = (other.bbox[2] - other.bbox[0]) / max(other_page.width, 1)
    return abs(width - other_width) <= _WIDTHS * max(width, other_width)


def _without_head(rows: tuple[Row, ...], first: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows without those that repeat the first table's head, one or several, as far as they were read alike."""
    repeated = 0
    for row, head in zip(rows, first, strict=False):
        if not any(row.cells) or not _same_head(row.cells, head.cells):
            break
        repeated += 1
    return rows[repeated:]


def _same_head(cells: tuple[str, ...], head: tuple[str, ...]) -> bool:
    """Whether two rows have the same words in each cell. Rows with a number that differs are never the same."""
    return len(cells) == len(head) and all(_alike(a, b) for a, b in zip(cells, head, strict=True))


def _alike(cell: str, other: str) -> bool:
    """Of two readings of one word some letters may differ, but no digit."""
    first, second = ("".join(_LETTERS.findall(text.lower())) for text in (cell, other))
    if first == second:
        return True
    if _DIGITS.findall(first) != _DIGITS.findall(second) or min(len(first), len(second)) < _FEW_LETTERS:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _is_cut(last: Row, first: Row) -> bool:
    """Whether the end of a page cut a row in two: the rest has no first cell, and its cells go on with those above."""
    if len(first.cells) != len(last.cells) or first.cells[0]:
        return False
    pairs = [(above, cell) for above, cell in zip(last.cells, first.cells, strict=True) if cell]
    return bool(pairs) and all(above and continues(above, cell) for above, cell in pairs)


@dataclass(frozen=True, slots=True)
class _Place:
    """A region's place in a page."""

    index: int
    region: RegionResult


def _join_paragraph(page: PageResult, following: PageResult) -> tuple[PageResult, PageResult] | None:
    """Both pages with the broken paragraph whole on the first one, None where none was broken."""
    first, second = _paragraph_at(page, last=True), _paragraph_at(following, last=False)
    if first is None or second is None or _kind(first.region) != _kind(second.region):
        return None
    if not continues(first.region.content, second.region.content):
        return None
    whole = _continued(first.region, following.number, second.region)
    return (
        replace(page, regions=(*page.regions[: first.index], whole, *page.regions[first.index + 1 :])),
        replace(following, regions=following.regions[: second.index] + following.regions[second.index + 1 :]),
    )


def _kind(region: RegionResult) -> tuple[str, str]:
    return region.label, region.format


def _paragraph_at(page: PageResult, *, last: bool) -> _Place | None:
    """The paragraph at the page's end or beginning; figures with their captions may stand after or before it."""
    places = [_Place(index, region) for index, region in enumerate(page.regions)]
    for place in reversed(places) if last else places:
        if place.region.label in _PARAGRAPH_LABELS:
            return place
        if place.region.label not in _FLOATING:
            return None
    return None


_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
_PROSE = 80  # characters, more than a line: running text
_OPENING = "\"'«„“‘(["


def continues(first: str, second: str) -> bool:
    """Whether ``second`` goes on with the paragraph of ``first``: its sentence is open and no new item starts."""
    first, second = first.rstrip(), second.lstrip()
    if not first or not second or _SENTENCE_END.search(first) or list_marker(second):
        return False
    initial = second.lstrip(_OPENING)[:1]
    if initial.isdigit():  # a short line may be an entry of its own, as the number after it
        return len(first) >= _PROSE and first[-1].islower()
    return initial.islower() or (first.endswith(",") and initial.isalpha())
