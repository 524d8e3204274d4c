"""The Markdown of a document: its pages one after another, as one text."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ocr_service.document import HeadersMode, PageMarkers, PageResult
from ocr_service.export.join_pages import Pages, joined_pages, text_pages
from ocr_service.export.markdown import page_markdown


def document_markdown(
    pages: Pages, *, join: bool, headers: HeadersMode = "drop", page_markers: PageMarkers = "none"
) -> Iterator[str]:
    """Chunks that concatenate to the document.

    ``join``: tables and paragraphs that the end of a page cut are joined (see ``join_pages``).
    ``page_markers``: ``<!-- page 3 -->`` before each page, or a rule between two pages with text.
    A page that could not be read leaves an HTML comment, which no renderer shows, in its place.
    """
    first = True
    for page in joined_pages(pages, headers=headers) if join else text_pages(pages, headers):
        text = _text(page)
        for part in (_marker(page.number, page_markers, between=bool(text) and not first), text):
            if part:
                yield part if first else f"\n\n{part}"
                first = False
    if not first:
        yield "\n"


def _marker(number: int, page_markers: PageMarkers, *, between: bool) -> str:
    if page_markers == "comment":
        return f"<!-- page {number} -->"
    return "---" if page_markers == "rule" and between else ""


def page_text(page: PageResult) -> str:
    """The Markdown of one page as it was read, or the comment that stands for it."""
    if page.error is not None:
        return f"<!-- page {page.number} could not be read: {page.error.code} -->"
    return page.markdown.strip()


def labelled_text(page: PageResult, labels: Collection[str]) -> str:
    """What the page's regions with these labels hold, a line each, as it was read: headers, for example."""
    return "\n".join(text for region in page.regions if region.label in labels and (text := region.content.strip()))


def _text(page: PageResult) -> str:
    # What leaves the text has left the regions already: no label is ignored.
    return page_markdown(page.regions, ()).strip() if page.error is None else page_text(page)
