"""Russian units beside a number, too short for Tesseract to tell their alphabet: ``py6.``, ``Kr``, ``500 4``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.recognition.twins import close_pattern
from ocr_service.recognition.words import Word

# The standard ones that have twins in Latin.
_UNITS = ("руб", "коп", "тыс", "упак", "шт", "кг", "г", "мм", "см", "км", "кВт", "Вт", "мин", "ч")
_SMALL_CAPITALS = frozenset("икмнст")  # letters that are read as their own capitals, too


def _pattern(unit: str) -> re.Pattern[str]:
    letters = (f"(?:{c.upper()}|{close_pattern(c)})" if c in _SMALL_CAPITALS else close_pattern(c) for c in unit)
    return re.compile("".join(letters) + r"([.,;:)]*)")


_PATTERNS = {unit: _pattern(unit) for unit in _UNITS}
_NONE = re.compile(r"(?:mm|cm|km|Mm|mM)\W*")  # Latin ones, and м²
_FOUR = re.compile(r"4([.,;:)]*)")
_NUMBER = re.compile(r"[(~]?\d[\d.,:–-]*")
_LOWER = 0.12  # em, of a small letter's top than a figure's: 0.18 to 0.22 in common fonts


def russian_unit(words: Sequence[Word], index: int, em: float) -> Word:
    """The word at ``index`` of a Russian line with the font size ``em``, as a unit where it was one."""
    word = words[index]
    before = words[index - 1] if index else None
    after_number = before is not None and before.text[-1].isdigit()
    if before and (match := _FOUR.fullmatch(word.text)) and _NUMBER.fullmatch(before.text):
        lower = word.box[1] - before.box[1] > _LOWER * em
        hangs = word.box[3] - before.box[3] > _LOWER * em and not match[1].strip(".:)")  # an old-style figure does
        return replace(word, text="ч" + match[1]) if lower and not hangs else word
    if _NONE.fullmatch(word.text):
        return word
    in_cell = len(words) == 1 or (index + 1 < len(words) and words[index + 1].text[0].isdigit())
    for unit, pattern in _PATTERNS.items():
        if (after_number or (in_cell and len(unit) > 1)) and (match := pattern.fullmatch(word.text)):
            return replace(word, text=unit + match[1])
    return word
