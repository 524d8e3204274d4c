"""A paragraph that the end of a page (or a column) breaks in two: whether two texts are one, and how they join."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
_BROKEN_WORD = re.compile(r"(\w+)[-\u00ad\u2010¬]$")
_LIST_ITEM = re.compile(r"(?:[-–—•*▪◦]\s|(?:\d{1,3}|[^\W\d_]{1,2})[.)]\s)")
_OPENING = "\"'«„“‘(["

# Particles and prefixes that Russian writes with a hyphen: какой-то, кто-нибудь, по-русски, кое-что.
_HYPHENED_AFTER = re.compile(r"(?:то|либо|нибудь|таки|ка|де|с)\b")
_HYPHENED_BEFORE = {"по", "кое", "кой", "во", "в", "из"}


def continues(first: str, second: str) -> bool:
    """Whether ``second`` goes on with the paragraph of ``first``: its sentence is open and no new item starts."""
    first, second = first.rstrip(), second.lstrip()
    if not first or not second or _SENTENCE_END.search(first) or _LIST_ITEM.match(second):
        return False
    initial = second.lstrip(_OPENING)[:1]
    return initial.islower() or (first.endswith(",") and initial.isalpha())


def join_text(first: str, second: str) -> str:
    """One paragraph of two parts; a word broken at the end of a line becomes whole."""
    first, second = first.rstrip(), second.lstrip()
    broken = _BROKEN_WORD.search(first)
    if broken is None:
        return f"{first} {second}"
    kept = (
        not broken[1].isalpha()  # 1990-е
        or not second[:1].islower()  # Нью-Йорк
        or broken[1].lower() in _HYPHENED_BEFORE
        or _HYPHENED_AFTER.match(second) is not None
    )
    return first[:-1] + ("-" if kept else "") + second
