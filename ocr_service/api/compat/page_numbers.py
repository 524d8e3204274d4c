"""Pages as other protocols name them, in the terms of our ``pages`` option (``reading.page_ranges``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated

from pydantic import Field

_MOST_DIGITS = 9
PageRangesFromZero = Annotated[str, Field(max_length=1000)]
PageNumbersFromZero = Annotated[
    list[Annotated[int, Field(ge=0, lt=10**_MOST_DIGITS)]], Field(max_length=10_000, fail_fast=True)
]


def pages_between(first: int, last: int | None) -> str:
    """The pages from ``first``, counted from 1, to ``last``; None means the document's last."""
    if last is None:
        return "" if first == 1 else f"{first}-"
    return f"{first}-{last}"


def pages_from_zero(pages: str | Sequence[int] | None) -> str:
    """``0,2-4`` or ``[0, 2, 3, 4]`` as ``1,3-5``; None and what is empty as "": all pages.

    Raises ValueError. No regular expression: it is a client's text.
    """
    if not isinstance(pages, str):
        return ",".join(_ranges(sorted({number + 1 for number in pages or ()})))
    if not pages.strip():
        return ""
    return ",".join("-".join(_one_more(number) for number in item.split("-", 1)) for item in pages.split(","))


def _one_more(number: str) -> str:
    digits = number.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        raise ValueError("must be numbers from 0 and ranges of them, such as 0,2-4")
    return str(int(digits) + 1)


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    """``1-3`` and ``7`` for 1, 2, 3 and 7: a list of all pages of a book stays short."""
    for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0]):
        first, *rest = (number for _, number in run)
        yield f"{first}-{rest[-1]}" if rest else str(first)
