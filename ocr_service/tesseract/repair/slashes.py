"""Slashes read as a 1 between digits, told by their ink: contract ``55426/65`` came out as ``55426165``."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.words import Word

_MAY_HOLD_ONE = re.compile(r"(?=.*\d[1lI|]\d)\S{3,}+")
_READ_AS = frozenset("1lI|")
_WIDTH, _HEIGHT = (0.2, 0.5), 0.6  # em
_STROKE = 0.16  # em: its width in each row at most; the foot of a 1 is wider
_LEANS = 0.55  # of the glyph's width, from the stroke's middle at the foot to that at the top
_ENDS = 0.15  # of its height


def with_slashes(word: Word, em: float, ink: Gray) -> Word:
    """``word`` with a slash for each 1 between digits whose ink is a stroke that leans over its whole width."""
    if _MAY_HOLD_ONE.fullmatch(word.text) is None:
        return word
    glyphs = glyph_boxes(word.box, em, ink)
    if len(glyphs) != len(word.text):
        return word
    text = "".join(
        "/" if sign in _READ_AS and 0 < place < len(glyphs) - 1 and _is_slash(glyphs[place], em, ink) else sign
        for place, sign in enumerate(word.text)
    )
    return replace(word, text=text) if text != word.text else word


def _is_slash(box: Box, em: float, ink: Gray) -> bool:
    x0, y0, x1, y1 = box
    if not _WIDTH[0] * em <= x1 - x0 <= _WIDTH[1] * em or y1 - y0 < _HEIGHT * em:
        return False
    part = ink[y0:y1, x0:x1] > 0
    columns = np.arange(part.shape[1])
    counts = part.sum(axis=1)
    if counts.min() == 0 or counts.max() > _STROKE * em + 2:
        return False
    middles = (part * columns).sum(axis=1) / counts
    ends = max(1, round(_ENDS * len(middles)))
    return float(middles[:ends].mean() - middles[-ends:].mean()) >= _LEANS * (x1 - x0)
