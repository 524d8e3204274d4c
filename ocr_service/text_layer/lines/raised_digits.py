"""Digits that are raised and small in their font's own glyphs, as OpenType's superscripts are (feature ``sups``).

The file says the size and the baseline of the text around them; what they are is seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_service.text_layer.lines.words import Frame
from ocr_service.text_layer.page.glyphs import Glyphs

_RISE = 0.2  # of the type's size: how far at least the ink's foot is above the baseline; a digit's stands on it
# Of the type's size, the ink's: a whole digit has 0.62 and more, those of old style 0.4 without a rise.
_HEIGHT = (0.2, 0.58)
_DIGIT = 0.7  # of its own size


def with_raised_digits(glyphs: Glyphs, frame: Frame) -> Frame:
    """``frame`` of level glyphs, such digits with the baseline and the size that their ink has."""
    codes = glyphs.codes[frame.index]
    ink = glyphs.ink[frame.index]
    size = np.maximum(frame.size, 1e-6)
    height, rise = (ink[:, 3] - ink[:, 1]) / size, (frame.base - ink[:, 3]) / size
    raised = (codes >= ord("0")) & (codes <= ord("9")) & (rise > _RISE) & (height > _HEIGHT[0]) & (height < _HEIGHT[1])
    if not raised.any():
        return frame
    return replace(
        frame,
        base=np.where(raised, ink[:, 3], frame.base),
        size=np.where(raised, height * size / _DIGIT, frame.size),
    )
