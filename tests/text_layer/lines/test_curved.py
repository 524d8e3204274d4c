"""Letters on a curve."""

from __future__ import annotations

import math

import numpy as np

from ocr_service.text_layer.lines.lines import find_lines
from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject

_RADIUS, _SIZE = 100.0, 20.0


def _ring(text: str, degrees: float) -> Glyphs:
    """``text`` clockwise around a ring, from its left, each letter ``degrees`` further."""
    places = [index for index, sign in enumerate(text) if sign != " "]
    turns = [180 + degrees * place for place in places]
    origin = np.array(
        [(300 + _RADIUS * math.cos(math.radians(t)), 300 + _RADIUS * math.sin(math.radians(t))) for t in turns]
    )
    boxes = np.concatenate([origin - 8, origin + 8], axis=1)
    angles = [(t + 90) % 360 for t in turns]
    count = len(places)
    return Glyphs(
        codes=np.array([ord(text[place]) for place in places]),
        ink=boxes,
        cell=boxes,
        origin=origin,
        object=np.arange(count),
        spaced=np.array([place > 0 and text[place - 1] == " " for place in places]),
        unmapped=np.zeros(count, bool),
        plate=np.zeros(count, np.int64),
        cut=np.zeros(count),
        objects=tuple(TextObject(None, 0, _SIZE, angle, 0, (0, 0, 0, 255), False) for angle in angles),
        fonts=(Font("Sans", "Sans/1/0", False, False, True),),
    )


def test_the_letters_of_a_ring_are_one_line_with_its_words() -> None:
    (line,) = find_lines(_ring("NORTHERN FOREST", 9))
    assert line.text == "NORTHERN FOREST"
    assert line.angle % 90


def test_letters_far_apart_are_no_line() -> None:
    assert len(find_lines(_ring("N O R T H", 30))) == 5
