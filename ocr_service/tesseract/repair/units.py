"""Units of Russian texts that were read as Latin letters, or in capitals: ``нг/мл`` as ``Hr/mn``, ``кг`` as ``КГ``.

No word around a unit tells Tesseract its alphabet, and most small Cyrillic letters have the shape of their capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ocr_service.tesseract.repair.look_alikes import close_pattern
from ocr_service.tesseract.words import Word

# fmt: off
_UNITS = (
    "руб", "коп", "тыс", "млн", "упак", "шт", "компл", "экз", "чел", "г", "кг", "мг", "мкг", "пг", "нг", "мм", "см",
    "км", "дм", "мкм", "л", "мл", "дл", "мкл", "фл", "кВ", "кВт", "Вт", "МВт", "кА", "кОм", "МОм", "мкФ", "кПа", "МПа",
    "дБ", "дБА", "мин", "ч", "сут", "мес", "дн", "моль", "ммоль", "мкмоль", "пмоль", "нмоль", "МЕ", "мкМЕ", "Ед",
    "ед", "кДж", "Дж", "ккал", "кН", "об", "уд", "атм", "т",
)
# fmt: on
_IN_SENTENCES = frozenset({"л", "т"})  # only where they are lower than the number before them
_SMALL_CAPITALS = frozenset("вгджзиклмнопстцчшэюя")  # letters that are read as their own capitals, too
_LATIN = re.compile(r"(?:mm|cm|km|Mm|mM|nm|Nm|kH|mA)\W*")  # units of the same shapes, and м²
_PARTS = re.compile(r"(×?10[⁻⁰¹²³⁴-⁹]+/)?([^\W_]{1,7})(?:[/|]([^\W_]{1,7}))?([.,;:)]*+)")
_RUSSIAN = re.compile(r"[а-яё]++\W*")
_SQUARE = re.compile(r"[mcdk]?m[²³][.,;:)]*+")
_METRES = str.maketrans("mcdk", "мсдк")
_IN_ORDER = re.compile(r"[nпл]/[nпл](\W*)")  # № п/п
_FOUR = re.compile(r"4([.,;:)]*)")
_NUMBER = re.compile(r"[(~]?\d[\d.,:–-]*")
_LOWER = 0.12  # em, of a small letter's top than a digit's: 0.18 to 0.22 in common fonts


def russian_unit(words: Sequence[Word], index: int, em: float, row: Sequence[Word] = ()) -> Word:
    """The word at ``index`` of a Russian line with the font size ``em``, as a unit where it was one.

    ``row``: the words of the table's row where ``words`` are a cell.
    """
    word = words[index]
    before = words[index - 1] if index else None
    after_number = before is not None and before.text[-1].isdigit()
    if before and (match := _FOUR.fullmatch(word.text)) and _NUMBER.fullmatch(before.text):
        lower = _is_lower(word, before, em)
        hangs = word.box[3] - before.box[3] > _LOWER * em and not match[1].strip(".:)")  # an old-style digit does
        return replace(word, text="ч" + match[1]) if lower and not hangs else word
    if before is not None and before.text.endswith("№") and (match := _IN_ORDER.fullmatch(word.text)):
        return replace(word, text="п/п" + match[1])
    if row and _SQUARE.fullmatch(word.text):
        return replace(word, text=word.text.translate(_METRES))
    in_cell = len(words) == 1
    if not after_number and not in_cell:
        return word
    unit = _unit(word.text)
    if unit is None or unit == word.text:
        return word
    name = unit.rstrip(".,;:)")
    number = before if after_number else _number_beside(word, row, em)
    if name in _IN_SENTENCES or (len(name) > 1 and name.upper() == word.text.rstrip(".,;:)") and name.islower()):
        return replace(word, text=unit) if number is not None and _is_lower(word, number, em) else word
    return replace(word, text=unit) if after_number or len(name) > 1 else word


def _number_beside(word: Word, others: Sequence[Word], em: float) -> Word | None:
    """A number that stands on the same line as ``word``."""
    return next((o for o in others if o.text[0].isdigit() and abs(o.box[3] - word.box[3]) < _LOWER * em), None)


def _is_lower(word: Word, number: Word, em: float) -> bool:
    return word.box[1] - number.box[1] > _LOWER * em


@lru_cache(maxsize=4096)
def _unit(text: str) -> str | None:
    """The unit, or one by another, that ``text`` has the shapes of; None where it has those of none."""
    match = _PARTS.fullmatch(text)
    if match is None or _LATIN.fullmatch(text) or _RUSSIAN.fullmatch(text):
        return None
    parts = [_part(part) for part in (match[2], match[3]) if part]
    return (match[1] or "") + "/".join(part for part in parts if part) + match[4] if all(parts) else None


def _part(text: str) -> str | None:
    if text.isdigit():
        return None
    return next((unit for unit, pattern in _PATTERNS.items() if pattern.fullmatch(text)), None)


def _pattern(unit: str) -> re.Pattern[str]:
    return re.compile("".join(map(_letter_pattern, unit)))


def _letter_pattern(letter: str) -> str:
    if letter.isupper():
        return close_pattern(letter).upper()
    return f"(?:{letter.upper()}|{close_pattern(letter)})" if letter in _SMALL_CAPITALS else close_pattern(letter)


_PATTERNS = {unit: _pattern(unit) for unit in _UNITS}
