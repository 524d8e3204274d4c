"""A document's text as blocks: headings, paragraphs, tables, figures, each with the places that it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from markdown_it import MarkdownIt

from ocr_service.document import CAPTION_LABELS, TITLE_LABELS, Box, PageResult, RegionResult
from ocr_service.export.join_pages import JoinedRegion
from ocr_service.export.markdown import page_markdown
from ocr_service.export.plain_text import region_text

Kind = Literal["heading", "text", "table", "figure", "caption"]
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


@dataclass(frozen=True, slots=True)
class Place:
    """A region: ``order`` on its page as ``joined_pages`` has it, ``bbox`` in pixels of the rendered page."""

    page: int
    order: int
    label: str
    bbox: Box


@dataclass(frozen=True, slots=True)
class Part:
    """A place that a block's text comes from, from ``start`` on: a share of its text, 0 to 1, or a row of its table."""

    place: Place
    start: float = 0


@dataclass(frozen=True, slots=True)
class Block:
    """``markdown`` as it is in the document; ``title`` and ``level`` of a heading; ``image``: the file of a figure."""

    kind: Kind
    markdown: str
    parts: tuple[Part, ...]
    title: str = ""
    level: int = 0
    image: str | None = None


def page_blocks(pages: Iterable[PageResult]) -> Iterator[Block]:
    """The blocks of pages as ``joined_pages`` gives them. What could not be read is left out."""
    for page in pages:
        for region in sorted(page.regions, key=lambda region: region.order):
            yield from _region_blocks(page.number, region)


def _region_blocks(page: int, region: RegionResult) -> Iterator[Block]:
    markdown = page_markdown([region], ())
    if not markdown or markdown.startswith("<!--"):  # what is not in the text, or could not be read
        return
    block = Block("text", markdown, tuple(_parts(page, region)), image=region.image)
    if region.label in TITLE_LABELS:
        level = region.level or (1 if region.label == "doc_title" else 2)
        yield replace(block, kind="heading", title=" ".join(region_text(region).split()), level=level)
    elif region.format == "image":
        yield replace(block, kind="figure")
    elif region.label == "table":
        yield replace(block, kind="table")
    elif region.label in CAPTION_LABELS:
        yield replace(block, kind="caption")
    elif region.format == "markdown":
        yield from _markdown_blocks(block)
    else:
        yield block


def _parts(page: int, region: RegionResult) -> Iterator[Part]:
    yield Part(Place(page, region.order, region.label, region.bbox))
    if isinstance(region, JoinedRegion):
        whole = 1 if region.label == "table" else max(len(region.content), 1)
        for more in region.continued:
            place = Place(more.page, more.region.order, more.region.label, more.region.bbox)
            yield Part(place, more.start / whole)


def _markdown_blocks(block: Block) -> Iterator[Block]:
    """The blocks of Markdown that a model wrote, a whole page maybe: its own headings and tables."""
    lines = block.markdown.split("\n")
    tokens = [token for token in _MARKDOWN.parse(block.markdown) if token.level == 0 and token.map]
    if len(tokens) < 2 and not any(token.type in ("heading_open", "table_open", "html_block") for token in tokens):
        yield block
        return
    starts = [0, *(token.map[0] for token in tokens[1:] if token.map)]
    for token, start, end in zip(tokens, starts, [*starts[1:], len(lines)], strict=True):
        text = "\n".join(lines[start:end]).strip()
        piece = replace(block, markdown=text, image=None)
        if token.type == "heading_open":
            yield replace(piece, kind="heading", title=text.split("\n")[0].strip("# "), level=int(token.tag[1:]))
        elif token.type == "table_open" or text.startswith("<table"):
            yield replace(piece, kind="table")
        else:
            yield piece
