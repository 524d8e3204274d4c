"""Marks above letters: a map may call é è, which no reading tells whose language has neither.

Which of two marks is drawn is told by weights that ``scripts/make_letter_pairs.py`` makes of some 400 fonts.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs
from ocr_service.text_layer.proof.evidence import Key
from ocr_service.text_layer.proof.letter_pairs import beyond_margin, features
from ocr_service.text_layer.proof.shapes import samples_of

_SMALL = frozenset("aceimnorsuvwxyzgpqıаеиокгуыэюяі")  # that end at the x-height
_CAPITALS = frozenset("ABCDEGHIJKLMNOPRSTUVWXYZАЕИКОГУЫЭЮЯІ")  # marks of Greek ones stand before them
_DOT, _DOTTED = "\u0307", frozenset("iі")  # as a small capital, or joined with an f, an i has no dot
_ABOVE = 230  # Unicode's class of marks over letters
_INK = 100  # of 255
_LEAST_PX = 20.0  # an em: marks of smaller type have too few pixels
_SAMPLES, _SAMPLES_DOTTED = 12, 3  # glyphs of each character: a map may have é for è and é, which look much alike
_CLEARLY = 0.3  # beyond the margin: one such glyph is enough, where no other one reaches over it
_LOWEST = 0.57  # em, of letters with a mark: those that ``letter_shapes`` has reach 0.575, next to none without one do
_HIGHEST = 0.45  # em: no mark is higher
_AROUND = 4  # pixels over which a picture is softened


def wrong_marks(glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str]) -> frozenset[Key]:
    """Characters whose glyphs have another mark above them than they should, or none."""
    level, rise = glyphs.level & (glyphs.size >= _LEAST_PX), glyphs.rise
    marks = {sign: mark for sign in set(signs) if (mark := _mark_of(sign))}
    samples: dict[Key, list[int]] = defaultdict(list)  # the dot of an i that the hook of an f reaches over is cut
    for index in _overprinted_last(glyphs):
        if signs[index] not in marks or not level[index]:
            continue
        most = _SAMPLES_DOTTED if signs[index] in _DOTTED else _SAMPLES
        if len(samples[keys[index]]) < most and (signs[index] not in _DOTTED or _is_alone(glyphs, index)):
            samples[keys[index]].append(index)
    if not samples or not plates:
        return frozenset()
    small, capital = _heights(glyphs, signs, level, _SMALL), _heights(glyphs, signs, level, _CAPITALS)
    wrong: set[int] = set()
    drawn: dict[int, Gray] = {}
    for index in (i for here in samples.values() for i in here):
        height = (capital if signs[index].isupper() else small).get(int(glyphs.font[index]))
        picture = _above(plates[glyphs.plate[index]], glyphs, index, height)
        if picture is not None:
            drawn[index] = picture
        elif _lacks_mark(signs[index], height, float(rise[index])):
            wrong.add(index)
    measured = mark_features(list(drawn.values()), glyphs.size[list(drawn)])
    beyond = {i: beyond_margin(marks[signs[i]], mark) for i, mark in zip(drawn, measured, strict=True)}
    wrong |= {index for index, by in beyond.items() if by > 0}
    clearly = {index for index, by in beyond.items() if by > _CLEARLY and _is_alone(glyphs, index)}
    return frozenset(
        key for key, here in samples.items() if 2 * len(wrong & {*here}) > len(here) or not clearly.isdisjoint(here)
    )


def _lacks_mark(sign: str, height: float | None, rise: float) -> bool:
    """Whether a glyph with nothing above its letter should have a mark there.

    ``height``: that of letters without one in its font, em, where it is known. ``rise``: the glyph's own.
    """
    if height is not None:
        return sign not in _DOTTED
    return sign.islower() and rise < _LOWEST


def mark_features(pictures: Sequence[Gray], sizes: Floats) -> list[Floats]:
    """What the weights are for, of pictures with the ink of a mark each; ``sizes``: pixels an em."""
    if not pictures:
        return []
    high, wide = (max(picture.shape[axis] for picture in pictures) + 2 * _AROUND for axis in (0, 1))
    sheet = np.zeros((high, wide * len(pictures)), np.uint8)
    boxes = np.empty((len(pictures), 4))
    for number, picture in enumerate(pictures):
        top, left = _AROUND, number * wide + _AROUND
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        rows, columns = np.nonzero(picture > _INK)
        boxes[number] = columns.min() + left, rows.min() + top, columns.max() + left + 1, rows.max() + top + 1
    sides = (boxes[:, 2:] - boxes[:, :2]) / sizes[:, None]
    return [
        features(np.array([*side, 0.0]), sample) for side, sample in zip(sides, samples_of(sheet, boxes), strict=True)
    ]


def mark_in(above: Gray) -> Gray | None:
    """The mark in what is above a letter, whose serifs may reach into it; None without any ink."""
    mark = above[: _first_gap(above) or len(above)]
    return mark if np.count_nonzero(mark > _INK) > 1 else None


def _overprinted_last(glyphs: Glyphs) -> list[int]:
    """The numbers of the glyphs: of those that stand on others' places parts may be covered."""
    numbers: list[int] = np.argsort(glyphs.plate > 0, kind="stable").tolist()
    return numbers


def _mark_of(sign: str) -> str:
    """The one mark above a small letter of the x-height, or a capital; empty for all others."""
    if sign in _DOTTED:
        return _DOT
    letter, *marks = list(unicodedata.normalize("NFD", sign))
    has_line = letter in _SMALL or letter in _CAPITALS
    return marks[0] if len(marks) == 1 and has_line and unicodedata.combining(marks[0]) == _ABOVE else ""


def _heights(glyphs: Glyphs, signs: Sequence[str], level: Flags, letters: frozenset[str]) -> dict[int, float]:
    """How high those of the ``letters`` that have no mark are in each font, em."""
    rises: dict[int, list[float]] = defaultdict(list)
    rise = glyphs.rise
    for index in np.flatnonzero(level).tolist():
        if signs[index] in letters and signs[index] not in _DOTTED:
            rises[int(glyphs.font[index])].append(float(rise[index]))
    return {font: sorted(values)[len(values) // 2] for font, values in rises.items()}


def _above(plate: Gray, glyphs: Glyphs, index: int, height: float | None) -> Gray | None:
    """The ink of a glyph that is above its letter; None where there is none, or none that stands by itself.

    ``height``: the letter's, em, where it is known.
    """
    x0, y0, x1, y1 = glyphs.ink[index].tolist()
    size = float(glyphs.size[index])
    line = float(glyphs.origin[index, 1]) - height * size if height is not None else min(y1, y0 + _HIGHEST * size)
    left, top = max(0, int(x0)), max(0, int(y0))
    above = plate[top : max(0, int(line)), left : int(np.ceil(x1))].copy()
    for other in _neighbours(glyphs, index):  # as the tip of the t behind an ê
        a0, b0, a1, b1 = (max(0, round(side)) for side in glyphs.ink[other].tolist())
        above[max(0, b0 - top) : max(0, b1 - top), max(0, a0 - left) : max(0, a1 - left)] = 0
    if height is None and not _first_gap(above):
        return None
    return mark_in(above)


def _neighbours(glyphs: Glyphs, index: int) -> list[int]:
    return [other for other in (index - 1, index + 1) if 0 <= other < len(glyphs)]


def _is_alone(glyphs: Glyphs, index: int) -> bool:
    """Whether no neighbour's box reaches into a glyph's, and nothing is printed over it."""
    box, ink = glyphs.ink[index], glyphs.ink
    over = (
        np.minimum(ink[other][2:], box[2:]) - np.maximum(ink[other][:2], box[:2])
        for other in _neighbours(glyphs, index)
    )
    return bool(glyphs.plate[index] == 0) and not any((sides > -1).all() for sides in over)


def _first_gap(picture: Gray) -> int:
    """The first row without ink below one with ink; 0 where there is none."""
    filled = np.flatnonzero((picture > _INK).any(axis=1))
    gaps = np.flatnonzero(np.diff(filled) > 1)
    return int(filled[gaps[0]]) + 1 if len(gaps) else 0
