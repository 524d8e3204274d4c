"""Whether a formula has each letter, digit and dot of its symbols, and no other: a last check on what was built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ocr_service.text_layer.formulas.items import Item
from ocr_service.text_layer.formulas.words import FUNCTIONS

_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\*?\}(?:\{c+\})?")
_FUNCTION = re.compile(rf"\\({'|'.join(sorted(FUNCTIONS, key=len, reverse=True))})(?![A-Za-z])")
_DOTS = re.compile(r"\\[lvd]dots(?![A-Za-z])")
_ROUND = re.compile(r"\\begin\{pmatrix\}|\\binom(?![A-Za-z])")  # what has brackets that are not written
_PIECES = frozenset({"piece", "brace"})
_COMMAND = re.compile(r"\\[A-Za-z]+")


def signs_of(items: Iterable[Item]) -> Iterator[str]:
    """The LaTeX of each symbol by itself; the pieces of delimiters and braces have none."""
    return (item.latex for item in items if item.kind not in _PIECES)


def says_all(latex: str, signs: Iterable[str]) -> bool:
    """``signs``: the LaTeX of each symbol by itself. Of the rest only dots and round brackets are counted.

    Brackets that are put together from pieces are no signs.
    """
    plain = _ENVIRONMENT.sub("", _ROUND.sub("()", latex))
    written = _letters(_DOTS.sub("...", _FUNCTION.sub(r"\1", plain)))
    wanted = _letters(_DOTS.sub("...", " ".join(signs)))
    pieces = written - wanted
    return not wanted - written and set(pieces) <= {"(", ")"}


def _letters(latex: str) -> Counter[str]:
    return Counter(sign for sign in _COMMAND.sub("", latex) if sign.isalnum() or sign in ".()")
