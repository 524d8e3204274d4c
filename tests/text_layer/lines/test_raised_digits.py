"""Digits that a font's own glyphs raise."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.lines.raised_digits import with_raised_digits
from ocr_service.text_layer.lines.words import Frame
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject

SIZE, BASE = 30.0, 100.0


@pytest.mark.parametrize(
    ("sign", "top", "foot", "raised"),
    [
        ("1", 75.0, 88.0, True),
        ("1", 79.0, 100.0, False),
        ("1", 86.0, 100.0, False),
        ("7", 86.0, 106.0, False),
        ("°", 75.0, 88.0, False),
    ],
)
def test_a_small_digit_above_the_baseline_is_raised(sign: str, top: float, foot: float, *, raised: bool) -> None:
    ink = np.array([[10.0, top, 20.0, foot]])
    glyphs = Glyphs(
        codes=np.array([ord(sign)]),
        ink=ink,
        cell=ink,
        origin=np.array([[10.0, BASE]]),
        object=np.zeros(1, np.int64),
        spaced=np.zeros(1, bool),
        unmapped=np.zeros(1, bool),
        plate=np.zeros(1, np.int64),
        cut=np.zeros(1),
        objects=(TextObject(None, 0, SIZE, 0.0, 0, (0, 0, 0, 255), False),),
        fonts=(),
    )
    frame = Frame(np.arange(1), ink[:, 0], ink[:, 2], np.array([BASE]), np.array([SIZE]))
    found = with_raised_digits(glyphs, frame)
    assert (found.base[0] < BASE, found.size[0] < SIZE) == (raised, raised)
