"""Words in the wrong alphabet, read again in the page's own.

With ``rus+eng`` Tesseract decides word by word, and now and then reads ``pcs`` as ``рс5`` or ``шт.`` as ``wT.``. Where
nearly all of a page is in one alphabet, a doubtful word is read again with that language alone; on a Russian page also
a surely read one whose letters all have twins (``NBC`` for ``ПВС``). Names, codes and addresses in Latin stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.recognition.reread import CropReader
from ocr_service.recognition.scripts import ADDRESS, LATIN_LETTER, Script, put_right
from ocr_service.recognition.twins import looks_like, may_be_cyrillic
from ocr_service.recognition.words import Line, Word, make_line

_CYRILLIC = re.compile(r"[а-яёА-ЯЁ№]")
_SURE = 90.0  # of Tesseract's confidence: words that decide on the page's alphabet
_NEARLY_ALL = 0.9
_DOUBTFUL = 80.0
_MAX_TIMES = 60  # words a page, 10 ms each
_ROMAN = re.compile(r"^\W*[IVXLC]+\W*$")
_NO_WORD = re.compile(r"[$&{}\[\]\\!<>*]")  # how a Latin letter without a twin comes out in Russian
_CYRILLIC_LANGUAGES = frozenset({"rus", "ukr", "bel", "bul", "srp", "mkd", "kaz"})


def languages_by_script(language: str) -> dict[Script, str]:
    """``rus+eng`` as ``{"cyrillic": "rus", "latin": "eng"}``; one entry where all parts are of one alphabet."""
    scripts: dict[Script, list[str]] = {}
    for part in language.split("+"):
        scripts.setdefault("cyrillic" if part in _CYRILLIC_LANGUAGES else "latin", []).append(part)
    return {script: "+".join(parts) for script, parts in scripts.items()}


def main_script(lines: Sequence[Line]) -> Script | None:
    """``cyrillic`` or ``latin`` where nearly all sure words of the page are in it, else None."""
    words = [word.text for line in lines for word in line.words if word.confidence >= _SURE]
    cyrillic = sum(len(_CYRILLIC.findall(text)) for text in words)
    latin = sum(len(LATIN_LETTER.findall(text)) for text in words)
    if cyrillic + latin < 20:
        return None
    if cyrillic >= _NEARLY_ALL * (cyrillic + latin):
        return "cyrillic"
    return "latin" if latin >= _NEARLY_ALL * (cyrillic + latin) else None


def in_own_script(lines: Sequence[Line], script: Script, own: CropReader, other: CropReader) -> list[Line]:
    """``lines`` of a page in ``script``; ``own`` reads with its language alone, ``other`` with the other's."""
    left = _MAX_TIMES
    result = []
    for line in lines:
        words = list(put_right(line, script).words)
        for index, word in enumerate(words):
            if left and _is_suspect(word, script):
                left -= 1
                again = own.read(word.box, line.em)
                if _is_better(word, again, script) and (
                    script == "latin" or not _is_latin(word, again[0], other, line)
                ):
                    words[index] = replace(word, text=again[0].text, confidence=again[0].confidence)
        result.append(make_line(words, line.weight))
    return result


def _is_suspect(word: Word, script: Script) -> bool:
    """In the other alphabet, or a sign that only the other one has. Russian pages have English names in them."""
    if script == "latin":
        return bool(_CYRILLIC.search(word.text))
    if not LATIN_LETTER.search(word.text) or ADDRESS.search(word.text) or _ROMAN.match(word.text) or "°C" in word.text:
        return False
    return word.confidence < _DOUBTFUL or may_be_cyrillic(word.text)


def _is_better(word: Word, again: Sequence[Word], script: Script) -> bool:
    if len(again) != 1 or (LATIN_LETTER if script == "cyrillic" else _CYRILLIC).search(again[0].text):
        return False
    if script == "latin":  # on a page of English nothing speaks for Cyrillic
        return again[0].confidence + 30.0 >= word.confidence
    if _NO_WORD.search(again[0].text):
        return False
    if word.confidence < _DOUBTFUL:
        return again[0].confidence >= word.confidence
    return again[0].confidence >= _DOUBTFUL and looks_like(again[0].text, word.text)


def _is_latin(word: Word, cyrillic: Word, other: CropReader, line: Line) -> bool:
    """Whether English reads ``word`` better than Russian did. What was doubtful and fits both is Russian."""
    again = other.read(word.box, line.em)
    confidence = min((w.confidence for w in again), default=0.0)
    if word.confidence >= _DOUBTFUL:
        return confidence > cyrillic.confidence
    fits_both = len(again) == 1 and looks_like(cyrillic.text, again[0].text)
    return confidence > max(cyrillic.confidence, _DOUBTFUL) and not fits_both
