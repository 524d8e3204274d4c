"""How many tokens a text has, estimated without a model: chunks need a bound, and models disagree on the number."""

from __future__ import annotations

import re

# Scripts that are written without spaces between words: Thai, Lao, Khmer, Myanmar, kana, Han, Hangul.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W\d_{_UNSPACED}]{{1,4}}|\d{{1,3}}|[^\w\s]|_")


def count_tokens(text: str) -> int:
    """One for each started four letters of a word, three digits, letter of a script without spaces, and other mark.

    The count of two texts with white space between them is the sum of theirs.
    """
    return sum(1 for _ in _TOKEN.finditer(text))
