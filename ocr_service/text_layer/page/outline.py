"""The document's outline (bookmarks): which headings a page has, and how deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pypdfium2 as pdfium

_MOST = 5_000
_DEEPEST = 6


def outline_of_page(pdf: pdfium.PdfDocument, number: int) -> dict[str, int]:
    """Levels of headings by the normalised titles that lead to page ``number`` (from 1).

    An outline with one entry at its top has the document's title there, which is level 1; the entries of any other are
    sections, from level 2 on.
    """
    found: dict[str, int] = {}
    tops = 0
    try:
        for count, bookmark in enumerate(pdf.get_toc(max_depth=_DEEPEST)):
            if count >= _MOST:
                break
            tops += bookmark.level == 0
            destination = bookmark.get_dest()
            if destination is None or destination.get_index() != number - 1:
                continue
            title = normalised(bookmark.get_title())
            if title:
                found.setdefault(title, bookmark.level)
    except (pdfium.PdfiumError, ValueError, UnicodeDecodeError):  # a damaged outline is no reason to lose the page
        pass
    return {title: min(_DEEPEST, depth + (1 if tops == 1 else 2)) for title, depth in found.items()}


def normalised(title: str) -> str:
    """Letters and digits alone, in lower case, with single spaces."""
    return " ".join(re.findall(r"\w+", title.lower()))


def level_in_outline(text: str, outline: Mapping[str, int]) -> int | None:
    """The level that the outline gives a heading; its number may be missing in one of the two."""
    title = normalised(text)
    if title in outline:
        return outline[title]
    bare = _without_number(title)
    return next((level for known, level in _by_length(outline) if bare and _without_number(known) == bare), None)


def _by_length(outline: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(outline.items(), key=lambda item: -len(item[0]))


def _without_number(title: str) -> str:
    return re.sub(r"^(?:\d+ )+", "", title)
