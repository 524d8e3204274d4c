"""Underscores that are drawn as rules: TeX's older fonts have no such sign, and its ``\\_`` is a short line.

Without them ``run_model.py`` is two words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.text_layer.lines.words import LayerLine, LayerWord
from ocr_service.text_layer.page.glyphs import Flags, Floats

_Rule = list[float]

_SHORTEST, _LONGEST = 0.2, 0.75  # em: longer rules are blanks to be filled in
_FROM_BASE = 0.2  # em between the middle of a rule and the baseline
_BESIDE = 0.25  # em on either side of it, at most


def with_underscores(line: LayerLine, rules: Floats) -> LayerLine:
    """``line`` with its words joined that only a rule on the baseline parts. ``rules``: n x 4, as the words' boxes."""
    near = rules[_may_be_underscores(rules, line)].tolist() if line.angle == 0 and len(line.words) > 1 else []
    if not near:
        return line
    words = list(line.words[:1])
    for left, right in pairwise(line.words):
        count = _underscores_between(left, right, near)
        if count:
            words[-1] = _joined(words[-1], right, count)
        else:
            words.append(right)
    return replace(line, words=tuple(words))


def _may_be_underscores(rules: Floats, line: LayerLine) -> Flags:
    x0, y0, x1, y1 = rules.T
    em, box = line.size, line.box
    within = (box[0] < x0) & (x1 < box[2]) & (box[1] < y1) & (y0 < box[3] + _FROM_BASE * em)
    short: Flags = within & (x1 - x0 >= _SHORTEST * em) & (x1 - x0 <= _LONGEST * em)
    return short


def _underscores_between(left: LayerWord, right: LayerWord, rules: Sequence[_Rule]) -> int:
    """How many stand in the white between two words, and fill it; 0 where it is not filled."""
    if left.base is None or right.base is None:
        return 0
    start, end, em = left.box[2], right.box[0], left.size
    here = sorted(
        rule
        for rule in rules
        if start - _BESIDE * em < rule[0] and rule[2] < end + _BESIDE * em
        if abs((rule[1] + rule[3]) / 2 - left.base) < _FROM_BASE * em
    )
    edges = [start, *(side for rule in here for side in (rule[0], rule[2])), end]
    white = (after - before for before, after in zip(edges[::2], edges[1::2], strict=True))
    return len(here) if here and max(white) < _BESIDE * em else 0


def _joined(left: LayerWord, right: LayerWord, count: int) -> LayerWord:
    a, b = left.box, right.box
    return replace(
        left,
        text=left.text + "_" * count + right.text,
        box=(a[0], min(a[1], b[1]), b[2], max(a[3], b[3])),
        glyphs=(*left.glyphs, *right.glyphs),
        strength=min(left.strength, right.strength),
    )
