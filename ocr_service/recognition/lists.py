"""Bullets and numbers that begin an item."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Tesseract reads a round bullet as one of several marks.
_BULLET = re.compile(r"^([•●▪■◦○·∙‣▸►♦*¢«»+°®©e*]|[-–—−])\s+(?=\S)")
_SURE_BULLETS = frozenset("•●▪■◦○·∙‣▸►♦")
_DASHES = frozenset("-–—−")
_NUMBER = re.compile(r"^(\(?\d{1,3}[.)]|\(?[a-zа-яё][.)]|\(?[ivxIVX]{1,4}[.)])\s+(?=\S)")
_CLAUSE = re.compile(r"^(\d{1,3}(?:\.\d{1,3})+\.?)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Marker:
    """What begins an item: ``kind`` is bullet, dash, number or clause (``2.3.``); ``mark`` as written."""

    kind: str
    mark: str
    rest: str


def find_marker(text: str) -> Marker | None:
    """The marker at the beginning of ``text``, if one is there beyond doubt by its form."""
    if match := _CLAUSE.match(text):
        return Marker("clause", match[1], text[match.end() :])
    if match := _NUMBER.match(text):
        return Marker("number", match[1], text[match.end() :])
    if (match := _BULLET.match(text)) and match[1] in _SURE_BULLETS:
        return Marker("bullet", match[1], text[match.end() :])
    if match and match[1] in _DASHES:
        return Marker("dash", match[1], text[match.end() :])
    return None
