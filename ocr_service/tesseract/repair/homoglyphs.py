"""Letters that look alike in Latin and Cyrillic, resolved by their neighbours.

Tesseract reads ``rus+eng`` word by word with either alphabet; a word of look-alikes (``B``, ``Ha``, ``K``) fits both.
Its neighbours decide, and where they do not say, the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from ocr_service.tesseract.repair.units import russian_unit
from ocr_service.tesseract.words import Line, Word, make_line

Script = Literal["cyrillic", "latin"]

ADDRESS = re.compile(r"@|//|www\.|\w\.[a-z]{2}")  # of mail or the web: Latin in any text

_LOOK_ALIKE_LATIN = "ABCEHKMOPTXYaceopxy"
_LOOK_ALIKE_CYRILLIC = "АВСЕНКМОРТХУасеорху"
_TO_CYRILLIC = str.maketrans(_LOOK_ALIKE_LATIN + "k", _LOOK_ALIKE_CYRILLIC + "к")
_TO_LATIN = str.maketrans(_LOOK_ALIKE_CYRILLIC, _LOOK_ALIKE_LATIN)
_TO_LATIN_SHAPES = _TO_LATIN | str.maketrans("гикпшь", "ruknwb")  # in italics, or nearly
_BOTH = frozenset(_LOOK_ALIKE_LATIN + _LOOK_ALIKE_CYRILLIC + "k")
CYRILLIC_LETTER = re.compile(r"[а-яёА-ЯЁ]")
LATIN_LETTER = re.compile(r"[a-zA-Z]")
_ONE_LETTER_WORDS = frozenset("ВКСОУИАЯ")
_WITH_LATIN_H = frozenset({"Ha", "He", "Ho"})  # на, не, но
_THREE_A = re.compile(r"^3[aа]([,.;:»)]?)$")  # "за", whose first letter is a 3's double
_BEFORE_LABEL = re.compile(  # дом 3а
    r"^(?:п|пп|ст|д|рис|табл|кв|корп|стр|№)\.?$"
    r"|^(?:дом|корпус|квартир|офис|строени|подпункт|пункт|част|стать|раздел|приложени|рисун|таблиц|класс|групп)",
    re.I,
)
_LETTER_ONE = re.compile(r"([A-ZА-Я])[lI|](\W*)")
_CENTURY = re.compile(r"(\W*+)([ХX]{2,3}+[IVХX!|l1]{0,4}+)([.,;:)]*+)")
_ROMAN = str.maketrans("Х!|l1", "XIIII")
_NUMBER_SIGN = re.compile(r"(\(?)N[eеoо°º]")
_ISBN = re.compile(r"([^\w|!]?)[1IlІ|!][5S][BВ8][NМ]([:.,]?)")
_T_OF_DEGREES = re.compile(r"\{(=.*+)?")  # t = 5 °C
_ORDINAL = re.compile(r"\d++-(?:[ЙЯЕХМ]|ГО|МУ|[ЫИО]Й|АЯ|ОЕ|Ы[МХ])\W*+")  # 2-й
_ROMAN_NUMBER = re.compile(r"[IVXХ]++")
_CENTURIES = re.compile(r"ВВ?\.[,;:)]*+")
_PAGES = re.compile(r"c\.[-–,;:)]*+")
_TENS = re.compile(r"^\W*X+\W*$")  # Roman: Latin in Russian text, too
# Marks of steels, cables and machines (12Х18Н10Т, ТТ-160): nothing but look-alikes, and digits enough to be no name
# (B2B, H2O, CO2). An x between digits is a times sign.
_CODE = re.compile(r"^[«(\"]?(?=.*[A-Z])(?=.*\d.*\d|.*Л)[ABCEHKMOPTXYЛ\d]+(?:[-/x.,][ABCEHKMOPTXYЛ\d]+)*\W*$")
_EL = re.compile(r"(?<=[ABCEHKMOPTXY])J[1Il](?=[A-Z\d-])")  # Л in two pieces: УХЛ4
_CAPITALS = str.maketrans(_LOOK_ALIKE_LATIN[:12], _LOOK_ALIKE_CYRILLIC[:12])
_DEGREE = re.compile(r"°\s?[СC](?![а-яёa-z])")


def of_homoglyphs(text: str) -> bool:
    """Whether ``text`` has no letter that only one of the alphabets has."""
    return all(sign in _BOTH for sign in text if sign.isalpha())


def resolve_homoglyphs(line: Line, page: Script | None = None, mostly: Script | None = None) -> Line:
    """``line`` with its look-alike words in the alphabet of their neighbours, else of the ``page``.

    ``mostly``: that of most letters of a page in both.
    """
    scripts = [_script_around(line.words, index) or page for index in range(len(line.words))]
    read = [with_digit_one(_as_told(word, index, line.words), line.words) for index, word in enumerate(line.words)]
    words = [_in_script(word, script) for word, script in zip(read, scripts, strict=True)]
    for index, script in enumerate(scripts):
        if script == "cyrillic":
            words[index] = _as_number_sign(_read_3a_as_za(words, index), words[index + 1 : index + 2])
        elif _counts_pages(words, index) and (_script_of_prose(line.words) or mostly or page) == "cyrillic":
            words[index] = _in_script(words[index], "cyrillic")
    if line.text.upper() != line.text:
        words = [
            russian_unit(words, index, line.em) if script == "cyrillic" else words[index]
            for index, script in enumerate(scripts)
        ]
        for index in range(1, len(words)):
            words[index] = _in_lower_case(words[index - 1], words[index], line.words[index].text)
    return make_line([replace(word, text=_DEGREE.sub("°C", word.text)) for word in words], line.weight)


def _counts_pages(words: Sequence[Word], index: int) -> bool:
    """Whether the word at ``index`` is the ``с.`` of ``– 154 с. – ISBN``."""
    return index > 0 and words[index - 1].text[-1].isdigit() and _PAGES.fullmatch(words[index].text) is not None


def _script_of_prose(words: Sequence[Word]) -> Script | None:
    """That of the words of a line which Russian texts do not have as they are, as ``ISBN`` and addresses."""
    texts = [word.text for word in words if not ADDRESS.search(word.text)]
    return script_of_letters(text for text in texts if CYRILLIC_LETTER.search(text) or text != text.upper())


def script_of_letters(texts: Iterable[str]) -> Script | None:
    """The alphabet of most letters that only one of the two has; None where neither prevails."""
    letters = [c for text in texts for c in text if c not in _BOTH]
    cyrillic = sum(bool(CYRILLIC_LETTER.match(c)) for c in letters)
    latin = sum(bool(LATIN_LETTER.match(c)) for c in letters)
    if cyrillic == latin:
        return None
    return "cyrillic" if cyrillic > latin else "latin"


def with_letters_of(script: Script, text: str) -> str:
    """``text`` with its look-alike letters in ``script``."""
    return text.translate(_TO_CYRILLIC if script == "cyrillic" else _TO_LATIN)


def with_latin_shapes(text: str, *, hangs: bool) -> str:
    """``text`` in Latin letters where each of its letters has the shape of one, as ``рго`` of ``pro``; else as it is.

    ``hangs``: whether it goes below the baseline; an ``у`` that does not is a ``v``.
    """
    latin = text.translate(_TO_LATIN_SHAPES if hangs else _TO_LATIN_SHAPES | {ord("у"): "v"})
    return text if CYRILLIC_LETTER.search(latin) else latin


def with_digit_one(word: Word, words: Sequence[Word]) -> Word:
    """``Ql`` as ``Q1`` beside ``Q2``: an l or I is the digit where the same letter has a digit elsewhere."""
    match = _LETTER_ONE.fullmatch(word.text)
    if match is None or not any(re.fullmatch(match[1] + r"\d\W*", other.text) for other in words):
        return word
    return replace(word, text=f"{match[1]}1{match[2]}")


def _as_told(word: Word, index: int, words: Sequence[Word]) -> Word:
    """A brace before an equals sign as the t that it is, and ``15ВМ`` before a number with hyphens as ``ISBN``.

    A brace that is one has a name or a number behind it.
    """
    after = words[index + 1].text if index + 1 < len(words) else ""
    if (isbn := _ISBN.fullmatch(word.text)) and after[:1].isdigit() and "-" in after:
        return replace(word, text=f"{isbn[1]}ISBN{isbn[2]}")
    match = _T_OF_DEGREES.fullmatch(word.text)
    if match is None or not (match[1] or after.startswith("=")):
        return word
    return replace(word, text="t" + (match[1] or ""))


def _as_number_sign(word: Word, after: Sequence[Word]) -> Word:
    """``№`` for what it is read as in a Russian line before a number."""
    match = _NUMBER_SIGN.fullmatch(word.text)
    numbered = match is not None and any(other.text[0].isdigit() for other in after)
    return replace(word, text=f"{match[1]}№") if match is not None and numbered else word


def _read_3a_as_za(words: Sequence[Word], index: int) -> Word:
    """The word at ``index`` of a Russian line, as за where it was read as ``3a`` and labels nothing."""
    word = words[index]
    before = words[index - 1].text if index else "."
    match = _THREE_A.match(word.text)
    if match is None or _BEFORE_LABEL.match(before):
        return word
    return replace(word, text=("За" if before[-1] in ".!?" else "за") + match[1])


def _script_around(words: Sequence[Word], index: int) -> Script | None:
    """What most letters of the two words before and after are written in; None where neither prevails."""
    beside = (*words[max(0, index - 2) : index], *words[index + 1 : index + 3])
    around = "".join(w.text for w in beside if not ADDRESS.search(w.text))
    cyrillic, latin = len(CYRILLIC_LETTER.findall(around)), len(LATIN_LETTER.findall(around))
    if cyrillic > 2 * latin:
        return "cyrillic"
    return "latin" if latin > 2 * cyrillic else None


def _in_script(word: Word, script: Script | None) -> Word:
    """``word`` in ``script``, where all of its letters can be."""
    letters = [c for c in word.text if c.isalpha()]
    if not letters or not script or _TENS.match(word.text):
        return word
    if century := _CENTURY.fullmatch(word.text):  # no Russian word begins with ХХ
        return replace(word, text=century[1] + century[2].translate(_ROMAN) + century[3])
    text = word.text
    mixed = bool(CYRILLIC_LETTER.search(text)) and bool(LATIN_LETTER.search(text))
    if all(c in _BOTH or c == "J" for c in letters) or mixed:
        text = _to_cyrillic(text) if script == "cyrillic" else _to_latin(text)
    return replace(word, text=text)


def _to_cyrillic(text: str) -> str:
    if _CODE.match(code := _EL.sub("Л", text)):
        return code.translate(_CAPITALS)
    if any(c.isdigit() for c in text) or not all(c in _BOTH or CYRILLIC_LETTER.match(c) for c in text if c.isalpha()):
        return text
    return text.translate(_TO_CYRILLIC)


def _to_latin(text: str) -> str:
    if not all(c in _BOTH or LATIN_LETTER.match(c) for c in text if c.isalpha()):
        return text
    return text.translate(_TO_LATIN)


def _in_lower_case(before: Word, word: Word, read: str) -> Word:
    """A preposition or conjunction ``read`` as a capital: most small Cyrillic letters are small capitals.

    After a number it is a unit or a mark (380 В), after the end of a sentence it is rightly a capital. An ordinal's
    ending and the century behind its number are small.
    """
    in_century = _ROMAN_NUMBER.fullmatch(before.text) and _CENTURIES.fullmatch(word.text)
    if in_century or _ORDINAL.fullmatch(word.text):
        return replace(word, text=word.text.lower())
    goes_on = before.text[-1].islower() or before.text[-1] in ",;)"
    may = word.text in _ONE_LETTER_WORDS or (read in _WITH_LATIN_H and read != word.text)
    return replace(word, text=word.text.lower()) if goes_on and may else word
