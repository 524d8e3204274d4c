"""Type whose letters all have one width, as a typewriter's and a till's: a space is as wide as a letter in it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.tesseract.words import Line, Word

_LETTERS = 4  # of a word whose width tells; of wide and narrow letters, unless the type is of one pitch
_WORDS, _MOST = 12, 0.8  # that tell, and the share of them that have the pitch
_OFF, _FAR = 0.05, 0.1  # of the pitch: that those words are off it, and any word
_BEARING = 0.2  # of the pitch: the white beside a word's first and last letter


def with_pitch(lines: Sequence[Line]) -> list[Line]:
    """The lines, their words with their ``pitch`` where the page's type has one."""
    telling = [_pitch(w) for line in lines for w in line.words if len(w.text) >= _LETTERS and w.text.isalpha()]
    if len(telling) < _WORDS:
        return list(lines)
    pitch = statistics.median(telling)
    if sum(abs(p - pitch) < _OFF * pitch for p in telling) < _MOST * len(telling):
        return list(lines)
    return [replace(line, words=tuple(_marked(word, pitch) for word in line.words)) for line in lines]


def _marked(word: Word, pitch: float) -> Word:
    short = len(word.text) < _LETTERS and word.box[2] - word.box[0] <= len(word.text) * pitch
    return replace(word, pitch=pitch) if short or abs(_pitch(word) - pitch) < _FAR * pitch else word


def _pitch(word: Word) -> float:
    return (word.box[2] - word.box[0]) / (len(word.text) - _BEARING)
