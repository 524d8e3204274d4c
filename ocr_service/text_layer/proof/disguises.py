"""Fonts whose map has letters of an alphabet that nobody reads here, and whose glyphs are of another one.

Reading says nothing of Thai or Georgian letters. But most glyphs of such alphabets look like no Latin, Cyrillic or
Greek letter, and none is as large as a Chinese character.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.alphabets import script_of
from ocr_service.text_layer.proof.evidence import Key
from ocr_service.text_layer.proof.ideographs import is_ideograph
from ocr_service.text_layer.proof.letter_shapes import like_known_letters

_KNOWN = frozenset({"", "LATIN", "CYRILLIC", "GREEK", "COPTIC", "FULLWIDTH", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT"})
_LARGE = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "YI", "TANGUT", "NUSHU"})
# Of the different letters of 50 fonts of 16 such alphabets at most 0.5 look like known ones; of Latin, Cyrillic and
# Greek ones with other names 0.75 to 1.0. Coptic letters look like Greek ones.
_MOST_ALIKE = 0.68
_SQUARE = 0.72  # em: the smaller side of the middle one of Chinese characters is 0.8, of other letters 0.6 at most
_LEAST, _MOST_LOOKED_AT = 3, 60  # different letters of a font


def in_disguise(glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str]) -> frozenset[Key]:
    """All such letters of fonts most of whose glyphs are no letters of the alphabet that the map says."""
    first: dict[int, dict[Key, int]] = defaultdict(dict)
    unread = [i for i in range(len(signs)) if script_of(signs[i]) not in _KNOWN and not is_ideograph(signs[i])]
    for index in unread:
        if glyphs.whole[index]:
            first[int(glyphs.font[index])].setdefault(keys[index], index)
    found: set[Key] = set()
    for letters in first.values():
        here = list(letters.values())[:_MOST_LOOKED_AT]
        if len(here) >= _LEAST and (_are_known(glyphs, plates, here) or _are_square(glyphs, signs, here)):
            found.update(letters)
    return frozenset(found)


def _are_known(glyphs: Glyphs, plates: Sequence[Gray], here: Sequence[int]) -> bool:
    alike = like_known_letters(glyphs, plates, here)
    return sum(alike) > _MOST_ALIKE * len(here)


def _are_square(glyphs: Glyphs, signs: Sequence[str], here: Sequence[int]) -> bool:
    others = [i for i in here if script_of(signs[i]) not in _LARGE]
    if len(others) < _LEAST:
        return False
    ink, size = glyphs.ink[others], np.maximum(glyphs.size[others], 1e-6)
    sides = np.minimum(ink[:, 2] - ink[:, 0], ink[:, 3] - ink[:, 1]) / size
    return float(np.median(sides)) > _SQUARE
