"""Parts of the em that letters take, from a line's ink to its type size: means of DejaVu, Liberation and PT fonts."""

from __future__ import annotations

from collections.abc import Iterable

X_HEIGHT, _ASCENDER, DESCENDER = 0.53, 0.20, 0.22
DESCENDING = frozenset("gjpqyQруфцщдЦЩД,;()[]{}@$|/\\§")
_FLAT = frozenset("acegmnopqrsuvwxyzавгдежзиклмнопрстухцчшщъыьэюя")


def ink_height(letters: Iterable[str], text: str) -> float:
    """The height of a line's ink in em: ``letters`` say how far it reaches up, all of ``text`` how far down."""
    ascends = any(letter not in _FLAT for letter in letters)
    descends = any(letter in DESCENDING for letter in text)
    return X_HEIGHT + (_ASCENDER if ascends else 0) + (DESCENDER if descends else 0)
