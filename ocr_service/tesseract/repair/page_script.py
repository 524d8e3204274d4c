"""The alphabet of a page, Cyrillic or Latin: that of its sure words; where it has only a few, each is read in both.

With ``rus+eng`` Tesseract chooses word by word: a page that says ``Page`` comes out as ``Раде``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.tesseract.ppocr import Glyph
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.homoglyphs import LATIN_LETTER, Script, of_homoglyphs
from ocr_service.tesseract.words import Line, Word, make_line, without_overlaps

_CYRILLIC = re.compile(r"[а-яёА-ЯЁ№]")
_SURE = 90.0  # of Tesseract's confidence: words that decide on the page's alphabet
_NEARLY_ALL = 0.9
_LEAST_LETTERS, _UNOPPOSED = 20, 6  # in such words; the fewer where no word of the page is in the other alphabet
_FEW_WORDS = 24
# More of Tesseract's confidence in one language than in the other, on the mean of a page's letters, and of a word that
# is surely in that one.
_READ_BETTER, _OTHERWISE = 3.0, 12.0
_WELL_READ = 80.0  # of Tesseract's confidence
# As much says the dictionary that alone has the word (of 55 words each in 3 fonts, none was in the wrong one alone),
# else PP-OCR.
_TELLS = 30.0
_LEAST_LISTED = 2  # letters of a word in a dictionary
_PAD = 0.12, 0.25  # em beside a word, and above and below
# PP-OCR's least probability of a letter, of upright Latin words 0.99 and more, of Cyrillic ones that it takes for Latin
# 0.97 and less, but for words of homoglyphs. Slanted Cyrillic letters have many more: ``т``, ``п``, ``и``, ``д``.
_SURELY_LATIN = 0.98
_SLANT, _SLANTED = 0.25, 0.93  # pixels across for each down; from which share of the upright columns' sharpness on
_CYRILLIC_LANGUAGES = frozenset({"rus", "ukr", "bel", "bul", "srp", "mkd", "kaz"})

ReadGlyphs = Callable[[Gray], list[Glyph]]


def languages_by_script(language: str) -> dict[Script, str]:
    """``rus+eng`` as ``{"cyrillic": "rus", "latin": "eng"}``; one entry where all parts are of one alphabet."""
    scripts: dict[Script, list[str]] = {}
    for part in language.split("+"):
        scripts.setdefault("cyrillic" if part in _CYRILLIC_LANGUAGES else "latin", []).append(part)
    return {script: "+".join(parts) for script, parts in scripts.items()}


def page_script(
    lines: Sequence[Line], crops: Mapping[Script, CropReader], ppocr: ReadGlyphs | None = None
) -> tuple[Script | None, list[Line]]:
    """The script of nearly all of the page, None where it is mixed, and its lines.

    ``crops``: how each script's language reads by itself; empty where only one is read. ``ppocr`` knows Latin letters
    alone. Few words in both alphabets are taken as their own language reads them.
    """
    main = main_script(lines)
    readings = _read_in_both(lines, crops, ppocr) if crops and main is None else []
    if _are_mixed(readings):
        return None, _each_in_its_own(lines, readings)
    return main or _script_of_few(readings) or _unopposed_script(lines), list(lines)


def main_script(lines: Sequence[Line]) -> Script | None:
    """``cyrillic`` or ``latin`` where nearly all sure words of the page are in it, and they are many, else None.

    Words of homoglyphs alone (``Tea``, ``XXX``) say nothing: they come out in either alphabet.
    """
    cyrillic, latin = _sure_letters(_telling(lines))
    if cyrillic + latin < _LEAST_LETTERS or max(cyrillic, latin) < _NEARLY_ALL * (cyrillic + latin):
        return None
    return "cyrillic" if cyrillic > latin else "latin"


def _unopposed_script(lines: Sequence[Line]) -> Script | None:
    """The same for a page of few words: where all are in it."""
    words = _telling(lines)
    cyrillic, latin = _sure_letters(words)
    script: Script = "cyrillic" if cyrillic > latin else "latin"
    other = LATIN_LETTER if script == "cyrillic" else _CYRILLIC
    unopposed = cyrillic + latin >= _UNOPPOSED and not any(other.search(word.text) for word in words)
    return script if unopposed else None


def _telling(lines: Sequence[Line]) -> list[Word]:
    return [word for line in lines for word in line.words if not of_homoglyphs(word.text)]


def _sure_letters(words: Sequence[Word]) -> tuple[int, int]:
    """Cyrillic and Latin letters in the sure ones of ``words``."""
    sure = [word.text for word in words if word.confidence >= _SURE]
    cyrillic, latin = (sum(len(letter.findall(text)) for text in sure) for letter in (_CYRILLIC, LATIN_LETTER))
    return cyrillic, latin


@dataclass(frozen=True, slots=True)
class _Reading:
    """A word as each language reads it; ``lead``: how much better it is read as Latin, in Tesseract's confidence."""

    word: Word
    latin: Sequence[Word]
    cyrillic: Sequence[Word]
    lead: float

    @property
    def letters(self) -> int:
        return sum(map(str.isalpha, self.word.text))

    @property
    def is_clear(self) -> bool:
        """Whether its script is sure, whatever the other words are in; what no language reads well has none."""
        told = self.letters > 1 and not of_homoglyphs("".join(word.text for word in self.latin))
        better = self.latin if self.lead > 0 else self.cyrillic
        return told and abs(self.lead) >= _OTHERWISE and _sureness(better) >= _WELL_READ


def _read_in_both(
    lines: Sequence[Line], crops: Mapping[Script, CropReader], ppocr: ReadGlyphs | None
) -> list[_Reading]:
    """The words of a page that has only a few; none of a page with more."""
    words = [
        (word, own.box, line.em)
        for line in lines
        for word, own in zip(line.words, without_overlaps(line).words, strict=True)
        if any(map(str.isalpha, word.text))
    ]
    if len(words) > _FEW_WORDS:
        return []
    readings = []
    for word, box, em in words:
        latin, cyrillic = crops["latin"].read(box, em), crops["cyrillic"].read(box, em)
        lead = _sureness(latin) - _sureness(cyrillic)
        if _is_listed(latin) != _is_listed(cyrillic):
            lead += _TELLS if _is_listed(latin) else -_TELLS
        elif ppocr is not None:
            lead += _TELLS * _third_reading(ppocr, latin, cyrillic, _crop(crops["latin"].sheet.gray, box, em))
        readings.append(_Reading(word, latin, cyrillic, lead))
    return readings


def _sureness(words: Sequence[Word]) -> float:
    return min((word.confidence for word in words), default=0.0)


def _is_listed(words: Sequence[Word]) -> bool:
    """Whether the language's dictionary has one of ``words``."""
    return any(word.listed and sum(map(str.isalpha, word.text)) >= _LEAST_LISTED for word in words)


def _crop(gray: Gray, box: Box, em: float) -> Gray:
    x0, y0, x1, y1 = box
    across, down = round(_PAD[0] * em), round(_PAD[1] * em)
    return np.ascontiguousarray(gray[max(0, y0 - down) : y1 + down, max(0, x0 - across) : x1 + across])


def _third_reading(ppocr: ReadGlyphs, latin: Sequence[Word], cyrillic: Sequence[Word], crop: Gray) -> int:
    """1 where PP-OCR reads the very words ``latin`` for sure, -1 where it sees no letter it knows, else 0."""
    text = "".join(word.text for word in latin)
    if of_homoglyphs(text) or _is_slanted(crop):
        return 0
    glyphs = [glyph for glyph in ppocr(crop) if not glyph.text.isspace()]
    if not glyphs:
        return -(_sureness(cyrillic) >= _SURE)
    read = "".join(glyph.text for glyph in glyphs)
    return read == text and min(glyph.probability for glyph in glyphs) >= _SURELY_LATIN


def _is_slanted(crop: Gray) -> bool:
    """Whether the strokes on ``crop`` lean like italics: sheared upright, its columns are about as sharp."""
    height, width = crop.shape
    ink = (255 - crop).astype(np.float32)
    size = width + round(_SLANT * height), height
    sheared = cv2.warpAffine(ink, np.array([[1, _SLANT, 0], [0, 1, 0]], np.float32), size)
    upright, leaning = (float((picture.sum(axis=0) ** 2).sum()) for picture in (ink, sheared))
    return leaning >= _SLANTED * upright


def _script_of_few(readings: Sequence[_Reading]) -> Script | None:
    """The script in which the words are read better; None where neither is better."""
    letters = sum(reading.letters for reading in readings)
    mean = sum(reading.lead * reading.letters for reading in readings) / letters if letters else 0.0
    if abs(mean) < _READ_BETTER:
        return None
    return "latin" if mean > 0 else "cyrillic"


def _are_mixed(readings: Sequence[_Reading]) -> bool:
    return len({reading.lead > 0 for reading in readings if reading.is_clear}) > 1


def _each_in_its_own(lines: Sequence[Line], readings: Sequence[_Reading]) -> list[Line]:
    """``lines`` with the words that are clearly in the other script than they were read in as its language has them."""
    mended = {}
    for reading in readings:
        words, other = (reading.latin, _CYRILLIC) if reading.lead > 0 else (reading.cyrillic, LATIN_LETTER)
        if reading.is_clear and len(words) == 1 and other.search(reading.word.text):
            mended[reading.word] = words[0]
    return [make_line([mended.get(word, word) for word in line.words], line.weight) for line in lines]
