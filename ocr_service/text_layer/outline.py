"""The document's outline (bookmarks): which headings a page has, and how deep."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pypdfium2 as pdfium

_MOST = 5_000
_DEEPEST = 6


def outline_of_page(pdf: pdfium.PdfDocument, number: int) -> dict[str, int]:
    """Depths, from 1, by the normalised titles that lead to page ``number`` (from 1)."""
    found: dict[str, int] = {}
    try:
        for count, bookmark in enumerate(pdf.get_toc(max_depth=_DEEPEST)):
            if count >= _MOST:
                break
            destination = bookmark.get_dest()
            if destination is None or destination.get_index() != number - 1:
                continue
            title = normalised(bookmark.get_title())
            if title:
                found.setdefault(title, bookmark.level + 1)
    except (pdfium.PdfiumError, ValueError, UnicodeDecodeError):  # a damaged outline is no reason to lose the page
        return found
    return found


def normalised(title: str) -> str:
    """Letters and digits alone, in lower case, with single spaces."""
    return " ".join(re.findall(r"\w+", title.lower()))


def depth_of(text: str, outline: dict[str, int]) -> int | None:
    """The depth that the outline gives a heading; its number may be missing in one of the two."""
    title = normalised(text)
    if title in outline:
        return outline[title]
    bare = _without_number(title)
    return next((depth for known, depth in _by_length(outline) if bare and _without_number(known) == bare), None)


def _by_length(outline: dict[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(outline.items(), key=lambda item: -len(item[0]))


def _without_number(title: str) -> str:
    return re.sub(r"^(?:\d+ )+", "", title)
