"""The numbers and marks that begin a heading or a list item, parsed the same way for every reader and export."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BULLETS = frozenset("•●▪■◦○·∙‣▸►♦")
DASHES = frozenset("-–—−")
EMPTY_BOX, TICKED_BOX = "☐", "☒"
_BOXES = frozenset("☐☑☒")
MarkerKind = Literal["bullet", "asterisk", "dash", "number", "clause", "box"]

_MOST_SECTIONS = 30  # "32 Track Recorder" has no section number; a named part ("Статья 431") may have any
_DIGITS = r"\d{1,3}(?:\.\d{1,3}){0,4}"
_SIGN = re.compile(r"(\S)\s+(?=\S)")
_NUMBER = re.compile(r"(\(?\d{1,3}[.)]|\(?[a-zа-яё][.)]|\(?[ivxIVX]{1,4}[.)]|\(?[A-ZА-ЯЁ]\))\s+(?=\S)")
_CLAUSE = re.compile(r"(\d{1,3}(?:\.\d{1,3})+\.?)\s+(?=\S)")
_PART = re.compile(
    r"(?:(?:глава|раздел|статья|часть|приложение|параграф|chapter|section|article|part|appendix)\s+(?:№\s*)?|§\s*)"
    rf"(?P<number>{_DIGITS}|(?-i:[IVXLC]{{1,7}}|[A-ZА-ЯЁ]))(?:[.):—–-]|\s|$)",
    re.IGNORECASE,
)
_SECTION = re.compile(rf"(?P<number>{_DIGITS})[.)]?\s+\S")


@dataclass(frozen=True, slots=True)
class Marker:
    """What begins a list item: ``mark`` as written, and the ``rest`` of the text. A clause's mark is ``2.3.``."""

    kind: MarkerKind
    mark: str
    rest: str


def list_marker(text: str) -> Marker | None:
    """The marker at the beginning of ``text``; None where its form leaves a doubt.

    An ``asterisk`` begins an item in Markdown and a footnote in print: the caller knows which of the two it reads.
    """
    if match := _CLAUSE.match(text):
        return Marker("clause", match[1], text[match.end() :])
    if match := _NUMBER.match(text):
        return Marker("number", match[1], text[match.end() :])
    match = _SIGN.match(text)
    if match is None:
        return None
    kinds: tuple[tuple[frozenset[str], MarkerKind], ...] = (
        (BULLETS, "bullet"),
        (_BOXES, "box"),
        (DASHES, "dash"),
        (frozenset("*"), "asterisk"),
    )
    kind = next((kind for marks, kind in kinds if match[1] in marks), None)
    return Marker(kind, match[1], text[match.end() :]) if kind else None


def section_depth(text: str) -> int | None:
    """How deep the number of a heading goes: 1 for ``5.``, ``§ 5.``, ``Статья 5.`` and ``Chapter IV``, 3 for ``1.2.3``.

    None for a heading without a number, and for a bare number too large to be a section's.
    """
    text = text.strip()
    if match := _PART.match(text):
        return 1 + match["number"].count(".")
    match = _SECTION.match(text)
    if match is None:
        return None
    number = match["number"]
    return 1 + number.count(".") if "." in number or int(number) <= _MOST_SECTIONS else None
