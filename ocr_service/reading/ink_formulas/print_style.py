"""How a page's ink differs from that of the glyphs it is compared with: heavier, and softer at its edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.reading.ink_formulas.moments import PIXEL, Ink
from ocr_service.reading.ink_formulas.pieces import Piece

_OF_EDGE = 1 / math.sqrt(math.pi)  # the integral of an edge's p (1 - p), by the spread of its blur
_STAIRS = 4 / math.pi  # the edge of a raster's shape by that of the shape itself
_CLEAN, _SOFTEST = 0.04, 1.5  # variance that is measured of clean edges; pixels


@dataclass(frozen=True, slots=True)
class PrintStyle:
    """``weight``: ink by that of the glyph. ``blur``: the spread of its edges in pixels, besides that of a pixel."""

    weight: float = 1.0
    blur: float = 0.0

    @property
    def smear(self) -> float:
        """The variance that it adds to all shapes, in each direction."""
        return PIXEL + self.blur**2


CLEAN = PrintStyle()


def blur_of(ink: Ink, pieces: Sequence[Piece]) -> float:
    """The spread of the edges of these pieces in pixels."""
    soft = edges = 0.0
    for piece in pieces:
        x0, y0, x1, y1 = piece.box
        part = ink[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2]
        dark = part > 0.5
        soft += float((part * (1 - part)).sum())
        edges += int((dark[1:] != dark[:-1]).sum()) + int((dark[:, 1:] != dark[:, :-1]).sum())
    if not edges:
        return 0.0
    spread = soft / edges * _STAIRS / _OF_EDGE
    return math.sqrt(min(max(0.0, spread**2 - PIXEL - _CLEAN), _SOFTEST**2))
