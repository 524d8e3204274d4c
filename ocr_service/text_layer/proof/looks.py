"""Whether a character looks as where it was proven: another page's font may have the same name, and another map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Key, Remembered
from ocr_service.text_layer.proof.shapes import samples_of

_GLYPHS = 4  # of a character, on each page
_SAME = 0.95  # the correlation of the likest two; that of different letters of one size is less (bh, il, ин)


def forget_others(remembered: Remembered, keys: Sequence[Key], glyphs: Glyphs, plates: Sequence[Gray]) -> None:
    """What earlier pages have shown of characters that look otherwise here goes; theirs become the looks."""
    first: dict[Key, list[int]] = {}
    for index, key in enumerate(keys):
        chosen = first.setdefault(key, [])
        if len(chosen) < _GLYPHS:
            chosen.append(index)
    indices = np.array([index for chosen in first.values() for index in chosen], np.int64)
    samples = samples_of(plates[0], glyphs.ink[indices])
    start = 0
    for key, chosen in first.items():
        here = samples[start : start + len(chosen)]
        start += len(chosen)
        earlier = remembered.looks.get(key)
        if earlier is None or float((here @ earlier.T).max()) < _SAME:
            remembered.forget(key)
            remembered.looks[key] = here
