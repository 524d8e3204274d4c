"""Which of the glyphs that a sign is about as like it is: the one that stands as its neighbours do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.proof.known_glyphs import AXIS

MARGIN, _LEAST_MARGIN, _LEAST_OF_UNLIKE = 0.025, 0.008, 0.35  # of likeness, by which a sign is ahead of another
_STROKES, _IN_WORD = {"l", "1", "I"}, 0.12  # em between letters of a word
_X_HEIGHT, _ON_LETTER = 0.431, 0.08  # em of the letters that an accent is made for; to the letter under it
# em from the baseline of another sign; to it, and to it where none is so near, as after a fraction; of its size
_ON_LINE, _BESIDE, _FAR, _SAME_SIZE = 0.06, 4.0, 25.0, 0.05


def unlike_by(found: Sequence[Sequence[Match]]) -> float:
    """How far the signs are from what they are like: on a clean page under 0.02, on a scan 0.04."""
    return 1 - float(np.median([m[0].likeness for m in found if m]))


def decided_signs(signs: Sequence[Sequence[Match]], bars: Sequence[Bar] = (), line: float = 0.0) -> list[Match | None]:
    """One glyph for each: of several that are about as like, the one that stands on the baseline of its neighbours.

    The less like all are, as on a scan, the more a sign has to be ahead. ``bars``: of fractions, in lines whose type
    has ``line`` pixels.
    """
    unlike = unlike_by(signs) if signs else 0.0
    margin, least = max(MARGIN, unlike), max(_LEAST_MARGIN, _LEAST_OF_UNLIKE * unlike)
    sure = [m[0] for m in signs if not others(m, margin) and m[0].symbol.encoding != "OMX"]
    certain = _Certain(sure, bars, line)
    decided: list[Match | None] = []
    for found in signs:
        # A dot may be one of a script as well, whose baseline tells.
        resized = [m for m in found[1:] if m.symbol is found[0].symbol and m.size != found[0].size]
        open_ = [found[0], *others(found, margin), *resized]
        if len(open_) == 1:
            decided.append(open_[0])
            continue
        raised = [m for m in open_ if m.symbol.kind == "accent" and certain.has_tall_under(m)]
        if raised and not others(raised, margin):
            decided.append(raised[0])
            continue
        if {m.symbol.latex for m in open_} <= _STROKES and (of_word := certain.in_word(open_)):
            decided.append(of_word)
            continue
        level = [m for m in open_ if m.symbol.encoding == "OMX" or certain.has_beside(m, _BESIDE)]
        if others(level or found, least):
            level = [m for m in level or open_ if certain.has_beside(m, _FAR)] or level
        if others(level or found, least):  # a full stop behind an index is as high as a dot between two of them
            level = [m for m in level if m.symbol.latex != "\\cdot" or certain.has_beside(m, _BESIDE, behind=True)]
        decided.append(None if others(level or found, least) else (level or found)[0])
    dots = [next((m for m in found if m.symbol.latex == "."), None) for found in signs]
    open_dots = [dot for dot, match in zip(dots, decided, strict=True) if dot is not None and match is None]
    return [
        dot if match is None and dot is not None and _is_one_of_three(dot, open_dots) else match
        for match, dot in zip(decided, dots, strict=True)
    ]


def _is_one_of_three(dot: Match, others: Sequence[Match]) -> bool:
    """Whether dots stand one upon the other, or down a slope."""
    near = [o for o in others if 0.2 < abs(o.base - dot.base) / dot.size < 1.0 and abs(o.x - dot.x) < 1.1 * dot.size]
    return len(near) >= 2


def others(found: Sequence[Match], margin: float) -> list[Match]:
    """Other signs than the first, within a margin of it."""
    first = found[0]
    return [m for m in found[1:] if m.symbol.latex != first.symbol.latex and m.likeness > first.likeness - margin]


class _Certain:
    """The signs that nothing else is like, by their baselines; a fraction's bar stands for one on that of its line."""

    def __init__(self, signs: Sequence[Match], bars: Sequence[Bar], line: float) -> None:
        rows = [(m.base, m.size, m.box[0], m.box[2], m.box[1], _is_upright(m)) for m in signs]
        rows += [(bar.y + AXIS * line, line, bar.x0, bar.x1, np.inf, False) for bar in bars]  # under no accent
        table = np.array(sorted(rows), float).reshape(-1, 6)
        self._bases, self._sizes, self._sides = table[:, 0], table[:, 1], table[:, 2:4]
        self._tops, self._upright = table[:, 4], table[:, 5] > 0

    def has_beside(self, match: Match, reach: float, *, behind: bool = False) -> bool:
        """Whether one of the same size stands on the match's baseline, not farther than ``reach`` em from it.

        An accent has it under itself. ``behind``: to the right of it.
        """
        if match.symbol.kind == "accent":
            reach = 0.0
        off = _ON_LINE * match.size
        first, end = np.searchsorted(self._bases, (match.base - off, match.base + off))
        sides = self._sides[first:end]
        after, before = sides[:, 0] - match.box[2], match.box[0] - sides[:, 1]
        gap = np.where(sides[:, 0] > match.box[0], after, np.inf) if behind else np.maximum(after, before)
        same = np.abs(self._sizes[first:end] / match.size - 1) < _SAME_SIZE
        return bool((same & (gap < reach * match.size)).any())

    def in_word(self, strokes: Sequence[Match]) -> Match | None:
        """The l of these that has an upright letter close beside it, as in ``vol``."""
        for match in strokes:
            if match.symbol.latex == "l":
                level = np.abs(self._bases - match.base) < _ON_LINE * match.size
                gap = np.maximum(self._sides[:, 0] - match.box[2], match.box[0] - self._sides[:, 1])
                if (level & self._upright & (np.abs(gap) < _IN_WORD * match.size)).any():
                    return match
        return None

    def has_tall_under(self, accent: Match) -> bool:
        """Whether a letter that is higher than an x stands under an accent, which is raised by as much."""
        over = np.abs(self._tops - (accent.base - _X_HEIGHT * accent.size)) < _ON_LETTER * accent.size
        middle = (accent.box[0] + accent.box[2]) / 2
        under = (self._sides[:, 0] < middle) & (middle < self._sides[:, 1] + _ON_LETTER * accent.size)
        same = np.abs(self._sizes / accent.size - 1) < _SAME_SIZE
        return bool((over & under & same).any())


def _is_upright(match: Match) -> bool:
    return match.symbol.encoding == "OT1" and match.symbol.latex.isalpha()
