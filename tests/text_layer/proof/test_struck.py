"""Letters that drawings of their own colour cross."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.text_layer.proof.struck import with_struck
from ocr_service.text_layer.visibility import DESCENDER
from tests.support.glyphs import glyphs_of

_SIZE = 40
_LINE = slice(56, 60)  # rows of the page


def _page(drawn: str, mapped: str) -> tuple[list[int], list[float]]:
    """The classes of letters in one box each, and how much is cut of each: a black line crosses the last one."""
    text: Gray = np.zeros((100, 60 * len(drawn)), np.uint8)
    boxes = []
    for place, letter in enumerate(drawn):
        x = 60 * place + 10
        cv2.putText(text, letter, (x, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (255,), 4)
        boxes.append((x, 44.0, x + 30, 72.0))
    ground = np.full((*text.shape, 3), 255, np.uint8)
    ground[_LINE, 60 * len(drawn) - 60 :] = 0
    text[_LINE, 60 * len(drawn) - 60 :] = 0
    origin = np.array([(x, 70.0) for x, *_ in boxes])
    glyphs, _ = glyphs_of(mapped, np.array(boxes), "Sans", origin=origin, size=_SIZE)
    glyphs, classes = with_struck(glyphs, np.arange(len(mapped)), text, ground)
    return classes.tolist(), glyphs.cut.tolist()


def test_a_struck_letter_is_the_one_that_nothing_crosses() -> None:
    assert _page("xaea", "xaea") == ([0, 1, 2, 1], [0, 0, 0, DESCENDER])


@pytest.mark.parametrize("drawn", ["xaez", "xaee"])
def test_a_struck_letter_that_is_drawn_otherwise_stays_another(drawn: str) -> None:
    assert _page(drawn, "xaea") == ([0, 1, 2, 3], [0, 0, 0, 0])


def test_a_struck_letter_that_the_page_has_only_once_stays_alone() -> None:
    assert _page("xaen", "xaen") == ([0, 1, 2, 3], [0, 0, 0, 0])
