"""Minus signs that are lines or filled boxes: programs for charts draw what a font of theirs does not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.text_layer.lines.words import LayerLine, LayerWord

_WIDTH, _THIN = (0.25, 1.1), 0.2  # of the type's size: the width of a minus sign, and its height at most
_MIDDLE = (0.12, 0.55)  # of the type's size: where its middle is above the baseline
_NEAR, _FAR = 0.27, 1.3  # of the type's size before the number: its right end, and its left end at most
_CONTRAST = 60  # of it with what is around
_DIGITS = frozenset("0123456789")
_MINUS = "\u2212"


def with_drawn_signs(lines: Iterable[LayerLine], ground: Gray) -> list[LayerLine]:
    """The lines; a level number has the minus sign that ``ground``, the picture without text, shows before it."""
    return [
        line if line.angle else replace(line, words=tuple(_signed(word, ground) for word in line.words))
        for line in lines
    ]


def _signed(word: LayerWord, ground: Gray) -> LayerWord:
    if word.text[:1] not in _DIGITS or word.base is None:
        return word
    found = _dash_before(word, ground, word.base)
    if found is None:
        return word
    x0, y0, x1, y1 = word.box
    return replace(word, text=_MINUS + word.text, box=(min(x0, found[0]), min(y0, found[1]), x1, max(y1, found[3])))


def _dash_before(word: LayerWord, ground: Gray, base: float) -> Box | None:
    size, left = word.size, word.box[0]
    x0, x1 = max(0, int(left - _FAR * size)), max(0, int(left))
    y0, y1 = max(0, int(base - size)), max(0, int(base + 0.2 * size))
    part = ground[y0:y1, x0:x1]
    if not part.size or int(part.max()) - int(part.min()) < _CONTRAST:
        return None
    ink = cv2.absdiff(part, np.full_like(part, int(np.median(part)))) >= _CONTRAST
    _, _, stats, middles = components_with_stats(ink.astype(np.uint8), connectivity=8)
    for (x, y, width, height, _), (_, middle) in zip(stats[1:].tolist(), middles[1:].tolist(), strict=True):
        is_whole = x > 0 or x0 == 0  # else a ruling line may go on to the left
        near = left - (x0 + x + width) <= _NEAR * size
        flat = _WIDTH[0] * size <= width <= _WIDTH[1] * size and height <= _THIN * size
        if is_whole and near and flat and _MIDDLE[0] <= (base - y0 - middle) / size <= _MIDDLE[1]:
            return x0 + x, y0 + y, x0 + x + width, y0 + y + height
    return None
