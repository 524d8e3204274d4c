"""Bullets and numbers that begin an item."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_MARK = re.compile(r"^(\S)\s+(?=\S)")
_BULLETS = frozenset("•●▪■◦○·∙‣▸►♦")
_DASHES = frozenset("-–—−")
_NUMBER = re.compile(r"^(\(?\d{1,3}[.)]|\(?[a-zа-яё][.)]|\(?[ivxIVX]{1,4}[.)])\s+(?=\S)")
_CLAUSE = re.compile(r"^(\d{1,3}(?:\.\d{1,3})+\.?)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Marker:
    """What begins an item: ``mark`` as written, and the ``rest`` of the text. A clause's is ``2.3.``."""

    kind: Literal["bullet", "dash", "number", "clause"]
    mark: str
    rest: str


def find_marker(text: str) -> Marker | None:
    """The marker at the beginning of ``text``, if one is there beyond doubt by its form."""
    if match := _CLAUSE.match(text):
        return Marker("clause", match[1], text[match.end() :])
    if match := _NUMBER.match(text):
        return Marker("number", match[1], text[match.end() :])
    if (match := _MARK.match(text)) and match[1] in _BULLETS:
        return Marker("bullet", match[1], text[match.end() :])
    if match and match[1] in _DASHES:
        return Marker("dash", match[1], text[match.end() :])
    return None
