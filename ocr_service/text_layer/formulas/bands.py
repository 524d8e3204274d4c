r"""The bands of a displayed formula: what white across its whole width parts, as TeX leaves it between two lines.

TeX keeps the boxes of two lines ``\lineskip`` apart, to which amsmath adds ``\jot``: 4 points. White as high is also
over and under a fraction's bar and at the limits of an operator; bands that it parts are one again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ocr_service.text_layer.formulas.items import Bar, Item, has_line, spans
from ocr_service.text_layer.formulas.rows import is_near_over, is_near_under, is_script, joined_pieces

_BETWEEN = 0.24  # em of white between two bands
_FAR = 0.55  # em from a fraction's bar to the ink over and under it, at most
_SLACK = 0.05  # em


@dataclass(slots=True)
class _Band:
    y0: float
    y1: float
    items: list[Item] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


def bands(items: Sequence[Item], bars: Sequence[Bar]) -> list[tuple[list[Item], list[Bar]]]:
    """The items and rules of each band from top to bottom, with the pieces of large signs put together."""
    whole = joined_pieces(list(items), list(bars))
    size = max(item.size for item in whole)
    cut = _cut(whole, bars, size)
    tied = [_are_one_fraction(above, below, size) for above, below in pairwise(cut)]
    for place, band in enumerate(cut):
        if len(cut) > 1 and not band.bars and all(_is_beside_a_line(item, size) for item in band.items):
            tied[_nearer_side(place, cut)] = True
    joined = [cut[0]]
    for band, is_one in zip(cut[1:], tied, strict=True):
        if is_one:
            above = joined[-1]
            joined[-1] = _Band(above.y0, band.y1, above.items + band.items, above.bars + band.bars)
        else:
            joined.append(band)
    return [(band.items, band.bars) for band in joined]


def _cut(items: Sequence[Item], bars: Sequence[Bar], size: float) -> list[_Band]:
    found: list[_Band] = []
    things: list[Item | Bar] = [*items, *bars]
    for thing in sorted(things, key=lambda thing: thing.y0):
        if not found or thing.y0 - found[-1].y1 > _BETWEEN * size:
            found.append(_Band(thing.y0, thing.y1))
        band = found[-1]
        band.y1 = max(band.y1, thing.y1)
        if isinstance(thing, Bar):
            band.bars.append(thing)
        else:
            band.items.append(thing)
    return found


def _is_beside_a_line(item: Item, size: float) -> bool:
    """Whether it stands over or under a line and is none by itself, as limits, accents and braces do."""
    return is_script(item, size) or not has_line(item)


def _nearer_side(place: int, cut: Sequence[_Band]) -> int:
    """The number of the white above a band, or of that below it: limits are nearer to their operator than lines are."""
    if place == 0 or place == len(cut) - 1:
        return min(place, len(cut) - 2)
    return place - 1 if cut[place].y0 - cut[place - 1].y1 < cut[place + 1].y0 - cut[place].y1 else place


def _are_one_fraction(above: _Band, below: _Band, size: float) -> bool:
    """Whether one band has nothing but what is over, or under, bars of the other."""
    return _are_numerators(above, below.bars, size) or _are_denominators(below, above.bars, size)


def _are_numerators(band: _Band, bars: Sequence[Bar], size: float) -> bool:
    near = [
        bar for bar in bars if 0 <= bar.y0 - band.y1 < _FAR * size and is_near_over(_at(bar, band, size), bar, size)
    ]
    return bool(near) and _are_within(band, near, size)


def _are_denominators(band: _Band, bars: Sequence[Bar], size: float) -> bool:
    near = [
        bar for bar in bars if 0 <= band.y0 - bar.y1 < _FAR * size and is_near_under(_at(bar, band, size), bar, size)
    ]
    return bool(near) and _are_within(band, near, size)


def _at(bar: Bar, band: _Band, size: float) -> list[Item]:
    return spans(bar, band.items, _SLACK * size)


def _are_within(band: _Band, bars: Sequence[Bar], size: float) -> bool:
    within = {id(item) for bar in bars for item in _at(bar, band, size)}
    lines = [item for item in band.items if not _is_beside_a_line(item, size)]
    return bool(lines) and all(id(item) in within for item in lines)
