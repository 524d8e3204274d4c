"""Dots and upright bars, which have no shape but their size: which signs they may be."""

from __future__ import annotations

import math
from functools import lru_cache

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.moments import Ink, moments_of
from ocr_service.reading.ink_formulas.pieces import Piece, patch_of
from ocr_service.reading.ink_formulas.sizes import Sizes
from ocr_service.reading.ink_formulas.table import ink_table

_LIKE = 0.98  # the likeness that is said of them
_DOT, _EDGE, _ROUND = 0.13, 1.5, 1.6  # em of a dot at most, and pixels of its soft edges; its width by its height
_DOTS = (".", "\\cdot", "\\dot")
_BAR, _THIN = 0.5, 5.0  # em of a bar's height at least, and its height by its width
_SOLID = 0.85  # of a bar's box that is ink
_SIZE_OFF = 0.12  # of a dot's diameter
_HEIGHT_OFF = 0.03
_LARGE_BAR = 1.15  # em


def plain_matches(ink: Ink, piece: Piece, sizes: Sizes) -> list[Match] | None:
    """The signs that a dot or an upright bar may be, the likest first; None for what is neither."""
    wide, high = piece.width, piece.height
    if max(wide, high) <= _DOT * sizes.line + _EDGE and max(wide, high) <= _ROUND * min(wide, high) + 1:
        return _dots(ink, piece, sizes)
    solid = float(piece.mask.mean()) >= _SOLID
    if solid and high >= _BAR * min(sizes.scripts) and high >= _THIN * wide:
        return _bars(piece, sizes)
    return None


def _dots(ink: Ink, piece: Piece, sizes: Sizes) -> list[Match]:
    patch, (left, top) = patch_of(ink, [piece])
    seen = moments_of(patch)
    table = ink_table()
    found = []
    for row in _rows(_DOTS):
        measured = math.sqrt(seen.mass / float(table.mass[row]))
        symbol = table.symbols[int(table.symbol[row])]
        for size in (sizes.line, *sizes.scripts):
            off = abs(measured / size - 1)
            if off > _SIZE_OFF + 1 / max(piece.width, piece.height):
                continue
            x = left + seen.x + 0.5 - size * float(table.centre[row, 0])
            base = top + seen.y + 0.5 - size * float(table.centre[row, 1])
            a, b, c, d = (size * table.box[row]).tolist()
            found.append(Match(row, symbol, _LIKE - 0.1 * off, size, x, base, (x + a, base + b, x + c, base + d)))
    return sorted(found, key=lambda match: -match.likeness)


def _bars(piece: Piece, sizes: Sizes) -> list[Match]:
    """Bars of a line's height, and those of any other that is higher: they are made of pieces."""
    table = ink_table()
    x0, y0, x1, y1 = piece.box
    middle, tall = (x0 + x1) / 2, y1 - y0 - 0.5
    found = []
    for row in _rows(("|",)):
        symbol = table.symbols[int(table.symbol[row])]
        high = float(table.box[row, 3] - table.box[row, 1])
        large = symbol.encoding == "OMX"
        size = sizes.line if large else min((sizes.line, *sizes.scripts), key=lambda known: abs(known - tall / high))
        off = 0.0 if large else abs(tall / high / size - 1)
        if (large and tall < _LARGE_BAR * size) or off > _HEIGHT_OFF + 1.5 / tall:
            continue
        base = (y0 + y1) / 2 - size * float(table.box[row, 1] + table.box[row, 3]) / 2
        box = (float(x0), float(y0), float(x1), float(y1))
        found.append(Match(row, symbol, _LIKE - off, size, middle - size * float(table.centre[row, 0]), base, box))
    return sorted(found, key=lambda match: -match.likeness)


@lru_cache(maxsize=8)
def _rows(latex: tuple[str, ...]) -> tuple[int, ...]:
    """One row of each symbol that is written so."""
    table = ink_table()
    kept: dict[int, int] = {}
    for row, number in enumerate(table.symbol.tolist()):
        symbol = table.symbols[number]
        if symbol.latex in latex and symbol.kind != "piece" and not symbol.encoding.startswith("AMS"):
            kept.setdefault(number, row)
    return tuple(kept.values())
