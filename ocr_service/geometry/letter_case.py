"""Small letters, by which text goes on: those of alphabets that have capitals as well."""

from __future__ import annotations

_GEORGIAN = ("\u10d0", "\u10ff")  # Unicode has capitals of these, which no sentence or name begins with


def is_small(sign: str) -> bool:
    """Whether a letter is a small one, so that no sentence or heading begins with it."""
    return sign.islower() and not _GEORGIAN[0] <= sign <= _GEORGIAN[1]
