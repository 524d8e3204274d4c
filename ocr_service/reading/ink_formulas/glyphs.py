"""Signs that were seen as a page's glyphs, which the builder of formulas takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.table import ink_table
from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject
from ocr_service.text_layer.proof.known_glyphs import KnownGlyphs, Symbol

_FONT = Font("", "ink", False, False)


def glyphs_of(signs: Sequence[Match]) -> tuple[Glyphs, KnownGlyphs]:
    """A glyph for each sign, for each letter of a ligature one."""
    table = ink_table()
    parts = [(match, sign, symbol) for match in signs for sign, symbol in _letters(match.symbol)]
    # One object for each size: what is printed stands there once, however close two bars of a norm are.
    sizes = sorted({match.size for match, _, _ in parts})
    objects = tuple(TextObject(None, 0, size, 0.0, 0, (0, 0, 0, 255), False) for size in sizes)
    count = len(parts)
    cells = [
        (m.x, m.base - 0.75 * m.size, m.x + m.size * table.advance[m.row], m.base + 0.25 * m.size) for m, _, _ in parts
    ]
    glyphs = Glyphs(
        np.array([ord(sign) for _, sign, _ in parts], np.int64),
        np.array([m.box for m, _, _ in parts], float).reshape(-1, 4),
        np.array(cells, float).reshape(-1, 4),
        np.array([(m.x, m.base) for m, _, _ in parts], float).reshape(-1, 2),
        np.array([sizes.index(match.size) for match, _, _ in parts], np.int64),
        np.zeros(count, bool),
        np.zeros(count, bool),
        np.zeros(count, np.int64),
        np.zeros(count),
        objects,
        (_FONT,),
    )
    return glyphs, KnownGlyphs(tuple(symbol for _, _, symbol in parts), frozenset())


def _letters(symbol: Symbol) -> list[tuple[str, Symbol]]:
    if symbol.kind == "text":
        return [(letter, symbol) for letter in symbol.latex]
    return [(_sign(symbol), symbol)]


def _sign(symbol: Symbol) -> str:
    plain = symbol.latex
    if plain.startswith(("\\mathbf{", "\\boldsymbol{")):
        plain = plain.partition("{")[2][:-1]
    if len(plain) == 1:
        return plain
    return symbol.sign
