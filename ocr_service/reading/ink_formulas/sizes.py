"""The sizes of type of formulas: that of the line, of scripts, and of scripts of scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.text_layer.page.glyphs import Floats
from ocr_service.text_layer.proof.known_glyphs import Symbol

_SURE, _AHEAD = 0.965, 0.05  # likeness, and that by which no other sign comes near
_NEAR = 0.02  # of a size: one size is measured within it
_EXACT, _BELOW = 0.012, 0.01  # the same, where two sizes have to be told apart; likeness below that of most
_OTHER_DESIGN = 0.03  # of likeness: small letters of 8 points are about as like those of 7
_OFTEN = 0.2  # of the commonest size's signs: a size that is in use
# Scripts and scripts of scripts by the line's size, as LaTeX sets 10, 11, 12, 9 and 8 points.
_SCRIPTS = ((0.7, 0.5), (8 / 10.95, 6 / 10.95), (8 / 12, 6 / 12), (6 / 9, 5 / 9), (6 / 8, 5 / 8))
_OPERATORS = (10 / 10.95, 10 / 12)  # of the line's size: LaTeX has one size of cmex10, that of 10 points
_SMALLEST, _LARGEST = 0.45, 0.85  # of the line's size: scripts
_TELLING = 0.25  # em: what is lower or narrower tells no size
BLURRED = 0.3  # pixels that a sign's extent may be off
_LARGE_OFF = 0.04  # of the line's size: large signs have it


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels. ``line``: of the formulas' type; ``scripts``: of what is smaller."""

    line: float
    scripts: tuple[float, ...]

    def of(self, symbol: Symbol) -> tuple[float, ...]:
        """Those that a sign may have: large ones have the line's size, operators also that of 10 points."""
        if symbol.encoding != "OMX":
            return self.line, *self.scripts
        fixed = _OPERATORS if symbol.kind == "op" else ()
        return self.line, *(ratio * self.line for ratio in fixed)

    def off(self, match: Match, blurred: float = BLURRED) -> float | None:
        """How far a sign's size is from the next that it may have, as a part of it; None for one that it cannot have.

        Of a few pixels no size can be told so well. ``blurred``: pixels that the sign's extent may be off.
        """
        blurred /= max(match.box[2] - match.box[0], match.box[3] - match.box[1])
        away = min(abs(match.size / known - 1) for known in self.of(match.symbol))
        if match.symbol.encoding == "OMX":
            return max(0.0, away - _NEAR) if away < _LARGE_OFF + blurred else None
        return max(0.0, away - _NEAR / 2 - blurred) if away < 1.5 * _NEAR + blurred else None


def sizes_of(found: Sequence[Sequence[Match]]) -> Sizes | None:
    """The sizes that the sure signs have; None where hardly any sign is sure, or it is open how large scripts are."""
    sure = np.sort(np.log([matches[0].size for matches in found if matches and is_sure(matches)]))
    if len(sure) < 3:
        return None
    votes = np.searchsorted(sure, sure + _NEAR) - np.searchsorted(sure, sure - _NEAR, "right")
    common = sure[votes >= max(2, _OFTEN * votes.max())]
    if not len(common):
        return None
    line = float(np.exp(np.median(sure[np.abs(sure - common.max()) < _NEAR])))
    for other in (0.0, _OTHER_DESIGN):
        scripts = _scripts_of(found, line, other)
        if scripts is not None:
            return Sizes(line, scripts)
    return None


def _scripts_of(found: Sequence[Sequence[Match]], line: float, other: float) -> tuple[float, ...] | None:
    """The sizes of scripts in lines of this size; None where what is smaller has none of those that LaTeX sets.

    ``other``: of likeness, by which a letter may be less like its design at the size it has than another at its own.
    """
    letters = [m for m in found if m and m[0].symbol.kind == "ord"]
    usual = float(np.median([m[0].likeness for m in letters] or [1.0]))
    like = [m for m in letters if m[0].likeness >= usual - _BELOW and not any(_is_near(o.size, line) for o in m)]
    small = [_ratios(m, line, other) for m in like if _SMALLEST < m[0].size / line < _LARGEST]

    def in_use(pair: tuple[float, float]) -> float:
        away = np.array([np.abs(ratios[:, None] / np.array(pair) - 1).min() for ratios in small])
        return float(np.exp(-0.5 * (away / _EXACT) ** 2).sum())

    scripts = max(_SCRIPTS, key=in_use)
    if small and in_use(scripts) < 0.1 * len(small):
        return None
    return tuple(ratio * line for ratio in scripts)


def _ratios(found: Sequence[Match], line: float, other: float) -> Floats:
    """The sizes of a letter, in those of its designs that it is about as like as the first."""
    first = found[0]
    same = [m for m in found if m.symbol.latex == first.symbol.latex and m.likeness >= first.likeness - other]
    return np.array([m.size / line for m in same])


def is_sure(found: Sequence[Match]) -> bool:
    """Whether the likest of what a group may be tells its size."""
    first = found[0]
    if first.likeness < _SURE or not _tells(first):
        return False
    return all(m.symbol.latex == first.symbol.latex for m in found if m.likeness > first.likeness - _AHEAD)


def _tells(match: Match) -> bool:
    """Whether a sign has the size of its line, and is no dot or bar."""
    x0, y0, x1, y1 = match.box
    return match.symbol.encoding != "OMX" and min(x1 - x0, y1 - y0) >= _TELLING * match.size


def _is_near(size: float, line: float) -> bool:
    return abs(size / line - 1) < _NEAR
