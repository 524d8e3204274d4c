"""Pages as other protocols name them, in the terms of our ``pages`` option (``reading.page_ranges``)."""

from __future__ import annotations

_MOST_DIGITS = 9


def pages_between(first: int, last: int | None) -> str:
    """The pages from ``first``, counted from 1, to ``last``; None means the document's last."""
    if last is None:
        return "" if first == 1 else f"{first}-"
    return f"{first}-{last}"


def pages_from_zero(expression: str) -> str:
    """``0,2-4`` as ``1,3-5``. Raises ValueError. No regular expression: it is a client's text."""
    if not expression.strip():
        return ""
    return ",".join("-".join(_one_more(number) for number in item.split("-", 1)) for item in expression.split(","))


def _one_more(number: str) -> str:
    digits = number.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        raise ValueError("must be numbers from 0 and ranges of them, such as 0,2-4")
    return str(int(digits) + 1)
