"""Re-OCR: words that came out doubtful, or in another alphabet, read again by themselves."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.repair.acronyms import latin_acronym, may_be_acronym
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.homoglyphs import (
    ADDRESS,
    LATIN_LETTER,
    Script,
    of_homoglyphs,
    resolve_homoglyphs,
    with_latin_shapes,
)
from ocr_service.tesseract.repair.look_alikes import looks_like, may_be_cyrillic
from ocr_service.tesseract.words import Line, Word, make_line

_MARK, _SURE_OF_MARK = 2, 80.0  # letters of a mark, and Tesseract's confidence in it once it is read by itself


def reocr_markers(lines: Sequence[Line], crops: CropReader) -> list[Line]:
    """``lines`` with each list item's number in its line: ``2.`` may be read as a lone letter beside ``. Building``."""
    mended: list[Line] = []
    taken: set[int] = set()
    marks = [line for line in lines if len(line.text) <= _MARK]
    for line in lines:
        mark = next((m for m in marks if m is not line and id(m) not in taken and _belongs_to(m, line)), None)
        first, *rest = line.words
        if mark is None or len(first.text) > 1:
            mended.append(line)
            continue
        words = crops.read(enclosing([mark.box, first.box]), line.em)
        if len(words) != 1 or words[0].confidence < _SURE_OF_MARK:
            mended.append(line)
            continue
        taken.add(id(mark))
        mended.append(make_line([words[0], *rest], line.weight))
    return [line for line in mended if id(line) not in taken]


def _belongs_to(mark: Line, line: Line) -> bool:
    """Whether ``line`` begins with the sign that ends a number, and ``mark`` stands right before it."""
    gap = line.box[0] - mark.box[2]
    level = abs(mark.box[3] - line.words[0].box[3]) < 0.3 * line.em
    return line.text[0] in ".)" and len(line.words) > 1 and level and -0.2 * line.em < gap < 0.6 * line.em


_CYRILLIC = re.compile(r"[а-яёА-ЯЁ№]")
_DOUBTFUL_WORD = 80.0
# Than what was read as Cyrillic English may be on a page of English, and where all its letters look like Latin ones.
_LESS_SURE, _LESS_SURE_OF_TWINS = 30.0, 15.0
_SURE_PART = 60.0  # of one of several words in the place of one
_LEAST_SPELT = 50.0  # of a word whose letters all look like those of the other alphabet
_OTHER_SIZE = 0.25  # em: of a letter that is not as high as the one that was read
_HANGS = 0.1  # em below the baseline
_GARBLED, _SURER, _LONG = 60.0, 20.0, 5  # confidence of a word that may have lost letters; more of it; its letters
_LEAST_LISTED = 3  # letters
# Tesseract's confidence in Russian words on English pages, and the most that is left to others read in their place.
_RUSSIAN_LISTED, _RUSSIAN_SURE, _NO_READING = 75.0, 90.0, 44.0
_RUSSIAN = re.compile(r"[«\"'(]*+(?:[А-ЯЁ]?[а-яё]{2,}+|[А-ЯЁ]{3,}+)[»\"').,;:!?]*+")
_ROMAN = re.compile(r"^\W*[IVXLC]+\W*$")
# Small Cyrillic letters read as digits among the Latin ones: ``0603H.`` for ``обозн.``; in codes they are capitals.
_OF_DIGIT_TWINS = re.compile(r"\W*+(?=[0346]*+[^\W\d_])(?=[^\W\d_]*+[0346])(?:[0346]|[^\W\d_]){3,}+\W*+")
_CODE = re.compile(r"\W*+(?:[A-ZА-ЯЁ]\d++|[1-9]\d*+[^\W\d_]|\d++[xх]\d++)\W*+")  # A30, 36а, 30x40
_SMALL_CYRILLIC = re.compile(r"\W*+[а-яё]{3,}+\W*+")
_SURE_OF_SMALL = 85.0
_CAPITAL = 0.62  # em: between the heights of small letters and capitals
_AFTER_RULE = re.compile(r"[|\[]([а-яёА-ЯЁ]{3,}+)")
_NO_WORD = re.compile(r"[$&{}\[\]\\!<>*]")  # how a Latin letter without a homoglyph comes out in Russian


def reocr_foreign_words(
    lines: Sequence[Line], script: Script, own: CropReader, other: CropReader, budget: Budget
) -> list[Line]:
    """``lines`` of a page in ``script``; ``own`` reads with its language alone, ``other`` with the other's."""
    result = []
    acronyms: dict[str, str | None] = {}
    for line in lines:
        words: list[Word] = []
        for read, word in zip(line.words, resolve_homoglyphs(line, script).words, strict=True):
            if script == "cyrillic" and may_be_acronym(read, line):
                if read.text not in acronyms and budget.take():
                    acronyms[read.text] = latin_acronym(read, own, other, line.em)
                if (latin := acronyms.get(read.text)) is not None:
                    words.append(replace(read, text=latin))
                    continue
            suspect = _CYRILLIC.search(read.text) if script == "latin" else _may_be_russian(word) or _is_garbled(word)
            if not suspect or not budget.take():
                words.append(word)
                continue
            again = own.read(word.box, line.em)
            if script == "latin":
                words += _as_latin(read, again, line)
            else:
                words.append(_as_russian(word, again, other, line))
        result.append(make_line(words, line.weight))
    return result


def _as_latin(read: Word, again: Sequence[Word], line: Line) -> list[Word]:
    """What a word that was ``read`` as Cyrillic is on a page of English, where nothing speaks for that.

    It is what English alone reads (``again``): several words only if they are sure, a letter only if it has that
    letter's height. Else it is the Latin letters that its own look like, if there are any. What is no Russian word is
    at least not given out as one: English's reading, of which nothing is sure, is doubtful.
    """
    if _is_russian(read) and _has_long_listed(read) and not any(word.listed for word in again):
        return [read]
    least = read.confidence - (_LESS_SURE_OF_TWINS if of_homoglyphs(read.text) else _LESS_SURE)
    if len(again) > 1:
        least = max(least, _SURE_PART)
    latin = bool(again) and not any(_CYRILLIC.search(w.text) for w in again)
    believed = latin and all(w.confidence >= least for w in again)
    if believed and not (len(again) == 1 and _is_of_other_size(again[0], line.em)):
        return [replace(read, text=again[0].text, confidence=again[0].confidence)] if len(again) == 1 else list(again)
    hangs = read.box[3] - line.baseline > _HANGS * line.em
    shapes = with_latin_shapes(read.text, hangs=hangs)
    if len(again) == 1 and latin and _CYRILLIC.search(shapes) and not _is_russian(read):
        return [replace(read, text=again[0].text, confidence=min(again[0].confidence, _NO_READING))]
    if not again and _CYRILLIC.search(shapes) and not _is_russian(read):
        return [replace(read, confidence=min(read.confidence, _NO_READING))]
    return [replace(read, text=shapes)]


def _has_long_listed(read: Word) -> bool:
    """Whether its own dictionary has it, and hardly by chance."""
    return read.listed and read.confidence >= _RUSSIAN_SURE and sum(map(str.isalpha, read.text)) >= _LONG


def _is_russian(read: Word) -> bool:
    """Whether a word ``read`` as Cyrillic is surely in it: in the dictionary, or very sure; garbage has signs in it."""
    if _RUSSIAN.fullmatch(read.text) is None:
        return False
    return read.confidence >= (_RUSSIAN_LISTED if read.listed else _RUSSIAN_SURE)


def _is_of_other_size(word: Word, em: float) -> bool:
    """Whether a lone letter is not as high as the one that was read is in type of ``em`` pixels."""
    return sum(map(str.isalnum, word.text)) == 1 and word.em is not None and abs(word.em - em) > _OTHER_SIZE * em


def _may_be_russian(word: Word) -> bool:
    """Whether a Latin word, as Russian pages have them, may be a Russian one."""
    if _is_of_digit_twins(word):
        return True
    if not LATIN_LETTER.search(word.text) or ADDRESS.search(word.text) or _ROMAN.match(word.text) or "°C" in word.text:
        return False
    return word.confidence < _DOUBTFUL_WORD or may_be_cyrillic(word.text)


def _is_of_digit_twins(word: Word) -> bool:
    """Whether a word that was read for sure may be one in small Russian letters that were taken for digits."""
    may = _OF_DIGIT_TWINS.fullmatch(word.text) is not None and _CODE.fullmatch(word.text) is None
    return may and word.confidence >= _DOUBTFUL_WORD


def _is_garbled(word: Word) -> bool:
    """Whether a word in Cyrillic may have lost letters: on the page's lines Tesseract drops some in narrow type."""
    letters = sum(map(str.isalpha, word.text))
    return word.confidence < _GARBLED and letters >= _LONG and not LATIN_LETTER.search(word.text)


def _as_russian(word: Word, again: Sequence[Word], other: CropReader, line: Line) -> Word:
    """``word`` as Russian alone reads it (``again``), where that is better than it is, and than English alone."""
    again = [_in_small_letters(_without_rule(part), word, other.sheet.ink, line) for part in again]
    if len(again) != 1 or LATIN_LETTER.search(again[0].text) or _NO_WORD.search(again[0].text):
        return _read_better(word, other, line)
    if _is_garbled(word):
        surer = again[0].listed and again[0].confidence >= max(_DOUBTFUL_WORD, word.confidence + _SURER)
        return replace(word, text=again[0].text, confidence=again[0].confidence) if surer else word
    if _is_of_digit_twins(word):
        small = _SMALL_CYRILLIC.fullmatch(again[0].text) is not None and looks_like(again[0].text, word.text)
        spelt = small and again[0].confidence >= _SURE_OF_SMALL
        return replace(word, text=again[0].text, confidence=again[0].confidence) if spelt else word
    if word.confidence < _DOUBTFUL_WORD:
        least = min(word.confidence, _SURE_PART) if again[0].listed else word.confidence
        better = again[0].confidence >= least
    else:
        alike = looks_like(again[0].text, word.text) or _is_word_of_as_many(again[0], word)
        better = again[0].confidence >= _DOUBTFUL_WORD and alike
    if _spells_russian(again[0], word):
        return replace(word, text=again[0].text, confidence=again[0].confidence)
    if not better or _is_latin(word, again[0], other, line):
        return _read_better(word, other, line)
    return replace(word, text=again[0].text, confidence=again[0].confidence)


def _spells_russian(again: Word, word: Word) -> bool:
    """Whether a long Latin ``word`` that is in no dictionary has letter by letter the shapes of ``again``."""
    long = sum(map(str.isalpha, again.text)) >= _LONG
    return long and not word.listed and again.confidence >= _LEAST_SPELT and looks_like(again.text, word.text)


def _without_rule(word: Word) -> Word:
    """``word`` without the ruling line right before it."""
    rest = _AFTER_RULE.fullmatch(word.text)
    return replace(word, text=rest[1]) if rest else word


def _in_small_letters(again: Word, word: Word, ink: Gray, line: Line) -> Word:
    """``again`` in small letters where it is in capitals and ``word`` is not, nor as high as they are.

    Its alphabet tells small letters apart, in Cyrillic most have the shape of their capitals.
    """
    if len(again.text) != len(word.text) or again.text != again.text.upper() or not LATIN_LETTER.search(word.text):
        return again
    small = "".join(now.lower() if before.islower() else now for now, before in zip(again.text, word.text, strict=True))
    rest = [c for c in small[1:] if c.isalpha()]
    letters = glyph_boxes(word.box, line.em, ink)[1 : 1 + len(rest)]
    if not rest or not letters or any(map(str.isupper, rest)):
        return again
    height = line.baseline - statistics.median(top for _, top, _, _ in letters)
    return replace(again, text=small) if height < _CAPITAL * line.em else again


def _read_better(word: Word, other: CropReader, line: Line) -> Word:
    """A doubtful Latin ``word`` as English alone reads it, where it does so for sure: ``yaml`` of ``yam!``."""
    if word.confidence >= _DOUBTFUL_WORD or not LATIN_LETTER.search(word.text):
        return word
    again = other.read(word.box, line.em)
    if len(again) != 1 or again[0].confidence < max(_DOUBTFUL_WORD, word.confidence + _SURER):
        return word
    return replace(word, text=again[0].text, confidence=again[0].confidence)


def _is_word_of_as_many(again: Word, word: Word) -> bool:
    """Whether ``again`` is in Russian's dictionary and has as many letters: ``Рот`` of what was read as ``Por``."""
    return again.listed and len(again.text) == len(word.text) >= _LEAST_LISTED


def _is_latin(word: Word, cyrillic: Word, other: CropReader, line: Line) -> bool:
    """Whether English reads ``word`` better than Russian did. What was doubtful and fits both is Russian."""
    again = other.read(word.box, line.em)
    confidence = min((w.confidence for w in again), default=0.0)
    if word.confidence >= _DOUBTFUL_WORD:
        if cyrillic.listed and not any(w.listed for w in again):
            return False
        return confidence > cyrillic.confidence
    fits_both = len(again) == 1 and looks_like(cyrillic.text, again[0].text)
    return confidence > max(cyrillic.confidence, _DOUBTFUL_WORD) and not fits_both
