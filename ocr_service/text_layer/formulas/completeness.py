"""Whether a formula has each letter, digit and dot of its symbols, and no other: a last check on what was built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ocr_service.text_layer.formulas.words import FUNCTIONS

_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\*?\}(?:\{c+\})?")
_FUNCTION = re.compile(rf"\\({'|'.join(sorted(FUNCTIONS, key=len, reverse=True))})(?![A-Za-z])")
_DOTS = re.compile(r"\\[lvd]dots(?![A-Za-z])")
_COMMAND = re.compile(r"\\[A-Za-z]+")


def says_all(latex: str, signs: Iterable[str]) -> bool:
    """``signs``: the LaTeX of each symbol by itself. Of the rest only dots are counted."""
    written = _DOTS.sub("...", _FUNCTION.sub(r"\1", _ENVIRONMENT.sub("", latex)))
    return _letters(written) == _letters(_DOTS.sub("...", " ".join(signs)))


def _letters(latex: str) -> Counter[str]:
    return Counter(sign for sign in _COMMAND.sub("", latex) if sign.isalnum() or sign == ".")
