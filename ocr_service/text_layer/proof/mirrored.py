"""Signs that are one another's mirror images, in boxes of one size: a map may call ( a ), « a » and → a ←."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Key

# To which side a sign's middle stands out: that of an arrow is its shaft, which its head stands off from.
_SIDES = {sign: side for side, signs in ((-1, "([{«‹<→"), (1, ")]}»›>←")) for sign in signs}
SIDED = frozenset(_SIDES)
_LEAST_PX = 10.0  # an em
_SAMPLES = 3  # glyphs of each character
_CLEARLY = 0.02  # of a sign's width; of 500 fonts, at 14 and 28 pixels an em, two leans of 9,500 are to the other side
_RIGHT_TO_LEFT = ("R", "AL")  # whose brackets are mirrored


def mirrors_brackets(signs: Sequence[str]) -> bool:
    """Whether letters that run from right to left are among them: a ``(`` beside these is drawn as a ``)``."""
    return any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in set(signs))


def mirrored(glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str]) -> frozenset[Key]:
    """Brackets, quotation marks and arrows whose middle stands out to the other side than it should."""
    if mirrors_brackets(signs):
        return frozenset()
    samples: dict[Key, list[int]] = defaultdict(list)
    for index, sign in enumerate(signs):
        clear = sign in _SIDES and glyphs.size[index] >= _LEAST_PX and glyphs.level[index] and glyphs.whole[index]
        if clear and len(samples[keys[index]]) < _SAMPLES:
            samples[keys[index]].append(index)
    found = set()
    for key, indices in samples.items():
        leans = sorted(lean(plates[glyphs.plate[i]], glyphs.ink[i].tolist()) for i in indices)
        if leans and _SIDES[chr(key[1])] * leans[len(leans) // 2] < -_CLEARLY:
            found.add(key)
    return frozenset(found)


def lean(plate: Gray, box: Sequence[float]) -> float:
    """How far right the ink in the middle of a box is of that at its top and bottom, of its width; 0 without any."""
    x0, y0, x1, y1 = (max(0, round(side)) for side in box)
    part = plate[y0:y1, x0:x1].astype(float)
    if min(part.shape) < 2:
        return 0.0
    height, width = part.shape
    third = max(1, height // 3)
    middle, ends = part[third : height - third].sum(axis=0), (part[:third] + part[-third:]).sum(axis=0)
    if not middle.sum() or not ends.sum():
        return 0.0
    x = np.arange(width)
    return (float(middle @ x / middle.sum()) - float(ends @ x / ends.sum())) / float(width)
