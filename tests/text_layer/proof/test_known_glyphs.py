"""Which of the glyphs that look like TeX's are believed."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject
from ocr_service.text_layer.proof.known_glyphs import TABLE, Symbol, without_strays
from scripts.make_known_glyphs import OLDER

_O = Symbol("o", "ord", "OML", frozenset("o"))


def glyphs_of(*texts: str) -> Glyphs:
    """One glyph a character; each text is in a font of its own."""
    codes = np.array([ord(c) for text in texts for c in text], np.int64)
    owners = np.array([place for place, text in enumerate(texts) for _ in text], np.int64)
    boxes, zeros = np.zeros((len(codes), 4)), np.zeros(len(codes), bool)
    return Glyphs(
        codes=codes,
        ink=boxes,
        cell=boxes,
        origin=boxes[:, :2],
        object=owners,
        spaced=zeros,
        unmapped=zeros,
        plate=np.zeros(len(codes), np.int64),
        cut=np.zeros(len(codes)),
        objects=tuple(TextObject(None, font, 10.0, 0.0, 0, (0, 0, 0, 255), False) for font in range(len(texts))),
        fonts=tuple(Font(f"F{font}", f"F{font}", False, False) for font in range(len(texts))),
    )


def test_one_letter_of_a_text_font_that_looks_like_tex_is_no_mathematics() -> None:
    glyphs = glyphs_of("Dolfi+", "ox")
    found = {1: _O, 5: Symbol("+", "bin", "OT1", frozenset("+")), 6: _O, 7: Symbol("x", "ord", "OML", frozenset("x"))}
    assert without_strays(found, glyphs, np.arange(8)).keys() == {5, 6, 7}


@pytest.mark.slow
def test_the_table_has_the_outlines_that_fonts_had_before_2009() -> None:
    with np.load(TABLE, allow_pickle=False) as table:
        boxes = {(str(table["latex"][n]), *box.tolist()) for n, box in zip(table["symbol"], table["box"], strict=True)}
    wanted = {(latex, x0, -y1, x1, -y0) for (latex, _), old in OLDER.items() for x0, y0, x1, y1 in old}
    assert wanted <= boxes
