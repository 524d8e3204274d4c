"""A document as plain text: paragraphs with an empty line between, the cells of a table with tabs between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt

from ocr_service.document import PageResult, RegionResult
from ocr_service.export.markdown import NOTE_MARK, list_depth
from ocr_service.export.tables import parse_table

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def text_chunks(pages: Iterable[PageResult]) -> Iterator[str]:
    """The text, a page at a time; a form feed ends each page but the last, as in ``pdftotext``."""
    first = True
    for page in pages:
        blocks = (region_text(region) for region in sorted(page.regions, key=lambda region: region.order))
        text = "\n\n".join(block for block in blocks if block)
        yield ("" if first else "\f") + (text + "\n" if text else "")
        first = False


def region_text(region: RegionResult) -> str:
    """A region's text without marks; nothing for a figure, a formula as LaTeX."""
    if region.format == "image":
        return ""
    content = NOTE_MARK.sub(_raised, region.content.strip())
    if region.label == "table" and (table := parse_table(content)):
        return "\n".join("\t".join(row.cells) for row in table.rows)
    if region.format == "markdown":
        return "  " * list_depth(region.content) + _without_marks(content)
    return content


def _raised(mark: re.Match[str]) -> str:
    return mark[1].translate(_RAISED)


def _without_marks(content: str) -> str:
    """Markdown's text, its escapes and emphasis gone; list marks stay, since they are on the page too."""
    lines = []
    mark = ""
    for token in _MARKDOWN.parse(content):
        if token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline":
            children = token.children or []
            text = "".join("\n" if child.type.endswith("break") else child.content for child in children)
            lines.append(mark + text)
            mark = ""
        elif token.type in ("code_block", "fence"):
            lines.append(token.content.rstrip())
    return "\n".join(lines)
