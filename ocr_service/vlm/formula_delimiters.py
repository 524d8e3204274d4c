r"""The formula delimiters of an answer, ``\( … \)`` and ``\[ … \]``, as dollar signs; other dollar signs are currency.

The spacing is that of ``format_text`` in paddlex 3.7, which deletes every other dollar sign of the text.
"""

from __future__ import annotations

import re

from ocr_service.document import FORMULA_LABELS
from ocr_service.export.inline_formulas import escape_currency

_LINK = re.compile(r"\\\[([^\[\]\n]{1,500}?)\\\]\\\(((?:https?://|mailto:)[^\s()]{1,2000}?)\\\)")
_BRACKETED_URL = re.compile(r"\\\(\s*((?:https?://|www\.|mailto:)[^\s()\\]{1,2000})\s*\\\)")
_FORMULA = re.compile(r"\\\((.{0,2000}?)\\\)|\\\[(.{0,4000}?)\\\]", re.DOTALL)


def with_dollars(answer: str, label: str, *, is_html: bool = False) -> str:
    r"""``answer`` with its formulas between dollar signs.

    A formula region (its text is the formula) and a formula's number lose the model's own dollar signs, as in paddlex.
    In other text a dollar sign is currency unless it delimits a formula: it becomes ``\$`` where Markdown could take it
    for a delimiter; with ``is_html`` (a table's cell) it stays as it is. Hyperlinks are no formulas.
    """
    if label in FORMULA_LABELS or label == "formula_number":
        return _formula_region(answer, label)
    text = _LINK.sub(r"[\1](\2)", answer)
    text = _BRACKETED_URL.sub(r"(\1)", text)
    text = text.replace("\\[\\[", "\\[").replace("\\]\\]", "\\]")
    text = _FORMULA.sub(_between_dollars, text)
    return text.replace("\\$", "$") if is_html else escape_currency(text)


def _between_dollars(match: re.Match[str]) -> str:
    inline, display = match[1], match[2]
    if inline is not None:
        return f" $ {_without_dollars(inline)} $"
    return f" $$ {_without_dollars(display)} $$ "


def _without_dollars(formula: str) -> str:
    """The model's own marks go; an escaped dollar sign is part of the formula."""
    return re.sub(r"(?<!\\)\$", "", formula)


def _formula_region(answer: str, label: str) -> str:
    has_brackets = ("\\(" in answer and "\\)" in answer) or ("\\[" in answer and "\\]" in answer)
    if not has_brackets:
        return answer
    text = _without_dollars(answer).replace("\\(", " $ ").replace("\\)", " $")
    text = text.replace("\\[\\[", "\\[").replace("\\]\\]", "\\]").replace("\\[", " $$ ").replace("\\]", " $$ ")
    return text.replace("$", "") if label == "formula_number" else text
