"""Latin acronyms in Russian text: ``HTML`` read as ``НТМЕ``, ``API`` as ``АР!``, ``DNA`` as ``ОМА``.

With ``rus+eng`` Tesseract takes the alphabet in which the line goes on, and is sure of it. English alone reads an
acronym for sure; of 87 Russian words in capitals, each drawn 6 times, it read none so that had a letter which no
Cyrillic one looks like.
"""

from __future__ import annotations

import re

from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.look_alikes import looks_like
from ocr_service.tesseract.words import Line, Word

# What Latin capitals are read as in Cyrillic, or are themselves.
_AS_READ = re.compile(r"[«\"(]*+(?:[АВЕЗКМНОРСТУХГЛЮЦШ!$1|]{2,8}+|[ABCEHKMOPTXY]{3,8}+)(?:-\d{1,4}+)?+[.,;:)»\"]*+")
_LETTERS = re.compile(r"[А-ЯA-Z]")
_ACRONYM = re.compile(r"\W*+([A-Z]{2,8}+)(-\d{1,4}+)?+\W*+")
_NO_HOMOGLYPH = re.compile(r"[DFGIJLNQRSUVWZ]")
# Tesseract's confidence: of its dictionary's words, of those with a number behind them, of homoglyphs.
_SURE, _SURE_NUMBERED, _SURE_OF_TWINS = 93.0, 89.0, 95.0


def may_be_acronym(word: Word, line: Line) -> bool:
    """Whether ``word`` of a ``line`` of Russian is in such capitals as Latin ones are taken for."""
    if _AS_READ.fullmatch(word.text) is None or len(_LETTERS.findall(word.text)) < 2:
        return False
    # A heading in capitals has many such words.
    return not (word.listed and len(line.words) > 1 and line.text.upper() == line.text)


def latin_acronym(word: Word, russian: CropReader, english: CropReader, em: float) -> str | None:
    """``word`` as English alone reads it, in type of ``em`` pixels; None where it may as well be Russian."""
    again = english.read(word.box, em)
    match = _ACRONYM.fullmatch(again[0].text) if len(again) == 1 else None
    if match is None or (match[2] and not word.text.rstrip('.,;:)»"').endswith(match[2])):
        return None
    letters = "".join(filter(str.isalpha, word.text))
    if len(match[1]) > len(letters) and looks_like(letters, match[1]):
        return None  # a Cyrillic letter in two pieces: ``АЛТ`` is English's ``AJIT``
    if _NO_HOMOGLYPH.search(match[1]):
        sure = again[0].confidence >= (_SURE_NUMBERED if match[2] else _SURE) and (again[0].listed or match[2])
        return again[0].text if sure else None
    if match[2] or len(match[1]) < 3 or not again[0].listed or again[0].confidence < _SURE_OF_TWINS:
        return None
    return None if any(other.listed for other in russian.read(word.box, em)) else again[0].text
