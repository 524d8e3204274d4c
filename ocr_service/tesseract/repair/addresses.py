"""Addresses of pages and of people, which no dictionary has.

``https: //…`` is one word. In an e-mail address ``1`` may be ``l`` and ``0`` may be ``o``: typewriter faces draw them
alike. Where letters in their places make a name that stands on the same page (``h01m@…`` beside ``Anna Holm``),
they are letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.words import Line, Word, make_line

_AS_LETTERS = str.maketrans("01I", "oll")
_RUN = re.compile(r"[A-Za-z01]+")
_SCHEMES = ("http:", "https:", "ftp:")
_NAME = re.compile(r"[A-Z][A-Za-z]+")


def with_addresses(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with whole addresses in them."""
    return _with_names([_with_whole_addresses(line) for line in lines])


def _with_whole_addresses(line: Line) -> Line:
    words: list[Word] = []
    for word in line.words:
        if word.text.startswith("//") and words and words[-1].text.endswith(_SCHEMES):
            scheme = words.pop()
            box, confidence = enclosing([scheme.box, word.box]), min(scheme.confidence, word.confidence)
            word = replace(word, text=scheme.text + word.text, box=box, confidence=confidence)
        words.append(word)
    return make_line(words, line.weight) if len(words) < len(line.words) else line


def _with_names(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with letters for digits in the local parts of addresses, where they make a name of the page."""
    doubtful = {word for line in lines for word in line.words if _doubtful(word.text)}
    if not doubtful:
        return list(lines)
    names = {name.casefold() for line in lines for word in line.words for name in _NAME.findall(word.text)}

    def mended(word: Word) -> Word:
        local, at, domain = word.text.partition("@")
        return replace(word, text=_RUN.sub(lambda run: _named(run[0], names), local) + at + domain)

    def line_of(line: Line) -> Line:
        if doubtful.isdisjoint(line.words):
            return line
        return make_line([mended(word) if word in doubtful else word for word in line.words], line.weight)

    return [line_of(line) for line in lines]


def _doubtful(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(at) and "." in domain and any(sign in local for sign in "01I")


def _named(run: str, names: set[str]) -> str:
    letters = run.translate(_AS_LETTERS)
    return letters if letters.casefold() in names and run.casefold() not in names else run
