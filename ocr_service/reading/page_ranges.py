"""Which pages of a document are read: the expression of the ``pages`` option, such as ``1-3,7,-1``.

Items are separated by commas: ``N`` is one page, ``N-M`` a range with both ends, ``N-`` a range to the last page.
A negative number counts from the end: ``-1`` is the last page, ``-3-`` the last three. Nothing at all means all pages.
"""

from __future__ import annotations

import re

from ocr_service.errors import BadPages

# Far more than anyone writes by hand; bounds the work that a hostile expression can make.
_LONGEST_EXPRESSION = 1000
_ITEM = re.compile(r"(?P<first>-?[0-9]{1,9})(?P<range>-(?P<last>-?[0-9]{1,9})?)?")
_HOW_TO_WRITE = "write numbers and ranges with commas between them, such as 1-3,7,10- or -1 for the last page"

# First and last page (negative numbers count from the end), and the item as it was written.
_Item = tuple[int, int, str]


def select_pages(expression: str, total: int) -> tuple[int, ...]:
    """The 1-based page numbers that ``expression`` names in a document of ``total`` pages: ascending, each once.

    Raises BadPages for an expression that cannot be understood, and for pages that the document does not have.
    """
    items = _parse(expression)
    if not items:
        return tuple(range(1, total + 1))
    chosen: set[int] = set()
    for start, end, text in items:
        first, last = _from_start(start, total), _from_start(end, total)
        if first < 1 or last > total or first > last:
            there = "1 page" if total == 1 else f"{total} pages"
            raise BadPages(f"pages={expression!r}: {text!r} is not in this document, which has {there}")
        chosen.update(range(first, last + 1))
    return tuple(sorted(chosen))


def _parse(expression: str) -> tuple[_Item, ...]:
    if len(expression) > _LONGEST_EXPRESSION:
        raise BadPages(f"pages is longer than {_LONGEST_EXPRESSION} characters; {_HOW_TO_WRITE}")
    if not expression.strip():
        return ()
    return tuple(_parse_item(item.strip(), expression) for item in expression.split(","))


def _parse_item(text: str, expression: str) -> _Item:
    match = _ITEM.fullmatch(text)
    if match is None:
        raise BadPages(f"pages={expression!r}: {text!r} is not a page or a range of pages; {_HOW_TO_WRITE}")
    first = int(match["first"])
    last = first if match["range"] is None else int(match["last"] or -1)
    if first == 0 or last == 0:
        raise BadPages(f"pages={expression!r}: the first page is 1, not 0")
    if (first > 0) == (last > 0) and first > last:
        raise BadPages(f"pages={expression!r}: the range {text!r} runs backwards")
    return first, last, text


def _from_start(page: int, total: int) -> int:
    return page if page > 0 else total + 1 + page
