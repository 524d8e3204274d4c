"""Which Latin letters, digits and signs Cyrillic letters are read as."""

from __future__ import annotations

import re

# Single signs of the same shape, in the cases in which they have it.
_CLOSE = {
    "а": "a",
    "б": "b6",
    "в": "B",
    "г": "r",
    "д": "g",
    "е": "e",
    "ё": "e",
    "з": "3",
    "и": "uH",
    "й": "u",
    "к": "kK",
    "м": "mM",
    "н": "nH",
    "о": "o",
    "п": "n",
    "р": "p",
    "с": "cC",
    "т": "tT",
    "у": "y",
    "ф": "®",
    "х": "x",
    "ц": "u",
    "ч": "uq",
    "ш": "wW",
    "ь": "b",
}
# What else is read in their place, as regular expressions: letters in pieces, and shapes that are only similar.
_FAR = {
    "в": "8",
    "и": "n",
    "й": "n",
    "л": "J[1Il]|J|n",
    "н": "h",
    "о": "0",
    "п": "II",
    "т": "m",
    "ч": "4",
    "ш": "m|III",
    "ы": "b[Il1]",
    "ю": "[IH1][O0]",
}
_LETTER = re.compile(r"[a-zA-Z]")
_NO_HOMOGLYPH = re.compile(r"[DFGLQRSVZdfijlsvz\d]")  # marks with digits in them are another matter


def may_be_cyrillic(text: str) -> bool:
    """Whether ``text`` is of Latin letters that all look like Cyrillic ones."""
    return bool(_LETTER.search(text)) and not _NO_HOMOGLYPH.search(text)


def looks_like(cyrillic: str, read: str) -> bool:
    """Whether ``cyrillic`` is letter by letter what can be taken for ``read``, in whatever case."""
    letters = (_one_of(c, *_CLOSE.get(c, ""), _FAR.get(c)) for c in cyrillic.lower())
    return re.fullmatch("".join(letters), read, re.I) is not None


def close_pattern(letter: str) -> str:
    """A regular expression for ``letter`` and its close homoglyphs, by case; a letter that has none gets its others."""
    small = letter.lower()
    return _one_of(letter, *_CLOSE.get(small, ""), None if small in _CLOSE else _FAR.get(small))


def _one_of(letter: str, *others: str | None) -> str:
    return f"(?:{'|'.join([re.escape(letter), *(other for other in others if other)])})"
