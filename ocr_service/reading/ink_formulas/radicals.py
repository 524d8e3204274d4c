"""Signs of roots, whose ink is one piece with the rule over what they hold."""

from __future__ import annotations

import numpy as np

from ocr_service.document import Gray
from ocr_service.reading.ink_formulas.matching import Match, matches
from ocr_service.reading.ink_formulas.moments import Ink
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.print_style import PrintStyle
from ocr_service.reading.ink_formulas.sizes import Sizes
from ocr_service.text_layer.formulas.items import Bar

_THICKEST, _EDGE, _SHORTEST = 0.08, 2, 0.2  # em of the rule, and pixels of its soft edges
_ALIKE = 0.9


def radical_of(ink: Ink, piece: Piece, sizes: Sizes, style: PrintStyle) -> tuple[Match, Bar] | None:
    """The sign and its rule; None for what is none."""
    cut = _rule_begin(piece, sizes.line)
    if cut is None:
        return None
    x0, y0, x1, _ = piece.box
    height = int(np.flatnonzero(piece.mask[:, cut:].any(axis=1))[-1]) + 1
    mask: Gray = np.ascontiguousarray(piece.mask[:, :cut])
    rows = np.flatnonzero(mask.any(axis=1))
    mask = mask[rows[0] : rows[-1] + 1]
    sign = Piece((x0, y0 + int(rows[0]), x0 + cut, y0 + int(rows[-1]) + 1), mask, piece.label)
    found = matches(ink, [sign], [(0,)], (0.4 * sizes.line, 1.1 * sizes.line), style)[0]
    radicals = [match for match in found if match.symbol.kind == "radical"]
    if not radicals or radicals[0].likeness < _ALIKE:
        return None
    return radicals[0], Bar(x0 + cut, x1, y0, y0 + height)


def _rule_begin(piece: Piece, em: float) -> int | None:
    """The column at which the rule at the upper right of a piece begins."""
    thick = round(_THICKEST * em) + _EDGE
    lowest = piece.height - np.argmax(piece.mask[::-1], axis=0)
    low = np.flatnonzero(lowest > thick)
    begin = int(low[-1]) + 1 if len(low) else 0
    return begin if 0 < begin <= piece.width - _SHORTEST * em and piece.height > 3 * thick else None
