"""Signs on exact baselines, in exact sizes: what was measured of each is off by a part of a pixel."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.sizes import Sizes

_LEVEL = 0.03  # em between the baselines of two signs of one line


def levelled(signs: Sequence[Match], sizes: Sizes) -> list[Match]:
    """The signs in their order, of a size those that stand about level on one baseline."""
    exact = [_of_exact_size(sign, sizes) for sign in signs]
    bases: dict[int, float] = {}
    for size in (sizes.line, *sizes.scripts):
        row: list[int] = []
        for at in sorted((n for n, sign in enumerate(exact) if sign.size == size), key=lambda n: exact[n].base):
            if row and exact[at].base - exact[row[-1]].base > _LEVEL * size:
                bases |= _on_one(row, exact)
                row = []
            row.append(at)
        bases |= _on_one(row, exact)
    return [sign if sign.symbol.encoding == "OMX" else replace(sign, base=bases[n]) for n, sign in enumerate(exact)]


def _of_exact_size(sign: Match, sizes: Sizes) -> Match:
    return replace(sign, size=min(sizes.of(sign.symbol), key=lambda size: abs(size - sign.size)))


def _on_one(row: Sequence[int], signs: Sequence[Match]) -> dict[int, float]:
    return dict.fromkeys(row, statistics.median(signs[at].base for at in row)) if row else {}
