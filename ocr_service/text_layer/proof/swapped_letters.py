"""Letters of alphabets that nobody reads here which a map has for one another: ა for ბ, and ב for כ.

One letter alone varies too much between fonts. But where two are swapped, both look like each other and unlike
themselves, and together that is no chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Floats, Glyphs
from ocr_service.text_layer.proof.alphabets import script_of
from ocr_service.text_layer.proof.evidence import Key
from ocr_service.text_layer.proof.letter_shapes import distances, drawings_of, known_signs, places_of
from ocr_service.text_layer.proof.shapes import Samples

_ALPHABETS = frozenset({"ARMENIAN", "GEORGIAN", "HEBREW", "THAI", "HIRAGANA", "KATAKANA"})
# By which two letters together are nearer to each other's drawings. Of 40 fonts that are not in the table one pair of
# 114,000 is so; of swapped ones 94 to 99 % are, of such as look alike 43 to 91 %. Arabic letters have too many forms:
# one pair of every second font is so.
_NEARER = 0.25


def swapped_letters(
    glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str]
) -> dict[Key, str]:
    """The characters of each font that look like those which the map has for them in turn, with these."""
    asked = np.array([script_of(sign) in _ALPHABETS for sign in signs], bool) & ~glyphs.of_one_glyph
    if not asked.any():
        return {}
    places = places_of(known_signs(), glyphs, keys, signs, asked)
    fonts: dict[tuple[str, str], list[tuple[Key, str, Floats, Samples]]] = defaultdict(list)
    for key, box, sample in drawings_of(glyphs, places, plates):
        sign = signs[places[key][0]]
        fonts[key[0], script_of(sign)].append((key, sign, box, sample))
    found: dict[Key, str] = {}
    for letters in fonts.values():
        found |= _swapped(letters)
    return found


def _swapped(letters: Sequence[tuple[Key, str, Floats, Samples]]) -> dict[Key, str]:
    signs = sorted({sign for _, sign, _, _ in letters})
    at = [signs.index(sign) for _, sign, _, _ in letters]
    apart = np.stack([distances(signs, box, sample) for _, _, box, sample in letters])
    own = apart[np.arange(len(letters)), at]
    both = apart[:, at]  # of each letter from each other one's sign
    nearer = own[:, None] + own[None] - both - both.T
    np.fill_diagonal(nearer, 0.0)
    partner = nearer.argmax(axis=1)
    return {key: letters[partner[i]][1] for i, (key, *_) in enumerate(letters) if nearer[i, partner[i]] > _NEARER}
