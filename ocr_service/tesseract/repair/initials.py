"""Initials of Russian names that were read as digits, signs or Latin letters: ``Лебедев 3. 9.``, ``II. А. Котов``.

No word around a letter with a full stop tells Tesseract what it is, and ``З`` looks like a ``3``: in names of nine
families of type one initial in nine came out so. What stands beside a family name and another initial is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.code_columns import ReadLetter
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.homoglyphs import with_letters_of
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_INITIAL = re.compile(r"[А-ЯЁ][а-яё]?\.")
_READ = r"[^\s.,:;()«»\"]{1,3}+\."  # what an initial may be read as
_PIECE = re.compile(_READ)
_ABBREVIATION = re.compile(r"[а-яё]{2,3}\.")  # им., руб.
_SURNAME = r"(?:[А-ЯЁ][а-яё]{2,}+|[А-ЯЁ]{3,}+)(?:-(?:[А-ЯЁ][а-яё]++|[А-ЯЁ]{3,}+))?"
_WORD = re.compile(rf"((?:{_READ}){{1,3}})({_SURNAME})?([,;:)]*+)")
_BEFORE = re.compile(_SURNAME)
_AFTER = re.compile(rf"({_SURNAME})[,;:.)]*+")
_ENDING = re.compile(r"(?:[оеёиы]в|[иы]н|[сц]к|ко|[уюи]к|ич|ян)(?:а|у|ы|ой|ым|ых|ого|ому|ая|ий|ую)?$", re.I)
_NO_NAME = re.compile(
    r"приложени|таблиц|рис|глав|раздел|пункт|част|стать|том|класс|групп|корп|этап|вопрос|задани|пример|урок|лист|тема"
    r"|страниц|форм|верси|схем|квартал|блок|модул|абзац|подпункт|вариант|шаг",
    re.I,
)
_NUMBER = re.compile(r"(\d{1,2})\.")
_ROMAN = re.compile(r"[IVX]++\.")
_SIGN = re.compile(r"[®©@]\.")
# Letters that are read so, the likeliest first.
_AS_READ = {
    "3": "ЗЭ",
    "9": "ЭЗ",
    "0": "ОФ",
    "4": "Ч",
    "5": "БЭ",
    "6": "Б",
    "8": "ВФ",
    "10": "Ю",
    "FO": "Ю",
    "IO": "Ю",
    "®": "Ф",
    "©": "Ф",
    "II": "ПИ",
    "IT": "П",
}
_GAP = 1.0  # em: the widest space between the words of a name
_AGREED = 2  # readings of a letter
_LOW = 0.3  # em: a full stop is lower
_CAPITAL = 0.6  # em: the least height of a capital above the baseline


@dataclass(frozen=True, slots=True)
class _Piece:
    """What may be an initial, with its full stop: the ``place``-th of a line's ``word``."""

    text: str
    word: int
    place: int

    @property
    def is_initial(self) -> bool:
        return _INITIAL.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class _Run:
    """Pieces that follow one another, and the family name before or after them; empty where there is none."""

    pieces: tuple[_Piece, ...]
    name: str

    def is_of_a_name(self, *, listed: bool) -> bool:
        """Whether its pieces are initials. ``listed``: the first number counts the line."""
        pieces = self.pieces[1:] if listed else self.pieces
        read = [piece.text for piece in pieces if not piece.is_initial]
        if len(read) == 1 and [piece.text for piece in pieces[:2]] == ["Ф.", "И."]:
            return len(pieces) == 3  # Ф. И. О., a form's field
        if not read or not self.name or (_NO_NAME.match(self.name) and not _ENDING.search(self.name)):
            return False
        if len(read) < len(pieces):
            return True
        if len(pieces) == 1:
            return _SIGN.fullmatch(read[0]) is not None
        if any(text[0].islower() for text in read):
            return False
        numbers = all(_NUMBER.fullmatch(text) or _ROMAN.fullmatch(text) for text in read)
        return not numbers or _ENDING.search(self.name) is not None


def with_initials(lines: Sequence[Line], sheet: Sheet, read_letter: ReadLetter, budget: Budget) -> list[Line]:
    """``lines`` with a capital letter for each initial of a name that was read as something else."""
    return [_mended(line, index, lines, sheet, read_letter, budget) for index, line in enumerate(lines)]


def _mended(
    line: Line, index: int, lines: Sequence[Line], sheet: Sheet, read_letter: ReadLetter, budget: Budget
) -> Line:
    words = list(line.words)
    for run in [] if line.is_sideways else _runs(line):
        listed = run.pieces[0].word == 0 and _counts(run, index, lines)
        if not run.is_of_a_name(listed=listed):
            continue
        for piece in run.pieces[1:] if listed else run.pieces:
            letter = None if piece.is_initial else _letter(piece, line, sheet, read_letter, budget)
            if letter:
                words[piece.word] = _with_piece(words[piece.word], piece.place, letter + ".")
    return make_line(words, line.weight) if words != list(line.words) else line


def _runs(line: Line) -> Iterator[_Run]:
    words, index = line.words, 0
    while index < len(words):
        match = _WORD.fullmatch(words[index].text)
        if match is None:
            index += 1
            continue
        before = words[index - 1].text if index and _near(line, index) else ""
        pieces: list[_Piece] = []
        name = before if _BEFORE.fullmatch(before) else ""
        while match is not None:
            read = [_Piece(text, index, place) for place, text in enumerate(_PIECE.findall(match[1]))]
            pieces += [piece for piece in read if not _ABBREVIATION.fullmatch(piece.text)]
            index += 1
            if match[2] or match[3]:
                name = match[2] or name
                break
            if index == len(words) or not _near(line, index):
                break
            match = _WORD.fullmatch(words[index].text)
            if match is None and (after := _AFTER.fullmatch(words[index].text)):
                name = name or after[1]
        if pieces:
            yield _Run(tuple(pieces), name)


def _near(line: Line, index: int) -> bool:
    """Whether the word at ``index`` follows the one before it in one text."""
    return line.words[index].box[0] - line.words[index - 1].box[2] <= _GAP * line.em


def _counts(run: _Run, index: int, lines: Sequence[Line]) -> bool:
    """Whether the first piece numbers its line, as the lines before and after are numbered, or three follow it."""
    first = run.pieces[0].text
    number = _NUMBER.fullmatch(first)
    if number is None and not _ROMAN.fullmatch(first):
        return False
    if len(run.pieces) > 2:
        return True
    others = [line.words[0].text for at, line in enumerate(lines) if at != index]
    if number is None:
        return any(_ROMAN.match(text) for text in others)
    beside = {int(number[1]) - 1, int(number[1]) + 1}
    return any((match := _NUMBER.match(text)) and int(match[1]) in beside for text in others)


def _letter(piece: _Piece, line: Line, sheet: Sheet, read_letter: ReadLetter, budget: Budget) -> str | None:
    """The capital that the ``piece`` is; None where that cannot be told."""
    read = piece.text[:-1]
    box = _box(piece, line, sheet)
    if read.islower() and (box is None or line.baseline - box[1] < _CAPITAL * line.em):
        return None
    letters = read_letter(box, "cyrillic") if box and budget.take() else ()
    likely = _AS_READ.get(read) or with_letters_of("cyrillic", read).upper()
    if len(letters) >= _AGREED and len(set(letters)) == 1:
        return letters[0]
    capital = next((letter for letter in letters if letter in likely), likely[0])
    return capital if _INITIAL.fullmatch(capital + ".") and (len(likely) == 1 or read in _AS_READ) else None


def _box(piece: _Piece, line: Line, sheet: Sheet) -> Box | None:
    """The letter's, without its full stop."""
    groups: list[list[Box]] = [[]]
    for box in glyph_boxes(line.words[piece.word].box, line.em, sheet.ink):
        if box[3] - box[1] < _LOW * line.em and box[1] > line.baseline - _LOW * line.em:
            groups.append([])
        else:
            groups[-1].append(box)
    group = groups[piece.place] if piece.place < len(groups) - 1 else []
    return enclosing(group) if group else None


def _with_piece(word: Word, place: int, text: str) -> Word:
    start = 0
    for _ in range(place):
        start = word.text.index(".", start) + 1
    end = word.text.index(".", start) + 1
    return replace(word, text=word.text[:start] + text + word.text[end:])
