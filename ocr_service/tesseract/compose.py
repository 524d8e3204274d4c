"""Lines of a page to its regions: tables, figures, headings, lists, paragraphs, margins, in reading order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ocr_service.document import CAPTION_LABELS, Box, Region, RegionResult, words_confidence
from ocr_service.export.markdown import escape_text
from ocr_service.export.running_headers import EDGE
from ocr_service.export.tables import SpanningCell, html_table, markdown_table
from ocr_service.geometry.boxes import area, contains_centre, shared_area
from ocr_service.layout.filter import SURE
from ocr_service.layout.reading_order import reading_order
from ocr_service.tesseract.captions import CAPTION
from ocr_service.tesseract.code_blocks import CodeBlock, code_blocks
from ocr_service.tesseract.figure_text import find_figures
from ocr_service.tesseract.headings import (
    Body,
    Candidate,
    body_of,
    heading_levels,
    is_heading,
    is_of_type,
    running_types,
)
from ocr_service.tesseract.leaders import ENTRY
from ocr_service.tesseract.line_pieces import joined_pieces, split_at_columns
from ocr_service.tesseract.list_items import PROSE_LABELS, with_list_items
from ocr_service.tesseract.note_marks import note_text, single_notes, with_note_marks
from ocr_service.tesseract.page_columns import Gutter, clear_of_gutters
from ocr_service.tesseract.paragraphs import Paragraph, group_paragraphs
from ocr_service.tesseract.running_lines import PAGE_NUMBER, beside_page_number
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.table_detection import FoundTable
from ocr_service.tesseract.title_block import TitleBlock, with_title_block
from ocr_service.tesseract.words import Line, placed_words

_MARGINS = frozenset({"header", "footer", "number"})
_SMALL = 0.93  # of the body's font size: running lines and footnotes are smaller
_NOTE_MARK = re.compile(r"(?:\d{1,3}[.)]?\s+|[*†‡]{1,3}[.)]?\s+|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}\s*)\w")
_ENTRY_NUMBER = re.compile(r"\s(?:\d{1,4}|[ivxlc]{1,6})$", re.I)
_ENTRIES = 3  # with leaders, that a table of contents has at least


@dataclass(frozen=True, slots=True)
class Insert:
    """Regions that stay together in their order, at a place of the sheet."""

    box: Box
    regions: tuple[RegionResult, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """The regions of a page, and the lines that stayed in its figures."""

    regions: list[RegionResult]
    left_out: list[Line]


def compose(
    lines: Sequence[Line],
    tables: Sequence[FoundTable],
    regions: Sequence[Region],
    sheet: Sheet,
    *,
    first_page: bool,
    inserts: Sequence[Insert] = (),
    rows: Sequence[Box] = (),
    panels: Sequence[Box] = (),
    ruled: Sequence[Gutter] = (),
) -> Composition:
    """Regions in reading order, in pixels of the sheet.

    ``lines`` are those outside ``tables``; ``regions`` are the layout model's. ``inserts`` were composed by themselves.
    ``rows``: where ink stands as letters do, for figures. ``panels``: areas that are read by themselves; no line leaves
    one. ``ruled``: the gutters in which a ruling line stands.
    """
    grids = [_grid(table, regions) for table in tables]
    found = find_figures(lines, regions, grids, sheet, rows)
    figures = found.regions
    listings, rest = code_blocks(found.lines)
    rest = joined_pieces(split_at_columns(rest, regions), regions, ruled)
    paragraphs = [p for part in _by_panel(rest, panels) for p in group_paragraphs(part)]
    head = with_title_block(paragraphs, body_of(paragraphs), sheet.size) if first_page else TitleBlock(paragraphs)
    paragraphs = head.paragraphs
    blocks = grids + figures + [_listing(block, regions) for block in listings]
    blocks += _text_blocks(head, regions, figures, sheet, first_page)
    gutter = max(6, sheet.dpi // 25)
    inserts = [*(Insert(block.bbox, (block,)) for block in blocks), *inserts]
    placed = _with_panels(inserts, [*panels, *head.rows], gutter)
    placed = [replace(insert, box=clear_of_gutters(insert.box, ruled, gutter // 2)) for insert in placed]
    ordered = _margins_outside(_in_order(placed, gutter), sheet.size[1])
    return Composition(with_list_items(ordered, body_of(paragraphs).em), found.left_out)


def _by_panel(lines: Sequence[Line], panels: Sequence[Box]) -> list[list[Line]]:
    """The lines of each panel, and first those in none."""
    parts: list[list[Line]] = [[] for _ in range(len(panels) + 1)]
    for line in lines:
        parts[next((i for i, panel in enumerate(panels, 1) if contains_centre(panel, line.box)), 0)].append(line)
    return parts


def _with_panels(inserts: Sequence[Insert], panels: Sequence[Box], gutter: int) -> list[Insert]:
    """``inserts`` with those in one panel as one, in their order there."""
    rest = list(inserts)
    grouped = []
    for panel in panels:
        inner = [insert for insert in rest if contains_centre(panel, insert.box)]
        rest = [insert for insert in rest if not contains_centre(panel, insert.box)]
        if inner:
            grouped.append(Insert(panel, tuple(_in_order(inner, gutter))))
    return [*rest, *grouped]


def _in_order(inserts: Sequence[Insert], gutter: int) -> list[RegionResult]:
    order = reading_order([insert.box for insert in inserts], min_gutter=gutter)
    return [region for index in order for region in inserts[index].regions]


def _margins_outside(blocks: Sequence[RegionResult], height: int) -> list[RegionResult]:
    """Heads first and feet last: one below the first column of a page does not stand between its columns."""
    inner = [b.bbox for b in blocks if b.label not in _MARGINS]
    begin, end = min((box[1] for box in inner), default=0), max((box[3] for box in inner), default=height)

    def place(block: RegionResult) -> int:
        _, top, _, bottom = block.bbox
        if block.label not in _MARGINS:
            return 1
        return 0 if bottom <= min(begin, height / 2) else 2 if top >= max(end, height / 2) else 1

    return sorted(blocks, key=place)


def _grid(table: FoundTable, regions: Sequence[Region]) -> RegionResult:
    words = placed_words(word for row in table.cells for cell in row for word in cell.words)
    spanning = any(cell.across > 1 or cell.down > 1 for row in table.cells for cell in row)
    if spanning:  # which Markdown has not
        content = html_table([[SpanningCell(cell.text, cell.across, cell.down) for cell in row] for row in table.cells])
    else:
        content = markdown_table([[cell.text for cell in row] for row in table.cells])
    return RegionResult(
        label="table",
        bbox=table.box,
        order=0,
        score=_model_score(table.box, regions),
        format="html" if spanning else "markdown",
        content=content,
        confidence=words_confidence(words),
        words=words,
    )


def _listing(block: CodeBlock, regions: Sequence[Region]) -> RegionResult:
    words = placed_words(word for line in block.lines for word in line.words)
    return RegionResult(
        label="algorithm",
        bbox=block.box,
        order=0,
        score=_model_score(block.box, regions),
        format="markdown",
        content=f"```\n{block.text}\n```",
        confidence=words_confidence(words),
        words=words,
    )


def _model_score(box: Box, regions: Sequence[Region]) -> float | None:
    """The highest score of the layout model's regions there; None where it saw none."""
    return max((region.score for region in regions if _covers(region.bbox, box)), default=None)


def _text_blocks(
    title_block: TitleBlock,
    regions: Sequence[Region],
    figures: Sequence[RegionResult],
    sheet: Sheet,
    first_page: bool,
) -> list[RegionResult]:
    paragraphs: Sequence[Paragraph] = title_block.paragraphs
    body = body_of(paragraphs)
    height = sheet.size[1]
    running = running_types(paragraphs)
    known = dict.fromkeys(title_block.plain, "text") | beside_page_number(paragraphs, height)
    labels = [
        "text"
        if any(contains_centre(figure.bbox, p.box) for figure in figures)
        else known[place]
        if place in known
        else _label(_Placed.on(p, paragraphs, regions, body, height, running=is_of_type(p, running)))
        for place, p in enumerate(paragraphs)
    ]
    split = [
        (note, label)
        for p, label in zip(paragraphs, labels, strict=True)
        for note in (single_notes(p) if label == "footnote" else [p])
    ]
    paragraphs, labels = [p for p, _ in split], [label for _, label in split]
    headings = [p for p, label in zip(paragraphs, labels, strict=True) if label == "paragraph_title"]
    levels = iter(heading_levels(headings, body, first_page=first_page, top=height // 2))
    marked, notes = with_note_marks(paragraphs, labels, sheet)
    blocks = []
    for place, (paragraph, label) in enumerate(zip(paragraphs, labels, strict=True)):
        words = placed_words(word for line in paragraph.lines for word in line.words)
        block = RegionResult(
            label=label,
            bbox=paragraph.box,
            order=0,
            score=_model_score(paragraph.box, regions),
            content=marked[place].text,
            confidence=words_confidence(words),
            words=words,
        )
        if place in notes:
            note = f"[^{notes[place]}]: {escape_text(note_text(paragraph.text))}"
            block = replace(block, format="markdown", content=note)
        if label == "paragraph_title":
            level = next(levels)
            block = replace(block, level=level, label="doc_title" if level == 1 else label)
        blocks.append(block)
    return blocks


@dataclass(frozen=True, slots=True)
class _Placed:
    """A paragraph with what decides on its label.

    ``hints``: the layout model's labels there with their scores. ``body``: the page's usual type. ``edge``: whether it
    stands where headers or footers do. ``others``: how many paragraphs the page has besides it. ``at_foot``: nothing of
    the body's size stands below it. ``entry``: it is of a table of contents. ``running``: it is in the type of running
    text.
    """

    paragraph: Paragraph
    hints: dict[str, float]
    body: Body
    edge: Literal["header", "footer"] | None
    alone: bool
    others: int
    at_foot: bool
    entry: bool
    running: bool

    @classmethod
    def on(
        cls,
        paragraph: Paragraph,
        paragraphs: Sequence[Paragraph],
        regions: Sequence[Region],
        body: Body,
        height: int,
        *,
        running: bool,
    ) -> _Placed:
        hints = {r.label: r.score for r in sorted(regions, key=lambda r: r.score) if _covers(r.bbox, paragraph.box)}
        _, top, _, bottom = paragraph.box
        at_edge = bottom < EDGE * height or top > (1 - EDGE) * height
        edge: Literal["header", "footer"] = "header" if bottom < height / 2 else "footer"
        alone = _alone(paragraph, paragraphs)
        at_foot = top > height / 2 and not any(
            p.box[1] >= bottom and p.em > _SMALL * body.em and not PAGE_NUMBER.match(p.text) for p in paragraphs
        )
        entry = _is_entry(paragraph, paragraphs)
        place = edge if at_edge else None
        return cls(paragraph, hints, body, place, alone, len(paragraphs) - 1, at_foot, entry, running)

    @property
    def lines(self) -> int:
        return len(self.paragraph.lines)

    @property
    def best_hint(self) -> str:
        return max(self.hints, key=lambda label: self.hints[label], default="text")


def _along_the_margin(p: _Placed) -> str | None:
    x0, y0, x1, y1 = p.paragraph.box
    return "aside_text" if y1 - y0 > 2 * (x1 - x0) and len(p.paragraph.text) >= 4 and p.lines == 1 else None


def _page_number(p: _Placed) -> str | None:
    return "number" if p.edge and p.lines == 1 and PAGE_NUMBER.match(p.paragraph.text) else None


def _footnote(p: _Placed) -> str | None:
    small = p.paragraph.em < _SMALL * p.body.em
    return "footnote" if small and p.at_foot and p.others > 0 and _NOTE_MARK.match(p.paragraph.text) else None


def _small_print_at_the_edge(p: _Placed) -> str | None:
    return p.edge if p.lines <= 2 and p.paragraph.em < _SMALL * p.body.em and p.others > 2 else None


def _running_line_of_the_model(p: _Placed) -> str | None:
    seen = bool(p.hints.keys() & {"header", "footer"})
    return p.edge if seen and p.paragraph.em < 1.1 * p.body.em and p.lines <= 2 else None


def _caption(p: _Placed) -> str | None:
    if not CAPTION.match(p.paragraph.text) or p.lines > 3:
        return None
    return "table_title" if p.paragraph.text.lower().startswith(("таб", "table")) else "figure_title"


def _heading(p: _Placed) -> str | None:
    if p.entry:
        return None
    candidate = Candidate(p.paragraph, p.body, p.hints.get("paragraph_title", 0.0), p.alone, p.running)
    return "paragraph_title" if is_heading(candidate) else None


def _caption_of_the_model(p: _Placed) -> str | None:
    best = p.best_hint
    return best if best in CAPTION_LABELS and p.lines <= 2 and p.hints[best] >= SURE else None


def _prose_of_the_model(p: _Placed) -> str | None:
    return p.best_hint if p.best_hint in PROSE_LABELS else None


# Each gives a label or None; the first label holds, else it is "text".
_LABELS: tuple[Callable[[_Placed], str | None], ...] = (
    _along_the_margin,
    _page_number,
    _footnote,
    _small_print_at_the_edge,
    _running_line_of_the_model,
    _caption,
    _heading,
    _caption_of_the_model,
    _prose_of_the_model,
)


def _label(placed: _Placed) -> str:
    return next((label for rule in _LABELS if (label := rule(placed))), "text")


def _covers(box: Box, inner: Box) -> bool:
    return shared_area(box, inner) > 0.5 * area(inner)


def _is_entry(paragraph: Paragraph, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether it ends in a number above or below those that leaders lead to: a chapter, in a table of contents."""
    if _ENTRY_NUMBER.search(paragraph.text) is None:
        return False
    right = paragraph.lines[-1].box[2]
    ends = [line.box[2] for p in paragraphs for line in p.lines if ENTRY.search(line.text)]
    return sum(abs(end - right) < 0.5 * paragraph.em for end in ends) >= _ENTRIES


def _alone(paragraph: Paragraph, paragraphs: Sequence[Paragraph]) -> bool:
    """Nothing stands beside it in its column: white above it and below it of a third of a line at least."""
    box, need = paragraph.box, 0.3 * paragraph.em
    for other in paragraphs:
        if other is paragraph:
            continue
        if min(box[2], other.box[2]) <= max(box[0], other.box[0]):
            continue
        if other.box[3] > box[1] - need and other.box[1] < box[3] + need:
            return False
    return True
