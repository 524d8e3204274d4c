"""Cyrillic letters and the Latin letters and figures that Tesseract takes them for."""

from __future__ import annotations

import re

_TWINS = {
    "а": "a",
    "б": "6|b",
    "в": "B|8",
    "г": "r",
    "д": "g",
    "е": "e",
    "ё": "e",
    "з": "3",
    "и": "u|n|H",
    "й": "u|n",
    "к": "k",
    "л": "J[1Il]|J|n",
    "м": "m",
    "н": "h|n",
    "о": "o|0",
    "п": "n|II",
    "р": "p",
    "с": "c",
    "т": "t|m",
    "у": "y",
    "ф": "®",
    "х": "x",
    "ц": "u",
    "ч": "4|u|q",
    "ш": "w|m|III",
    "ы": "b[Il1]",
    "ь": "b",
    "ю": "[IH1][O0]",
}
_LETTER = re.compile(r"[a-zA-Z]")
_NO_TWIN = re.compile(r"[DFGLQRSVZdfijlsvz\d]")  # marks with figures in them are another matter


def may_be_cyrillic(text: str) -> bool:
    """Whether ``text`` is of Latin letters that all look like Cyrillic ones."""
    return bool(_LETTER.search(text)) and not _NO_TWIN.search(text)


def looks_like(cyrillic: str, read: str) -> bool:
    """Whether ``cyrillic`` is letter by letter what can be taken for ``read``."""
    letters = (f"(?:{twins}|{c})" if (twins := _TWINS.get(c)) else re.escape(c) for c in cyrillic.lower())
    return re.fullmatch("".join(letters), read, re.I) is not None
