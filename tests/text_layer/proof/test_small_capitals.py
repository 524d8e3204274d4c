"""Small letters that are drawn as small capitals are believed; capitals that a map calls small letters are not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ocr_service.text_layer.proof.evidence import Evidence, Key
from ocr_service.text_layer.proof.small_capitals import believe_small_capitals
from tests.support.glyphs import glyphs_of


def _evidence(rises: dict[str, float], read: dict[str, str]) -> dict[Key, Evidence]:
    """What is known of a font's letters of these heights (em), each of which was read thrice, some as another."""
    text = [*rises]
    boxes = np.array([[0.0, 20 - 20 * rises[sign], 10.0, 20.0] for sign in text])
    glyphs, keys = glyphs_of("".join(text), boxes, "Caps", origin=np.array([[0.0, 20.0]] * len(text)))
    known = {
        key: Evidence(wrong=Counter({read[sign]: 3})) if sign in read else Evidence(right=3)
        for key, sign in zip(keys, text, strict=True)
    }
    assert believe_small_capitals(glyphs, keys, known) <= set(keys)
    return known


def _proven(known: dict[Key, Evidence]) -> str:
    return "".join(chr(code) for (_, code, _), evidence in known.items() if evidence.proven)


@pytest.mark.parametrize("letters", ["arning", "e"])
def test_letters_as_high_as_small_capitals_are_believed(letters: str) -> None:
    rises = {"M": 0.68, "L": 0.68, "o": 0.52} | dict.fromkeys(letters, 0.51)
    assert _proven(_evidence(rises, {c: c.upper() for c in letters})) == "".join(rises)


@pytest.mark.parametrize(
    ("rises", "read"),
    [
        ({"M": 0.68, "a": 0.68, "e": 0.68}, {"a": "A", "e": "E"}),  # capitals, by their height
        ({"M": 0.68, "a": 0.51, "e": 0.62}, {"a": "A", "e": "E"}),  # of two heights
        ({"M": 0.68, "o": 0.45, "e": 0.55}, {"e": "E"}),  # higher than the font's own small letters
        ({"a": 0.51, "e": 0.51}, {"a": "A", "e": "E"}),  # nothing tells the capitals' height
        ({"M": 0.68, "a": 0.51, "e": 0.51}, {"a": "E", "e": "A"}),  # other letters
    ],
)
def test_others_are_not(rises: dict[str, float], read: dict[str, str]) -> None:
    assert not {*read} & {*_proven(_evidence(rises, read))}
