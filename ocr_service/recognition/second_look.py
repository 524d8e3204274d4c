"""Words in the wrong alphabet, read again in the page's own.

With ``rus+eng`` Tesseract decides word by word, and now and then reads ``pcs`` as ``рс5`` or ``шт.`` as ``wT.``. Where
nearly all of a page is in one alphabet, a doubtful word is read again with that language alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.recognition.reread import CropReader
from ocr_service.recognition.words import Line, Word, make_line

_CYRILLIC = re.compile(r"[а-яёА-ЯЁ№]")
_LATIN = re.compile(r"[a-zA-Z]")
_SURE = 90.0  # of Tesseract's confidence: words that decide on the page's alphabet
_NEARLY_ALL = 0.9
_DOUBTFUL = 80.0
_MAX_TIMES = 60  # words a page, 10 ms each
_CYRILLIC_LANGUAGES = frozenset({"rus", "ukr", "bel", "bul", "srp", "mkd", "kaz"})


def languages_by_script(language: str) -> dict[str, str]:
    """``rus+eng`` as ``{"cyrillic": "rus", "latin": "eng"}``; one entry where all parts are of one alphabet."""
    scripts: dict[str, list[str]] = {}
    for part in language.split("+"):
        scripts.setdefault("cyrillic" if part in _CYRILLIC_LANGUAGES else "latin", []).append(part)
    return {script: "+".join(parts) for script, parts in scripts.items()}


def main_script(lines: Sequence[Line]) -> str | None:
    """``cyrillic`` or ``latin`` where nearly all sure words of the page are in it, else None."""
    words = [word.text for line in lines for word in line.words if word.confidence >= _SURE]
    cyrillic = sum(len(_CYRILLIC.findall(text)) for text in words)
    latin = sum(len(_LATIN.findall(text)) for text in words)
    if cyrillic + latin < 20:
        return None
    if cyrillic >= _NEARLY_ALL * (cyrillic + latin):
        return "cyrillic"
    return "latin" if latin >= _NEARLY_ALL * (cyrillic + latin) else None


def in_own_script(lines: Sequence[Line], script: str, crops: CropReader) -> list[Line]:
    """``lines`` of a page in ``script``; ``crops`` reads with that script's language alone."""
    left = _MAX_TIMES
    result = []
    for line in lines:
        words = list(line.words)
        for index, word in enumerate(words):
            if left and _is_suspect(word, script):
                left -= 1
                words[index] = _better(word, crops.read(word.box, line.em), script)
        result.append(make_line(words, line.weight))
    return result


def _is_suspect(word: Word, script: str) -> bool:
    """In the other alphabet, or a sign that only the other one has. Russian pages have English names in them."""
    if script == "cyrillic":
        return bool(_LATIN.search(word.text)) and word.confidence < _DOUBTFUL
    return bool(_CYRILLIC.search(word.text))


def _better(word: Word, again: Sequence[Word], script: str) -> Word:
    if len(again) != 1 or (_LATIN if script == "cyrillic" else _CYRILLIC).search(again[0].text):
        return word
    # On a page of English nothing speaks for Cyrillic; on a Russian page the English reading must be the weaker one.
    allowance = 30.0 if script == "latin" else 0.0
    if again[0].confidence + allowance < word.confidence:
        return word
    return replace(word, text=again[0].text, confidence=again[0].confidence)
