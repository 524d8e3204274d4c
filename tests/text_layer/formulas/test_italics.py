"""Which letters of a font that sets text and mathematics are variables."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.formulas.italics import letters_in_words
from ocr_service.text_layer.proof.known_glyphs import Symbol
from tests.support.glyphs import glyphs_of


@pytest.mark.parametrize(
    ("text", "variables"), [("cours d'œuvre", ""), ("cours d œuvre", "d"), ("cours d'a", "da"), ("jour l’été", "")]
)
def test_a_letter_with_an_apostrophe_before_a_word_is_no_variable(text: str, variables: str) -> None:
    marks = [(x, mark) for x, mark in enumerate(text) if mark != " "]
    boxes = np.array([[10 * x, 0, 10 * x + 9, 12] for x, _ in marks], float)
    glyphs, _ = glyphs_of("".join(mark for _, mark in marks), boxes, "Times-Italic")
    symbols = [
        Symbol(mark, "ord", "OML", frozenset(mark)) if mark.isalpha() and mark.isascii() else None for _, mark in marks
    ]
    words = letters_in_words(glyphs, symbols)
    assert "".join(chr(glyphs.codes[i]) for i, s in enumerate(symbols) if s and i not in words) == variables
