"""Soft hyphens for hyphens: many fonts have one glyph for both, and a program that makes PDFs may take either code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_service.text_layer.page.glyphs import Glyphs

_SOFT, _HYPHEN = 0xAD, ord("-")
_DIGITS = np.array([ord(digit) for digit in "0123456789"])
_BESIDE = 0.8  # em from a hyphen's beginning to that of the next digit: its advance is 0.3 to 0.6


def with_hyphens(glyphs: Glyphs) -> Glyphs:
    """Those of fonts of which one is seen inside of a number are hyphens: no number is broken, and 5-7 is not 57.

    Others may be of words that a program could have broken there.
    """
    soft = glyphs.codes == _SOFT
    if not soft.any():
        return glyphs
    at = np.flatnonzero(soft[:-1])
    at = at[at > 0]
    way = np.hypot(*(glyphs.origin[at + 1] - glyphs.origin[at]).T)
    inside = (way > 0) & (way < _BESIDE * glyphs.size[at]) & ~glyphs.spaced[at] & ~glyphs.spaced[at + 1]
    inside &= np.isin(glyphs.codes[at - 1], _DIGITS) & np.isin(glyphs.codes[at + 1], _DIGITS)
    fonts = np.unique(glyphs.font[at[inside]])
    return replace(glyphs, codes=np.where(soft & np.isin(glyphs.font, fonts), _HYPHEN, glyphs.codes))
