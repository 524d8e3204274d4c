"""Which dollar signs of a text delimit inline formulas, and which are currency.

PaddleOCR-VL's formulas become ``$ … $`` in results, so a price beside one must not pair with it. The rules extend those
of pandoc's ``tex_math_dollars`` (no digit after the closing sign, spaces on both sides or on none).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A body has no line break and no dollar sign of its own, unless that is escaped.
_PAIR = re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\\n<>]|\\[^\n]){1,500}?)\$(?!\$)")
_LATEX = re.compile(r"[\\^_{}]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_VARIABLE = re.compile(r"[^\W\d_]|[=+]")
_DISPLAY = re.compile(r"\$\$.+?\$\$", re.DOTALL)
_LITERAL = re.compile(r"(?<!\\)\$")


def inline_formulas(text: str) -> Iterator[re.Match[str]]:
    """Matches of ``$body$`` (group 1 is the body) that are formulas, from left to right, without overlap."""
    at = 0
    while match := _PAIR.search(text, at):
        if _is_formula(match[1], text[match.end() : match.end() + 1]):
            yield match
            at = match.end()
        else:
            at = match.start() + 1


def replace_formulas(text: str, written: Callable[[str], str]) -> str:
    """``text`` with each inline formula replaced by ``written(body)``; other dollar signs stay."""
    parts, at = [], 0
    for match in inline_formulas(text):
        parts += [text[at : match.start()], written(match[1])]
        at = match.end()
    return "".join([*parts, text[at:]])


def escape_currency(text: str) -> str:
    r"""Markdown in which each dollar sign that delimits no formula is ``\$``; a lone one stays, since it opens none."""
    if text.count("$") < 2:
        return text
    kept = [match.span() for match in _DISPLAY.finditer(text)]
    kept += [
        (at.start(), at.end())
        for at in inline_formulas(text)
        if not any(start <= at.start() < end for start, end in kept)
    ]
    parts, at = [], 0
    for start, end in sorted(kept):
        parts += [_LITERAL.sub(r"\\$", text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, _LITERAL.sub(r"\\$", text[at:])])


def _is_formula(body: str, following: str) -> bool:
    inner = body.strip()
    if not inner or following.isdigit() or body[0].isspace() != body[-1].isspace():
        return False
    if _LATEX.search(inner):
        return True
    return not _WORD.search(inner) and bool(_VARIABLE.search(inner))
