"""The glyphs that ink is compared with: those of Computer Modern and the AMS fonts.

The table is made by ``scripts/make_ink_glyphs.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ocr_service.reading.ink_formulas.moments import GRID, REACH, SMOOTH, SOFT, unit
from ocr_service.text_layer.page.glyphs import Floats, Ints
from ocr_service.text_layer.proof.known_glyphs import Symbol
from ocr_service.text_layer.proof.shapes import Samples

TABLE = Path(__file__).with_name("ink_glyphs.npz")
DOTLESS = (
    "\\imath",
    "\\jmath",
    "\\boldsymbol{\\imath}",
    "\\boldsymbol{\\jmath}",
)  # letters that have lost their dot are commoner


@dataclass(frozen=True, slots=True)
class InkTable:
    """One row a glyph, in em from its origin. ``symbol`` indexes ``symbols``; ``pieces``: how many parts it has.

    ``centre``: x and y; ``variance``: around it; ``picture`` as ``moments.picture_of`` gives it, ``soft`` that of
    a small piece.
    """

    symbols: tuple[Symbol, ...]
    symbol: Ints
    box: Floats
    advance: Floats
    mass: Floats
    centre: Floats
    variance: Floats
    pieces: Ints
    picture: Samples
    soft: Samples


@lru_cache(maxsize=1)
def ink_table() -> InkTable:
    with np.load(TABLE, allow_pickle=False) as file:
        symbols = tuple(
            Symbol(str(latex), str(kind), str(encoding), frozenset())
            for latex, kind, encoding in zip(file["latex"], file["kind"], file["encoding"], strict=True)
        )
        wanted = np.array([_is_sign(symbol) for symbol in symbols])[file["symbol"]]
        picture = unit(file["picture"][wanted].astype(np.float32))
        moments = file["moments"][wanted].astype(np.float64)
        return InkTable(
            symbols,
            file["symbol"][wanted].astype(np.int64),
            file["box"][wanted].astype(np.float64),
            file["advance"][wanted].astype(np.float64),
            moments[:, 0],
            moments[:, 1:3],
            moments[:, 3] + moments[:, 4],
            file["pieces"][wanted].astype(np.int64),
            picture,
            _softened(picture),
        )


def _softened(pictures: Samples) -> Samples:
    """The pictures as of small pieces of ink."""
    more = math.sqrt(SOFT**2 - SMOOTH**2) * GRID / (2 * REACH)
    soft = [cv2.GaussianBlur(picture.reshape(GRID, GRID), (0, 0), more).ravel() for picture in pictures]
    return unit(np.array(soft, np.float32))


def _is_sign(symbol: Symbol) -> bool:
    """Whether a symbol is one of formulas, of which bold ones are letters and digits; their asterisk is the low one."""
    return (
        bool(symbol.latex)
        and (symbol.latex, symbol.encoding) != ("*", "OT1")
        and symbol.kind != "quote"
        and not (symbol.latex.startswith("\\mathbf") and not symbol.latex[8:-1].isalnum())
    )
