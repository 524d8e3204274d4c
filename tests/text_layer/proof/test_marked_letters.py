"""Letters with marks in round types."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Evidence
from ocr_service.text_layer.proof.letter_shapes import looks_like_another
from ocr_service.text_layer.proof.marked_letters import without_own_letters
from tests.support.glyphs import glyphs_of


def _round_type(*drawn: tuple[str, str]) -> tuple[Glyphs, np.ndarray]:
    """Glyphs of a geometric type, of 100 pixels: each is said to be the first letter and drawn as the second."""
    plate = np.zeros((200, 100 * len(drawn) + 100), np.uint8)
    boxes = []
    for place, (_, shape) in enumerate(drawn):
        x = 50 + 100 * place
        cv2.ellipse(plate, (x + 24, 126), (21, 21), 0, 0, 360, 255, 7)
        if shape[0] == "a":
            cv2.line(plate, (x + 42, 104), (x + 42, 147), 255, 7)
        if shape[1:]:
            cv2.line(plate, (x + 18, 76), (x + 26, 89), 255, 7)
        part = plate[:, x - 10 : x + 80] > 127
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        boxes.append((x - 10 + columns[0], rows[0], x - 9 + columns[-1], rows[-1] + 1))
    ink = np.array(boxes, float)
    origin = np.stack([ink[:, 0] - 3, np.full(len(drawn), 150.0)], axis=1)
    glyphs, _ = glyphs_of("".join(said for said, _ in drawn), ink, "Round", origin=origin, size=100.0)
    return glyphs, plate


@pytest.mark.parametrize(("drawn_as", "is_another"), [("a`", False), ("o`", True)])
def test_a_letter_with_a_mark_stands_on_the_fonts_own_letter(drawn_as: str, is_another: bool) -> None:
    glyphs, plate = _round_type(("a", "a"), ("o", "o"), ("à", drawn_as))
    keys = [("Round/1/0", int(code), 1) for code in glyphs.codes]
    known = {keys[0]: Evidence(right=4), keys[1]: Evidence(right=4)}
    asked = np.array([False, False, True])
    others = looks_like_another(glyphs, [plate], keys, "aoà", asked)
    assert others
    assert bool(without_own_letters(others, glyphs, [plate], keys, "aoà", known)) == is_another
    assert without_own_letters(others, glyphs, [plate], keys, "aoà", {}) == others
