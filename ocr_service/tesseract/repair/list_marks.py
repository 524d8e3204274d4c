"""Marks of list items: points that were read apart, and letters of Russian lists (``а) б) в)``) read as others.

``б)``, ``з)`` and ``о)`` are drawn nearly as ``6)``, ``3)`` and ``0)``, and a mark has no letters beside it that tell.
The marks above and below it do: what stands between ``а)`` and ``в)`` is ``б)``, but between ``5)`` and ``7)`` a 6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.numbering import EMPTY_BOX, TICKED_BOX
from ocr_service.tesseract.repair.homoglyphs import script_of_letters, with_letters_of
from ocr_service.tesseract.words import Line, Word, make_line

_MARK = re.compile(r"(\(?)(\d{1,2}|[A-Za-zА-Яа-яЁё])(?:(\))([A-Za-zА-Яа-яЁё«].*|[;,.]?)|(\.))")
_SIGN = re.compile(r"\d{1,2}|[A-Za-zА-Яа-яЁё]")
_DIGITS = {"6": "б", "3": "з", "0": "о"}
_ALPHABET = "абвгдежзийклмнопрстуфхцчшщэюя"
_LEFT_OUT = frozenset("зйо")  # of some lists
_OF_OTHER_SHAPE = frozenset("абер")  # than their capitals
_SAME_INDENT, _FAR, _GAP = 0.6, 60.0, 1.5  # em: across, from one mark of a list to the next one, before a column
_APART = 0.35  # em: from a mark to its point at most
_MOST_MARKS = 400  # of a page; each is compared with all lists


@dataclass(frozen=True, slots=True)
class _Mark:
    """``sign``: its letter or number. ``place``: the indices of its line and word.

    ``starts``: whether it begins a line, or a column of it. ``latin``: whether the text behind it is in Latin letters.
    """

    sign: str
    style: str
    place: tuple[int, int]
    box: Box
    starts: bool
    latin: bool

    @property
    def letter(self) -> str | None:
        """The small Cyrillic letter that it may be; None where it is a number or a Latin letter alone."""
        if self.sign.isdigit():
            return None
        small = (self.sign if self.latin else with_letters_of("cyrillic", self.sign)).lower()
        return small if small in _ALPHABET else None

    @property
    def number(self) -> int | None:
        return int(self.sign) if self.sign.isdigit() else None


def with_whole_marks(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with the point or bracket behind an item's number or letter in its word: ``1 . Text``."""
    return [_with_whole_mark(line) for line in lines]


def _with_whole_mark(line: Line) -> Line:
    if len(line.words) < 3 or line.words[1].text not in (".", ")") or _SIGN.fullmatch(line.words[0].text) is None:
        return line
    sign, point, following, *_ = line.words
    apart = point.box[0] - sign.box[2]
    if apart > min(_APART * line.em, following.box[0] - point.box[2]):
        return line
    box, confidence = enclosing([sign.box, point.box]), min(sign.confidence, point.confidence)
    mark = replace(sign, text=sign.text + point.text, box=box, confidence=confidence)
    return make_line([mark, *line.words[2:]], line.weight)


def with_list_letters(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with the letters of Russian lists that the marks beside them prove."""
    marks = [mark for index, line in enumerate(lines) for mark in _marks(line, index)]
    if not 2 <= len(marks) <= _MOST_MARKS:
        return list(lines)
    ems = [line.em for line in lines]
    proven: dict[int, dict[int, str]] = {}
    for run in (*_lists(marks, ems), *_inline_lists(marks)):
        for before, after in zip(run, _proven(run), strict=True):
            if before.sign != after.sign:
                proven.setdefault(before.place[0], {}).setdefault(before.place[1], after.sign)
    return [_with_signs(line, proven[index]) if index in proven else line for index, line in enumerate(lines)]


def _with_signs(line: Line, signs: dict[int, str]) -> Line:
    words = [_with_sign(word, signs[index]) if index in signs else word for index, word in enumerate(line.words)]
    return make_line(words, line.weight)


def _with_sign(word: Word, sign: str) -> Word:
    opened = word.text.startswith("(")
    return replace(word, text=word.text[:opened] + sign + word.text[opened + 1 :])


def _marks(line: Line, index: int) -> list[_Mark]:
    found = []
    for place, word in enumerate(line.words):
        match = _MARK.fullmatch(word.text)
        if match is None:
            continue
        before = line.words[place - 1] if place else None
        starts = (
            before is None or before.text in (EMPTY_BOX, TICKED_BOX) or word.box[0] - before.box[2] > _GAP * line.em
        )
        if starts or match[3]:
            latin = script_of_letters(other.text for other in line.words[place + 1 :]) == "latin"
            style = match[1] + (match[3] or match[5])
            found.append(_Mark(match[2], style, (index, place), word.box, starts, latin))
    return found


def _lists(marks: Sequence[_Mark], ems: Sequence[float]) -> list[list[_Mark]]:
    """Marks that stand one under the other, each list from its top."""
    runs: list[list[_Mark]] = []
    for mark in sorted((mark for mark in marks if mark.starts), key=lambda mark: mark.box[1]):
        em = ems[mark.place[0]]
        for run in runs:
            last = run[-1]
            across, down = abs(mark.box[0] - last.box[0]), mark.box[1] - last.box[3]
            if last.style == mark.style and across < _SAME_INDENT * em and -_SAME_INDENT * em < down < _FAR * em:
                run.append(mark)
                break
        else:
            runs.append([mark])
    return [run for run in runs if len(run) > 1]


def _inline_lists(marks: Sequence[_Mark]) -> list[list[_Mark]]:
    """Marks with brackets that stand in one line."""
    runs: dict[tuple[int, str], list[_Mark]] = {}
    for mark in marks:
        if mark.style.endswith(")"):
            runs.setdefault((mark.place[0], mark.style), []).append(mark)
    return [run for run in runs.values() if len(run) > 1]


def _proven(run: Sequence[_Mark]) -> list[_Mark]:
    """The marks with their letters; twice, as what one proves may prove the one before it."""
    marks = list(run)
    for _ in range(2):
        for index in range(len(marks)):
            marks[index] = replace(marks[index], sign=_sign(marks, index))
    return marks


def _sign(marks: Sequence[_Mark], index: int) -> str:
    mark = marks[index]
    before = marks[index - 1] if index else None
    after = marks[index + 1] if index + 1 < len(marks) else None
    letter = _DIGITS.get(mark.sign) or mark.letter
    if letter is None:
        return mark.sign
    left = before is not None and _follows(before.letter, letter)
    right = after is not None and _follows(letter, after.letter)
    # A point stands behind initials and abbreviations, too: «и. о. директора» below an item 3.
    begins = letter == "а" or (mark.style != "." and not _is_of_another_list(before, mark, letter))
    if not left and not (right and begins):
        return mark.sign
    if not right and after is not None and _goes_on_otherwise(after, letter):
        return mark.sign
    if mark.number is not None and not (left and right) and _is_counted(marks, index):
        return mark.sign
    # Small letters are read as capitals of their shape more often than capitals as small ones.
    beside = [other.sign for other, tells in ((before, left), (after, right)) if tells and other is not None]
    capital = all(map(str.isupper, beside))
    if mark.number is not None:
        return letter.upper() if capital else letter
    if left and mark.style != "." and letter not in _OF_OTHER_SHAPE:
        if beside[0].islower():
            return letter
        if right and capital:
            return letter.upper()
    return with_letters_of("cyrillic", mark.sign)


def _follows(first: str | None, second: str | None) -> bool:
    """Whether a list has these letters one after the other."""
    if first is None or second is None:
        return False
    start, end = _ALPHABET.index(first), _ALPHABET.index(second)
    return start < end and _LEFT_OUT.issuperset(_ALPHABET[start + 1 : end])


def _is_of_another_list(before: _Mark | None, mark: _Mark, letter: str) -> bool:
    """Whether the mark before ``mark`` is no number, and no earlier letter than the one that was read as a digit."""
    if before is None or before.number is not None:
        return False
    return mark.number is None or before.letter is None or before.letter >= letter


def _goes_on_otherwise(after: _Mark, letter: str) -> bool:
    """Whether the mark after ``letter`` is neither the next one, nor a number, nor the first of another list."""
    if after.number is not None or after.letter == "а":
        return False
    return not _follows(letter, after.letter)


def _is_counted(marks: Sequence[_Mark], index: int) -> bool:
    """Whether the number at ``index`` is the next of the list's numbers, and does not come again."""
    number = int(marks[index].sign)
    before = next((mark.number for mark in reversed(marks[:index]) if mark.number is not None), None)
    after = next((mark.number for mark in marks[index + 1 :] if mark.number is not None), None)
    if after == number:
        return False
    return before == number - 1 or (before is None and after == number + 1)
