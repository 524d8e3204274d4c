"""Points, commas and minus signs of numbers, proven by their ink: Tesseract loses them where they are small."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.components import components_with_stats
from ocr_service.tesseract.words import Word

_NUMBER = re.compile(r"[(+−–-]?\d[\d.,]*[)%]?")
_PIECE = re.compile(r"[.,]\d+\W*")  # ``0`` and ``.45`` are one number
_SPLIT = 0.35  # em: the widest white inside of one
_DIGIT = 0.45  # em: the least height of a digit
_DOT = (0.05, 0.26)  # em, of a point's sides; a comma is higher
_COMMA = 0.4  # em: the greatest height of a comma
_HANGS = 0.07  # em below the foot of the digits: what a comma reaches and a point does not
_AT_FOOT = 0.1  # em from it to a point's lower end
_BAR = (0.2, 0.75)  # em: the length of a minus sign
_BAR_HEIGHT, _BAR_MIDDLE = 0.16, (0.15, 0.5)  # em, and em above the digits' foot
_REACH = 0.9  # em left of a number, where its sign stands
_LONG_BAR = 0.32  # em: longer ones are minus signs, shorter ones hyphens


@dataclass(frozen=True, slots=True)
class _Ink:
    """The pieces of a number's ink: runs of its digits from left to right, and what is smaller than a digit."""

    digits: tuple[Box, ...]
    small: tuple[Box, ...]

    @property
    def foot(self) -> float:
        return float(np.median([box[3] for box in self.digits]))


def joined_numbers(words: Sequence[Word], em: float) -> list[Word]:
    """``words`` of one line or cell with a number that was cut before its point as one."""
    joined: list[Word] = []
    for word in words:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.text[-1].isdigit()
            and _PIECE.fullmatch(word.text)
            and word.box[0] - before.box[2] < _SPLIT * em
        ):
            box = (before.box[0], min(before.box[1], word.box[1]), word.box[2], max(before.box[3], word.box[3]))
            joined[-1] = replace(
                before, text=before.text + word.text, box=box, confidence=min(before.confidence, word.confidence)
            )
        else:
            joined.append(word)
    return joined


def with_points(word: Word, em: float, ink: Gray) -> Word:
    """A number with the points and commas that its ink shows between its digits."""
    digits = sum(c.isdigit() for c in word.text)
    if digits < 2 or _NUMBER.fullmatch(word.text) is None:
        return word
    found = _without_brackets(_ink_of(word.box, em, ink), word.text)
    if not found.digits:
        return word
    marks = {
        place: mark
        for box in found.small
        if (mark := point_or_comma(box, found.foot, em))
        and (place := _digits_before(box, found.digits, digits)) is not None
    }
    text, place = "", 0
    for index, sign in enumerate(word.text):
        text += sign
        if sign.isdigit():
            place += 1
            following = word.text[index + 1 : index + 2]
            if place in marks and following.isdigit():
                text += marks[place]
    return replace(word, text=text) if text != word.text else word


def with_minus(words: Sequence[Word], area: Box, em: float, ink: Gray) -> list[Word]:
    """``words`` of a cell with the sign before its number that its ink shows; ``area``: the cell's."""
    if not words or len(words) > 2 or _NUMBER.fullmatch(words[0].text) is None or not words[0].text[0].isdigit():
        return list(words)
    first = words[0]
    x0, y0, x1, y1 = first.box
    left = max(area[0], round(x0 - _REACH * em))
    digits = _ink_of(first.box, em, ink)
    if x0 - left < 0.15 * em or not digits.digits:
        return list(words)
    for box in ink_pieces((left, y0, round(x0 + 0.1 * em), y1), ink):
        width, height = box[2] - box[0], box[3] - box[1]
        middle = (digits.foot - (box[1] + box[3]) / 2) / em
        level_bar = _BAR[0] * em <= width <= _BAR[1] * em and height <= _BAR_HEIGHT * em
        # What comes from outside is a ruling line's end.
        if level_bar and _BAR_MIDDLE[0] < middle < _BAR_MIDDLE[1] and box[0] > left:
            sign = "−" if width >= _LONG_BAR * em else "-"
            return [replace(first, text=sign + first.text, box=(box[0], y0, x1, y1)), *words[1:]]
    return list(words)


def lost_digits(word: Word, em: float, ink: Gray) -> bool:
    """Whether the ink of a number has more digits, each apart, than were read."""
    if _NUMBER.fullmatch(word.text) is None:
        return False
    return len(_ink_of(word.box, em, ink).digits) > sum(c.isdigit() for c in word.text) + ("%" in word.text) * 3 + (
        word.text[-1] == ")"
    ) + (word.text[0] == "(")


def point_or_comma(box: Box, foot: float, em: float) -> str | None:
    """The point or comma that a small piece of ink is; None for all else."""
    width, height = box[2] - box[0], box[3] - box[1]
    low, high = _DOT[0] * em, _DOT[1] * em
    if not low <= width <= high or not low <= height <= _COMMA * em:
        return None
    if box[3] - foot > _HANGS * em:
        return "," if box[1] > foot - 0.3 * em else None
    return "." if abs(box[3] - foot) <= _AT_FOOT * em and height <= high else None


def _digits_before(box: Box, digits: Sequence[Box], count: int) -> int | None:
    """How many of ``count`` digits stand left of ``box``; their runs may hold several that touch."""
    middle = (box[0] + box[2]) / 2
    left = [run for run in digits if (run[0] + run[2]) / 2 < middle]
    if not left or len(left) == len(digits):
        return None
    if len(digits) == count:
        return len(left)
    width = sum(run[2] - run[0] for run in digits) / count
    return sum(max(1, round((run[2] - run[0]) / width)) for run in left)


def _ink_of(box: Box, em: float, ink: Gray) -> _Ink:
    """The ink of a number in ``box`` of the page."""
    x0, y0, x1, y1 = box
    pieces = ink_pieces((x0, y0, x1, y1 + round(0.25 * em)), ink)
    digits = sorted(p for p in pieces if p[3] - p[1] >= _DIGIT * em)
    inside = [p for p in pieces if p[3] - p[1] < _DIGIT * em and contains_centre((x0, y0, x1, y1 + round(0.2 * em)), p)]
    return _Ink(tuple(digits), tuple(inside))


def _without_brackets(found: _Ink, text: str) -> _Ink:
    """The ink without the brackets around a number, which are as high as its digits."""
    return replace(found, digits=found.digits[text[0] == "(" : len(found.digits) - (text[-1] == ")")])


def ink_pieces(area: Box, ink: Gray) -> list[Box]:
    """The boxes of the connected pieces of ink in ``area``."""
    x0, y0, x1, y1 = max(0, area[0]), max(0, area[1]), area[2], area[3]
    crop = np.ascontiguousarray(ink[y0:y1, x0:x1])
    if not crop.size:
        return []
    _, _, stats, _ = components_with_stats(crop)
    return [(x0 + x, y0 + y, x0 + x + w, y0 + y + h) for x, y, w, h, _ in stats[1:].tolist()]
