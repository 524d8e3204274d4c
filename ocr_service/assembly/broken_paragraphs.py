"""A paragraph that the end of a page (or a column) breaks in two: whether two texts are one."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
_LIST_ITEM = re.compile(r"(?:[-–—•*▪◦]\s|(?:\d{1,3}|[^\W\d_]{1,2})[.)]\s)")
_OPENING = "\"'«„“‘(["


def continues(first: str, second: str) -> bool:
    """Whether ``second`` goes on with the paragraph of ``first``: its sentence is open and no new item starts."""
    first, second = first.rstrip(), second.lstrip()
    if not first or not second or _SENTENCE_END.search(first) or _LIST_ITEM.match(second):
        return False
    initial = second.lstrip(_OPENING)[:1]
    return initial.islower() or (first.endswith(",") and initial.isalpha())
