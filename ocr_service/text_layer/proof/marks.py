"""Marks above small letters: a map may call é è, which no reading tells whose language has neither."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs
from ocr_service.text_layer.proof.evidence import Key

_BASES = frozenset("aceimnorsuvwxyzgpqıаеиокгуыэюяі")  # that end at the x-height
_DOTLESS = {"i": "ı", "і": "ı"}
_INK = 100  # of 255
_LEAST_PX = 20.0  # an em: marks of smaller type have too few pixels
_SAMPLES = 3  # glyphs of each character
_LOWEST = 0.57  # em, of letters with a mark: those that ``letter_shapes`` has reach 0.575, next to none without one do
_LARGE_PIECE = 0.25  # of the mark's largest piece
_ANY = (-math.inf, math.inf)
_LEVEL = (-0.3, 0.3)  # lean


@dataclass(frozen=True, slots=True)
class _Mark:
    """A drawn mark. ``lean``: how much further right its upper half stands, of its height; ``spread``: how much wider
    its lower half is, of its width; ``shape``: its width by its height."""

    pieces: int
    lean: float
    spread: float
    shape: float


@dataclass(frozen=True, slots=True)
class _Look:
    """What a mark may look like: each measure lies between two limits, and it has ``pieces`` at least."""

    lean: tuple[float, float] = _ANY
    spread: tuple[float, float] = _ANY
    shape: tuple[float, float] = _ANY
    pieces: int = 1

    def fits(self, drawn: _Mark) -> bool:
        measures = ((drawn.lean, self.lean), (drawn.spread, self.spread), (drawn.shape, self.shape))
        return drawn.pieces >= self.pieces and all(least < value < most for value, (least, most) in measures)


_ROUND = _Look(_LEVEL, (-0.14, 0.14), (0.3, 1.8))
# Measured on 169 fonts at 28 and 56 pixels an em, italic and bold ones too: nearly all of a mark's drawings, and a
# margin.
_LOOKS = {
    "\u0301": (_Look(lean=(0.15, math.inf)), _Look(lean=(0.08, 0.2), shape=(0.3, 0.85))),  # acute, Polish ones too
    "\u0300": (_Look(lean=(-math.inf, -0.1)),),  # grave
    "\u0302": (_Look(spread=(0.06, math.inf)),),  # circumflex
    "\u030c": (_Look(spread=(-math.inf, -0.06)),),  # caron
    "\u0306": (_Look(spread=(-math.inf, 0.05), shape=(1.2, math.inf)),),  # breve
    "\u0308": (_Look(pieces=2), _Look(_LEVEL, (-0.05, 0.05), (1.5, math.inf))),  # diaeresis, whose dots may touch
    "\u0303": (_Look(spread=(-0.2, 0.2), shape=(1.4, math.inf)),),  # tilde
    "\u0304": (_Look(_LEVEL, (-0.12, 0.12), (2.2, math.inf)),),  # macron
    "\u0307": (_ROUND,),  # dot
    "\u030a": (_ROUND,),  # ring
    "\u030b": (_Look(lean=(0.08, math.inf), shape=(1.1, math.inf)),),  # double acute
}


def _may_be(mark: str, drawn: _Mark) -> bool:
    """Whether a drawing fits one of the mark's looks; marks without any may look as they like."""
    return mark not in _LOOKS or any(look.fits(drawn) for look in _LOOKS[mark])


def wrong_marks(glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str]) -> frozenset[Key]:
    """Characters whose glyphs have another mark above them than they should, or none."""
    level = glyphs.level & (glyphs.size >= _LEAST_PX)
    marked = {sign: mark for sign in set(signs) if (mark := _mark_of(sign))}
    samples: dict[Key, list[int]] = defaultdict(list)
    for index in _overprinted_last(glyphs):
        if signs[index] in marked and level[index] and len(samples[keys[index]]) < _SAMPLES:
            samples[keys[index]].append(index)
    if not samples or not plates:
        return frozenset()
    heights, rise = _x_heights(glyphs, signs, level), glyphs.rise
    found = set()
    for key, indices in samples.items():
        tops = [(i, heights.get(int(glyphs.font[i]))) for i in indices]
        wrong = sum(
            rise[i] < _LOWEST
            if height is None
            else not _is_drawn(marked[signs[i]], plates[glyphs.plate[i]], glyphs, i, height)
            for i, height in tops
        )
        if 2 * wrong > len(tops):
            found.add(key)
    return frozenset(found)


def _overprinted_last(glyphs: Glyphs) -> list[int]:
    """The numbers of the glyphs: of those that stand on others' places parts may be covered."""
    numbers: list[int] = np.argsort(glyphs.plate > 0, kind="stable").tolist()
    return numbers


def _mark_of(sign: str) -> str:
    """The one mark above a small letter of the x-height; empty for all others."""
    letter, *marks = list(unicodedata.normalize("NFD", sign))
    return marks[0] if len(marks) == 1 and letter in _BASES and unicodedata.combining(marks[0]) == 230 else ""


def _x_heights(glyphs: Glyphs, signs: Sequence[str], level: Flags) -> dict[int, float]:
    """The x-height of each font, em."""
    rises: dict[int, list[float]] = defaultdict(list)
    rise = glyphs.rise
    for index in np.flatnonzero(level).tolist():
        if signs[index] in _BASES and signs[index] not in _DOTLESS:
            rises[int(glyphs.font[index])].append(float(rise[index]))
    return {font: sorted(values)[len(values) // 2] for font, values in rises.items()}


def _is_drawn(mark: str, plate: Gray, glyphs: Glyphs, index: int, x_height: float) -> bool:
    x0, y0, x1, _ = glyphs.ink[index]
    line = float(glyphs.origin[index, 1]) - x_height * float(glyphs.size[index])
    left, top = max(0, int(x0)), max(0, int(y0))
    above = plate[top : max(0, int(line)), left : int(np.ceil(x1))].copy()
    for other in (index - 1, index + 1):
        if 0 <= other < len(glyphs):  # as the tip of the t behind an ê
            a0, b0, a1, b1 = (max(0, round(side)) for side in glyphs.ink[other].tolist())
            above[max(0, b0 - top) : max(0, b1 - top), max(0, a0 - left) : max(0, a1 - left)] = 0
    drawn = _measured(above)
    return drawn is not None and _may_be(mark, drawn)


def _measured(picture: Gray) -> _Mark | None:
    """None where nothing is drawn."""
    ys, xs = np.nonzero(picture > _INK)
    if len(ys) < 2:
        return None
    part = picture[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    _, _, stats, _ = components_with_stats((part > _INK).astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    ink = part.astype(float)
    height, width = ink.shape
    half = max(1, height // 2)
    (top, top_width), (bottom, bottom_width) = _middle(ink[:half]), _middle(ink[-half:])
    return _Mark(
        int((areas >= _LARGE_PIECE * areas.max()).sum()),
        (top - bottom) / height,
        (bottom_width - top_width) / width,
        width / height,
    )


def _middle(ink: Floats) -> tuple[float, float]:
    """The middle of the ink from left to right, and its standard deviation, pixels."""
    weights = ink.sum(axis=0)
    total = max(1.0, float(weights.sum()))
    x = np.arange(ink.shape[1])
    middle = float((weights * x).sum()) / total
    return middle, float(np.sqrt((weights * (x - middle) ** 2).sum() / total))
