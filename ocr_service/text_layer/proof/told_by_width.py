"""Characters that reading takes for their likes, told by the widths of their font: ``I`` and ``1`` of ``jobId1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Evidence, Key

_LIKES = {"1": "lI", "0": "oO", "5": "sS", "2": "zZ"}
_OTHER_WIDTH, _SAME_WIDTH = 0.03, 0.006  # em, of an advance
_DIGITS = 2  # others that were read right, all of one width
_NARROW = "fijrt"  # at least one of which is as narrow as an l, and narrower than a digit


def believe_by_width(glyphs: Glyphs, keys: Sequence[Key], known: dict[Key, Evidence]) -> None:
    """Counts as right what words have only as a like that the font has in another width.

    Between small letters OCR reads an I as l, and a 1 as l. An I is wider than the font's l; a digit is as wide as its
    other digits, and not as the letter that was read. A map that calls an l so would give it the width of the l.
    Where a font has no l, its narrow letters tell how wide that is.
    """
    doubtful = {key for key, evidence in known.items() if not evidence.right and evidence.wrong.total()}
    doubtful = {key for key in doubtful if chr(key[1]) in {"I", *_LIKES} and _is_like(chr(key[1]), known[key])}
    if not doubtful:
        return
    widths = _widths(glyphs, keys)
    for key in doubtful & widths.keys():
        sign, own = chr(key[1]), widths[key]
        same_font = [other for other in widths if other[0] == key[0] and other in known and known[other].proven]
        likes = [widths[other] for other in same_font if chr(other[1]) in _likes(sign)]
        if sign == "1" and not likes:
            likes = [widths[other] for other in same_font if chr(other[1]) in _NARROW]
        if sign == "I":
            told = bool(likes) and all(own > width + _OTHER_WIDTH for width in likes)
        else:
            digits = [widths[other] for other in same_font if chr(other[1]).isdigit()]
            told = len(digits) >= _DIGITS and all(abs(own - width) <= _SAME_WIDTH for width in digits)
            told &= bool(likes) and all(abs(own - width) > _OTHER_WIDTH for width in likes)
        if told:
            known[key] = Evidence(right=known[key].times)


def _likes(sign: str) -> str:
    return "l" if sign == "I" else _LIKES[sign]


def _is_like(sign: str, evidence: Evidence) -> bool:
    return all(read and read in _likes(sign) for read in evidence.wrong)


def _widths(glyphs: Glyphs, keys: Sequence[Key]) -> Mapping[Key, float]:
    """The advance of each level character, em."""
    level = np.flatnonzero(glyphs.level & (glyphs.size > 0)).tolist()
    advance = (glyphs.cell[:, 2] - glyphs.cell[:, 0]) / np.maximum(glyphs.size, 1e-6)
    found: dict[Key, float] = {}
    for index in level:
        found.setdefault(keys[index], float(advance[index]))
    return found
