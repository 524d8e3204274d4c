"""Soft hyphens that a font has for hyphens."""

from __future__ import annotations

import numpy as np

from ocr_service.text_layer.lines.soft_hyphens import with_hyphens
from tests.support.glyphs import glyphs_of

_SIZE = 20.0


def _text(lines: list[str]) -> str:
    """What the lines say, each letter half an em wide."""
    places = [(x * _SIZE / 2, y * 1.2 * _SIZE) for y, line in enumerate(lines) for x in range(len(line))]
    boxes = np.array([(x, y, x + _SIZE / 2, y + _SIZE) for x, y in places])
    glyphs, _ = glyphs_of("".join(lines), boxes, "Sans", size=_SIZE)
    return "".join(map(chr, with_hyphens(glyphs).codes))


def test_a_soft_hyphen_inside_of_a_number_is_a_hyphen() -> None:
    assert _text(["5\u00ad7 pages"]) == "5-7 pages"


def test_the_others_of_its_font_are_too() -> None:
    assert _text(["1\u00ad2 pages of self\u00adstudy in\u00ad", "class"]) == "1-2 pages of self-study in-class"


def test_those_that_may_break_words_stay_soft() -> None:
    assert (
        _text(["the opera\u00adtion of 5\u00ad", "7 ma\u00ad", "chine"])
        == "the opera\u00adtion of 5\u00ad7 ma\u00adchine"
    )
