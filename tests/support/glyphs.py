"""Glyphs of one font, of which a test says no more than their boxes."""

from __future__ import annotations

import numpy as np

from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, TextObject
from ocr_service.text_layer.proof.evidence import Key


def glyphs_of(
    text: str, boxes: Floats, font: str, *, origin: Floats | None = None, size: float = 20.0
) -> tuple[Glyphs, list[Key]]:
    """The glyphs of ``text`` and their keys. ``boxes``: n x 4, of ink and cell; without ``origin`` they begin there."""
    count = len(text)
    glyphs = Glyphs(
        codes=np.array([ord(c) for c in text]),
        ink=boxes,
        cell=boxes,
        origin=boxes[:, :2] if origin is None else origin,
        object=np.zeros(count, np.int64),
        spaced=np.zeros(count, bool),
        unmapped=np.zeros(count, bool),
        plate=np.zeros(count, np.int64),
        cut=np.zeros(count),
        objects=(TextObject(None, 0, size, 0.0, 0, (0, 0, 0, 255), False),),
        fonts=(Font(font, f"{font}/1/0", False, False, True),),
    )
    return glyphs, [(f"{font}/1/0", ord(c), 1) for c in text]
