"""Spaces that Tesseract missed: between the groups of a long number, after a letter that is a word, in tight type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.boxes import Run, ink_runs
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Word

_LEAST = 0.19  # em
_OF_USUAL = 0.6  # of the page's usual space
_OF_OTHERS = 2.0  # times the other gaps of the word
_LONG = 5  # letters of a word that a dictionary has, and hardly by chance
_SURE = 90.0  # Tesseract's confidence
_OF_LISTED = 4.0, 1.3  # times its other gaps and the least space, what parts it: some type is set wide
_NARROW = frozenset("iljtfrIJ1.,:;'`’|!()[]-°")
_WIDE = frozenset("mwMWжшщюыфмЖШЩЮЫФМ—%@№")
_DIGITS = re.compile(r"\d++")
_THOUSANDS = re.compile(r"(?:\d{3})++(?![^\W_])")


def typical_space(lines: Sequence[Sequence[Word]], em: float) -> float:
    """The white between words in pixels, where no line is stretched to the column's width."""
    gaps = [b.box[0] - a.box[2] for words in lines for a, b in pairwise(words)]
    near = sorted(gap for gap in gaps if 0.1 * em < gap < em)
    return near[len(near) // 5] if near else 0.3 * em


def with_missed_spaces(words: Sequence[Word], em: float, usual: float, sheet: Sheet) -> list[Word]:
    """``words`` of one line with those cut that have a space's white inside."""
    least = max(_LEAST * em, _OF_USUAL * usual)
    result: list[Word] = []
    for index, word in enumerate(words):
        # A box that reaches to the next word's has some of its letters: they would be counted here.
        apart = index + 1 == len(words) or word.box[2] < words[index + 1].box[0]
        may = apart and len(word.text) > 1 and word.box[2] - word.box[0] > 2 * least
        result += _cut(word, least, sheet.ink) if may else [word]
    return result


def _cut(word: Word, least: float, ink: Gray) -> list[Word]:
    x0, y0, x1, y1 = word.box
    runs = ink_runs(np.any(ink[y0:y1, x0:x1], axis=0))
    gaps = [(b[0] - a[1]) for a, b in pairwise(runs)]
    wide = [i for i, gap in enumerate(gaps) if gap >= least]
    if not wide or len(wide) > 3:
        return [word]
    others = sorted(gap for gap in gaps if gap < least)
    if not others and word.listed and word.confidence >= _SURE:
        return [word]  # its letters are all as far apart
    usual = others[len(others) // 2] if others else 0
    whitest = min(gaps[i] for i in wide)
    is_listed = word.listed and sum(map(str.isalpha, word.text)) >= _LONG
    if whitest < _OF_OTHERS * usual or (is_listed and whitest < max(_OF_LISTED[0] * usual, _OF_LISTED[1] * least)):
        return [word]
    pieces, begun, left = [], 0, x0
    for i in wide:
        at = _letters_before(word.text, runs, i, x1 - x0)
        if at is None or at <= begun or at >= len(word.text) or not _may_part(word.text, at):
            continue
        if word.text[at].isdigit() and gaps[i] < _OF_OTHERS * _within_groups(word.text, gaps):
            continue
        if "1" in word.text[at - 1 : at + 1] and gaps[i] < 1.3 * least:
            continue  # a 1 has white at its sides
        pieces.append(replace(word, text=word.text[begun:at], box=(left, y0, x0 + runs[i][1], y1)))
        begun, left = at, x0 + runs[i + 1][0]
    return [*pieces, replace(word, text=word.text[begun:], box=(left, y0, x1, y1))]


def _within_groups(number: str, gaps: Sequence[int]) -> int:
    """The widest gap of a number but for those between its groups of three digits, which are the widest of all."""
    digits = _DIGITS.search(number)
    groups = (len(digits[0]) - 1) // 3 if digits else 0
    return max(sorted(gaps)[: len(gaps) - groups], default=0)


def _may_part(text: str, at: int) -> bool:
    """Marks stand off their word in many fonts; between digits only thousands are parted."""
    before, after = text[at - 1], text[at]
    if before in "-–—":
        return at == 1 and after.isalpha()  # a dash that begins an item
    if before.isdigit() and after.isdigit():
        return _THOUSANDS.match(text, at) is not None
    return (before.isalpha() or before in ".,;:)%") and after.isalpha() and (before.isalpha() or after.isupper())


def _letters_before(text: str, runs: Sequence[Run], gap: int, width: int) -> int | None:
    """How many of the letters stand left of ``gap``: by counting, or by their widths where letters touch."""
    parts = [2 if c in "ыЫ" else 1 for c in text]
    if sum(parts) == len(runs):
        total = 0
        for index, count in enumerate(parts):
            total += count
            if total == gap + 1:
                return index + 1
        return None
    sizes = [0.5 if c in _NARROW else 1.5 if c in _WIDE else 1.0 for c in text]
    white = runs[gap + 1][0] - runs[gap][1]
    scale = (width - white) / sum(sizes)
    ends = [sum(sizes[: k + 1]) * scale for k in range(len(sizes) - 1)]
    nearest = min(range(len(ends)), key=lambda k: abs(ends[k] - runs[gap][1]))
    return nearest + 1 if abs(ends[nearest] - runs[gap][1]) < 0.35 * scale else None
