"""Fonts of small capitals: their map has small letters, as their text does, and their glyphs are capitals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Evidence, Key

_EVEN = 0.07  # of their height, by which small capitals differ; round ones are higher
_LOWER = 0.94  # of the height of the font's capitals
_FLAT = "cosuvwxz"  # which look like their capitals, and are read as either
_TAILED = "jq"  # whose capitals reach lower, or higher


def believe_small_capitals(glyphs: Glyphs, keys: Sequence[Key], known: dict[Key, Evidence]) -> frozenset[Key]:
    """Counts as right small letters that were read as their own capitals and are drawn as small ones; which these are.

    All of a font's must have one height, and its capitals, which were read as such, be higher. A map that has small
    letters for capitals has no such capitals.
    """
    drawn: dict[str, set[Key]] = defaultdict(set)
    for key, evidence in known.items():
        if (sign := chr(key[1])).islower() and evidence.wrong[sign.upper()] >= max(1, evidence.right):
            drawn[key[0]].add(key)
    found: set[Key] = set()
    if not drawn:
        return frozenset()
    rises = _rises(glyphs, keys)
    for font, letters in drawn.items():
        flat = [key for key in rises if key[0] == font and chr(key[1]) in _FLAT and key in known and known[key].proven]
        small = [rises[key] for key in (*letters, *flat) if key in rises and chr(key[1]) not in _TAILED]
        capitals = [
            rise
            for key, rise in rises.items()
            if key[0] == font and chr(key[1]).isupper() and key in known and known[key].proven
        ]
        if not small or not capitals:
            continue
        height = float(np.median(small))
        if max(abs(rise - height) for rise in small) <= _EVEN * height and height < _LOWER * float(np.median(capitals)):
            found |= letters
    for key in found:
        wrong = Counter(known[key].wrong)
        right = wrong.pop(chr(key[1]).upper())
        known[key] = Evidence(known[key].right + right, wrong)
    return frozenset(found)


def _rises(glyphs: Glyphs, keys: Sequence[Key]) -> dict[Key, float]:
    """How far each level character reaches above its baseline, em."""
    rise = glyphs.rise
    found: dict[Key, float] = {}
    for index in np.flatnonzero(glyphs.level & glyphs.whole).tolist():
        found.setdefault(keys[index], float(rise[index]))
    return found
