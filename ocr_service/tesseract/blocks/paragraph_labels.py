"""What label each paragraph of a page has: by its type and place, by its words, by the layout model's hints."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from ocr_service.document import CAPTION_LABELS, PROSE_LABELS, Box, Region, RegionResult
from ocr_service.export.running_headers import EDGE
from ocr_service.geometry.boxes import contains_centre, covers
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.blocks.defined_terms import defined_terms
from ocr_service.tesseract.blocks.headings import Body, Candidate, is_heading, is_of_type, running_types
from ocr_service.tesseract.blocks.paragraphs import Paragraph
from ocr_service.tesseract.blocks.running_lines import PAGE_NUMBER, beside_page_number
from ocr_service.tesseract.blocks.title_block import TitleBlock
from ocr_service.tesseract.lines.captions import CAPTION, TITLED_CAPTION
from ocr_service.tesseract.lines.leaders import ENTRY

_SMALL = 0.93  # of the body's font size: running lines and footnotes are smaller
_NOTE_MARK = re.compile(r"(?:\d{1,3}[.)]?\s+|[*†‡]{1,3}[.)]?\s+|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}\s*)\w")
_ENTRY_NUMBER = re.compile(r"\s(?:\d{1,4}|[ivxlc]{1,6})$", re.I)
_FEW_LINES = 3  # of a caption that begins as a sentence may
_ENTRIES = 3  # with leaders, that a table of contents has at least


def paragraph_labels(
    title_block: TitleBlock, regions: Sequence[Region], figures: Sequence[RegionResult], body: Body, height: int
) -> list[str]:
    """The label of each paragraph of ``title_block``, which holds all of the page's, in their order.

    ``regions``: the layout model's, as hints. What stands in one of ``figures`` is text. ``body``: the page's usual
    type. ``height``: the sheet's, in pixels.
    """
    paragraphs = title_block.paragraphs
    running = running_types(paragraphs)
    known = dict.fromkeys(title_block.plain, "text") | beside_page_number(paragraphs, height)
    known |= dict.fromkeys(defined_terms(paragraphs, body) - known.keys(), "text")
    page = _Page.of(paragraphs, body)
    return [
        "text"
        if any(contains_centre(figure.bbox, p.box) for figure in figures)
        else known[place]
        if place in known
        else _label(_Placed.on(p, page, regions, body, height, running=is_of_type(p, running)))
        for place, p in enumerate(paragraphs)
    ]


@dataclass(frozen=True, slots=True)
class _Page:
    """What all paragraphs of a page are compared with.

    ``boxes`` by their tops; ``reach``: how far down each and those before it reach at most. ``foot``: the lowest top of
    a paragraph of the body's size. ``ends``: the right ends of lines with leaders, in order.
    """

    boxes: list[Box]
    tops: list[int]
    reach: list[int]
    foot: int
    ends: list[int]

    @classmethod
    def of(cls, paragraphs: Sequence[Paragraph], body: Body) -> _Page:
        boxes = sorted((p.box for p in paragraphs), key=lambda box: box[1])
        usual = (p for p in paragraphs if p.em > _SMALL * body.em and not PAGE_NUMBER.match(p.text))
        return cls(
            boxes,
            [box[1] for box in boxes],
            list(accumulate((box[3] for box in boxes), max)),
            max((p.box[1] for p in usual), default=-1),
            sorted(line.box[2] for p in paragraphs for line in p.lines if ENTRY.search(line.text)),
        )

    def is_entry(self, paragraph: Paragraph) -> bool:
        """Whether it ends in a number above or below those that leaders lead to: a chapter, in a table of contents."""
        if _ENTRY_NUMBER.search(paragraph.text) is None:
            return False
        right, near = paragraph.lines[-1].box[2], 0.5 * paragraph.em
        return bisect_left(self.ends, right + near) - bisect_right(self.ends, right - near) >= _ENTRIES

    def is_alone(self, box: Box, em: float) -> bool:
        """Nothing stands beside it in its column: white above it and below it of a third of a line at least."""
        need, found = 0.3 * em, 0
        for place in range(bisect_left(self.tops, box[3] + need) - 1, -1, -1):
            if self.reach[place] <= box[1] - need:
                break
            other = self.boxes[place]
            if min(box[2], other[2]) > max(box[0], other[0]) and other[3] > box[1] - need:
                found += 1
                if found > 1:  # it is itself one of them
                    return False
        return True


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
        page: _Page,
        regions: Sequence[Region],
        body: Body,
        height: int,
        *,
        running: bool,
    ) -> _Placed:
        box = paragraph.box
        hints = {r.label: r.score for r in sorted(regions, key=lambda r: r.score) if covers(r.bbox, box)}
        _, top, _, bottom = box
        at_edge = bottom < EDGE * height or top > (1 - EDGE) * height
        edge: Literal["header", "footer"] = "header" if bottom < height / 2 else "footer"
        at_foot = top > height / 2 and page.foot < bottom
        return cls(
            paragraph,
            hints,
            body,
            edge if at_edge else None,
            page.is_alone(box, paragraph.em),
            len(page.boxes) - 1,
            at_foot,
            page.is_entry(paragraph),
            running,
        )

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
    if not CAPTION.match(p.paragraph.text) or (p.lines > _FEW_LINES and not TITLED_CAPTION.match(p.paragraph.text)):
        return None
    return "table_title" if p.paragraph.text.lower().startswith(("таб", "table")) else "figure_title"


def _heading(p: _Placed) -> str | None:
    if p.entry:
        return None
    if p.paragraph.runs_in:
        return "paragraph_title"
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
