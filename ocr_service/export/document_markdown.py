"""The Markdown of a document: its pages one after another, as one text."""

from __future__ import annotations

from collections.abc import Iterator

from ocr_service.document import PageResult
from ocr_service.export.join_pages import Pages, joined_pages
from ocr_service.export.markdown import page_markdown


def document_markdown(pages: Pages, *, join: bool) -> Iterator[str]:
    """Chunks that concatenate to the document.

    ``join``: tables and paragraphs that the end of a page cut are joined (see ``join_pages``).
    A page that could not be read leaves an HTML comment, which no renderer shows, in its place.
    """
    first = True
    for page in joined_pages(pages) if join else pages():
        if text := _text(page, join):
            yield text if first else f"\n\n{text}"
            first = False
    if not first:
        yield "\n"


def page_text(page: PageResult) -> str:
    """The Markdown of one page as it was read, or the comment that stands for it."""
    if page.error is not None:
        return f"<!-- page {page.number} could not be read: {page.error.code} -->"
    return page.markdown.strip()


def _text(page: PageResult, join: bool) -> str:
    return page_markdown(page.regions).strip() if join and page.error is None else page_text(page)
