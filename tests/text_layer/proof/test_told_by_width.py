"""Characters that look like others of their font and have another width."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ocr_service.text_layer.proof.evidence import Evidence
from ocr_service.text_layer.proof.told_by_width import believe_by_width
from tests.support.glyphs import glyphs_of

_PROVEN = {"l": 0.222, "e": 0.556, "2": 0.556, "4": 0.556}  # em, as in Arial


def _evidence(sign: str, read: str, width: float) -> Evidence:
    """What is known of ``sign`` after words had it as ``read``."""
    text = [*_PROVEN, sign]
    widths = np.array([*_PROVEN.values(), width]) * 20
    boxes = np.stack([np.zeros(len(text)), np.zeros(len(text)), widths, np.full(len(text), 20.0)], axis=1)
    glyphs, keys = glyphs_of("".join(text), boxes, "Sans")
    known = {key: Evidence(right=3) for key in keys[:-1]} | {keys[-1]: Evidence(wrong=Counter({read: 2}))}
    believe_by_width(glyphs, keys, known)
    return known[keys[-1]]


@pytest.mark.parametrize(("sign", "width"), [("I", 0.278), ("1", 0.556)])
def test_a_like_of_the_l_is_told_by_its_width(sign: str, width: float) -> None:
    assert _evidence(sign, "l", width).proven


@pytest.mark.parametrize(
    ("sign", "read", "width"),
    [("I", "l", 0.222), ("1", "l", 0.222), ("1", "l", 0.278), ("I", "T", 0.278), ("0", "o", 0.556)],
)
def test_what_has_the_width_of_its_like_or_was_read_otherwise_is_not(sign: str, read: str, width: float) -> None:
    assert not _evidence(sign, read, width).proven


@pytest.mark.parametrize(("width", "proven"), [(0.5, True), (0.278, False)])
def test_a_digit_is_told_by_the_narrow_letters_of_a_font_without_an_l(width: float, proven: bool) -> None:
    widths = {"r": 0.333, "a": 0.444, "2": 0.5, "3": 0.5, "1": width}
    sides = np.array(list(widths.values())) * 20
    boxes = np.stack([np.zeros(len(sides)), np.zeros(len(sides)), sides, np.full(len(sides), 20.0)], axis=1)
    glyphs, keys = glyphs_of("".join(widths), boxes, "Serif")
    known = {key: Evidence(right=2) for key in keys[:-1]} | {keys[-1]: Evidence(wrong=Counter("lll"))}
    believe_by_width(glyphs, keys, known)
    assert known[keys[-1]].proven is proven
