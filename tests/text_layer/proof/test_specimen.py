"""Glyphs cut out of the picture of the text."""

from __future__ import annotations

import numpy as np

from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject
from ocr_service.text_layer.proof.specimen import TypeCase


def test_a_glyph_is_cut_out_without_the_next_one_that_its_box_reaches_into() -> None:
    plate = np.zeros((100, 200), np.uint8)
    plate[30:60, 50:60] = 255  # the glyph: its box is as wide as two
    plate[30:60, 66:76] = 255  # the next one
    ink = np.array([[50, 30, 78, 60], [66, 30, 78, 60]], float)
    glyphs = Glyphs(
        codes=np.array([ord("1"), ord("1")]),
        ink=ink,
        cell=ink,
        origin=np.array([[48, 60], [64, 60]], float),
        object=np.zeros(2, np.int64),
        spaced=np.zeros(2, bool),
        unmapped=np.zeros(2, bool),
        plate=np.zeros(2, np.int64),
        cut=np.zeros(2),
        objects=(TextObject(None, 0, 44.0, 0.0, 0, (0, 0, 0, 255), False),),
        fonts=(Font("Narrow", "Narrow/1/0", False, False, True),),
    )
    row = TypeCase(glyphs, [plate]).row([0]).pixels
    assert (np.flatnonzero((row < 128).any(axis=0)) < 20).all()
    assert (TypeCase(glyphs, [plate]).row([1]).pixels < 128).any()
