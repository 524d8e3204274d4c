"""Which glyph a piece of ink may be, with the size and the baseline that its moments give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.reading.ink_formulas.moments import Ink, is_small, moments_of, picture_of
from ocr_service.reading.ink_formulas.pieces import Piece, patch_of
from ocr_service.reading.ink_formulas.print_style import CLEAN, PrintStyle
from ocr_service.reading.ink_formulas.table import ink_table
from ocr_service.text_layer.page.glyphs import Floats, Ints
from ocr_service.text_layer.proof.known_glyphs import Symbol
from ocr_service.text_layer.proof.shapes import Samples

_MASS = 0.3  # of the logarithm of a ratio of ink, as a likeness
_ALIKE = 0.85  # a likeness below it is none
_OPEN = 0.12  # of likeness behind the best, within which others stay open
_KEPT = 8  # glyphs of a group
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Match:
    """``row`` of the table. ``box``: of the glyph's outline; ``x``, ``base``: its origin; all in pixels.

    ``weight``: the ink by that of the glyph, which a scan makes heavier.
    """

    row: int
    symbol: Symbol
    likeness: float
    size: float
    x: float
    base: float
    box: tuple[float, float, float, float]
    weight: float = 1.0


def matches(
    ink: Ink,
    pieces: Sequence[Piece],
    groups: Sequence[tuple[int, ...]],
    sizes: tuple[float, float],
    style: PrintStyle = CLEAN,
) -> list[list[Match]]:
    """By group the glyphs that it looks like, the likest first.

    ``sizes``: from and to, in pixels an em; ``style``: of the page's ink.
    """
    found: list[list[Match]] = []
    for start in range(0, len(groups), _BATCH):
        part = groups[start : start + _BATCH]
        pictures, places = [], []
        for group in part:
            patch, (left, top) = patch_of(ink, [pieces[n] for n in group])
            m = moments_of(patch)
            pictures.append(picture_of(patch, m))
            places.append((m.mass, m.x + left, m.y + top, m.xx + m.yy, is_small(m)))
        counts = np.array([len(group) for group in part])
        found += _best(np.stack(pictures), np.array(places), counts, sizes, style)
    return found


def _best(
    pictures: Samples, places: Floats, counts: Ints, sizes: tuple[float, float], style: PrintStyle
) -> list[list[Match]]:
    """``places``: by group its mass, the x and y of its centre, its variance, and whether it is small."""
    table = ink_table()
    spread = np.sqrt(np.maximum(places[:, 3] - 2 * style.smear, 0.05))
    small = places[:, 4] > 0
    likeness = np.empty((len(pictures), len(table.picture)), np.float32)
    likeness[~small], likeness[small] = pictures[~small] @ table.picture.T, pictures[small] @ table.soft.T
    result = []
    for row, place in enumerate(places):
        near = np.flatnonzero(likeness[row] >= _ALIKE)
        size = spread[row] / np.sqrt(table.variance[near])
        ratio = place[0] / (size * size * table.mass[near])
        score = likeness[row, near] - _MASS * np.abs(np.log(np.maximum(ratio / style.weight, 1e-6)))
        fits = (size >= sizes[0]) & (size <= sizes[1]) & (table.pieces[near] >= counts[row]) & (score >= _ALIKE)
        kept = np.flatnonzero(fits & (score >= score.max(initial=0.0, where=fits) - _OPEN))
        result.append(
            [
                _match(int(near[at]), float(score[at]), float(size[at]), place, float(ratio[at]))
                for at in kept[np.argsort(-score[kept])][:_KEPT].tolist()
            ]
        )
    return result


def _match(row: int, likeness: float, size: float, place: Floats, weight: float) -> Match:
    table = ink_table()
    x, y = place[1] + 0.5 - size * table.centre[row, 0], place[2] + 0.5 - size * table.centre[row, 1]
    a, b, c, d = (size * table.box[row]).tolist()
    return Match(row, table.symbols[int(table.symbol[row])], likeness, size, x, y, (x + a, y + b, x + c, y + d), weight)
