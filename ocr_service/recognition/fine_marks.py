"""Marks that Tesseract confuses for want of an eye for size and place: dashes by their length, ``×``, raised 2 and 3.

Its language data has ``-`` for every dash of some fonts, no ``²`` and ``³`` at all, and takes ``×`` for a letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.boxes import ink_runs
from ocr_service.recognition.scripts import CYRILLIC_LETTER, LATIN_LETTER
from ocr_service.recognition.words import Word

# Lengths in em of the ink: hyphens measure 0.23 to 0.28 over the common fonts, en dashes and minuses 0.36 to 0.63,
# em dashes 0.58 to 1.0. What lies between two is left as it was read.
_HYPHEN, _EN_LEAST, _EN_MOST, _EM_LEAST = 0.32, 0.345, 0.55, 0.64
_DASHES = "-–—−"
_ANY_DASH = re.compile(f"[{_DASHES}]")
_TIMES = re.compile(r"(?<=\d)[xх](?=\d)")
_UNIT = re.compile(r"^(.*(?:^|[\d.,(/]|[кcсdдmм]))?([мmМM])([^\w\s.,;:)(/]|[0-9зЗ]|\\)?(/?[чh])?([.,;:)]*)$")
_FIGURE_PRIOR = {"3": 0.12, "з": 0.12, "З": 0.12, "2": -0.05, "?": -0.05}
_NUMBER = re.compile(r"^[\d(]")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of ink of a word; heights in em above the baseline."""

    x: int
    width: float
    bottom: float
    top: float
    pixels: Gray


def finely_marked(words: Sequence[Word], em: float, ink: Gray, baseline: float | None = None) -> list[Word]:
    """The words of one line, of the font size ``em``; without ``baseline`` each word's own is measured."""
    marked = []
    whole = " ".join(word.text for word in words)
    cyrillic = len(CYRILLIC_LETTER.findall(whole)) > 1 or not LATIN_LETTER.search(whole)
    for index, word in enumerate(words):
        text = word.text
        foot = float(word.box[3]) if baseline is None else baseline
        if _ANY_DASH.search(text):
            text = _dashes(text, _bar_lengths(word, em, ink, foot, len(_ANY_DASH.findall(text))))
        if (_TIMES.search(text) or _is_lone_times(words, index)) and _has_times(word, em, ink, foot):
            text = _TIMES.sub("×", text) if len(text) > 1 else "×"
        if unit := _UNIT.match(text):
            raised = [part for part in _parts(word, em, ink, baseline) if _is_raised(part)]
            if len(raised) == 1:
                slash = "/" if unit[4] and not unit[4].startswith("/") else ""
                letter = "м" if cyrillic else "m"
                text = f"{unit[1] or ''}{letter}{_figure(raised[0], unit[3] or '')}{slash}{unit[4] or ''}{unit[5]}"
        marked.append(replace(word, text=text) if text != word.text else word)
    return marked


def _is_lone_times(words: Sequence[Word], index: int) -> bool:
    """An x that stands alone by a number."""
    if words[index].text not in ("x", "х"):
        return False
    before, after = words[max(0, index - 1)].text, words[min(len(words) - 1, index + 1)].text
    return before[-1].isdigit() or after[0].isdigit()


def _has_times(word: Word, em: float, ink: Gray, baseline: float) -> bool:
    """Ink off the baseline and of a small letter's height: no figure and no letter has it alone."""
    return any(0.24 < length < 0.65 for length in _runs_between(word, em, ink, baseline, (0.75, 0.62, 0.06, -0.02)))


def _parts(word: Word, em: float, ink: Gray, baseline: float | None) -> list[_Part]:
    x0, y0, x1, y1 = word.box
    pad = round(0.15 * em)
    top = max(0, y0 - pad)
    crop = np.ascontiguousarray(ink[top : y1 + pad, x0:x1])
    if not crop.size:
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(crop)
    boxes = [(label, *(int(v) for v in stats[label])) for label in range(1, count)]
    feet = [top + y + h for _, _, y, _, h, _ in boxes if h > 0.6 * em and abs(top + y + h - y1) < 0.3 * em]
    foot = baseline if baseline is not None else 0.0
    if feet and (baseline is None or abs(float(np.median(feet)) - foot) < 0.12 * em):
        foot = float(np.median(feet))
    elif baseline is None:
        foot = float(y1)
    return [
        _Part(
            x0 + x,
            w / em,
            (foot - (top + y + h)) / em,
            (foot - (top + y)) / em,
            (labels[y : y + h, x : x + w] == label).astype(np.uint8),
        )
        for label, x, y, w, h, area in sorted(boxes, key=lambda box: box[1])
        if area > 0.003 * em * em
    ]


def _dashes(text: str, lengths: Sequence[float]) -> str:
    """``text`` with each dash of the kind that its length in em speaks for. A hyphen inside a word stays one."""
    places = [match.start() for match in _ANY_DASH.finditer(text)]
    if len(lengths) != len(places):
        return text
    letters = list(text)
    for place, length in zip(places, lengths, strict=True):
        if text[place - 1 : place].isdigit() and text[place + 1 :][:1].isdigit():
            # A range has one dash and never a long one; 524-56-10 is a number with hyphens.
            long = length >= _EN_LEAST and len(places) == 1
            letters[place] = "–" if long else "-" if length < _HYPHEN else text[place]
        elif place == 0 and _NUMBER.match(text[1:]):
            letters[place] = "−" if length >= _EN_LEAST else "-" if length < _HYPHEN else text[place]
        elif len(text) == 1:
            letters[place] = _lone_dash(length) or text
    return "".join(letters)


def _lone_dash(length: float) -> str | None:
    if length < _HYPHEN:
        return "-"
    if _EN_LEAST <= length <= _EN_MOST:
        return "–"
    return "—" if length >= _EM_LEAST else None


def _bar_lengths(word: Word, em: float, ink: Gray, baseline: float, count: int) -> list[float]:
    """The ``count`` longest runs of columns with ink at a dash's height only: dashes may touch the figures beside."""
    runs = list(enumerate(_runs_between(word, em, ink, baseline, (0.75, 0.42, 0.13, -0.04))))
    longest = sorted(sorted(runs, key=lambda run: -run[1])[:count])
    return [length for _, length in longest]


def _runs_between(
    word: Word, em: float, ink: Gray, baseline: float, heights: tuple[float, float, float, float]
) -> list[float]:
    """Lengths in em of the runs of columns with ink between the inner two ``heights`` and none in the outer bands."""
    x0, _, x1, _ = word.box
    rows = [max(0, round(baseline - height * em)) for height in heights]
    if rows[0] >= rows[3] or x1 <= x0:
        return []
    above, middle, below = (np.any(ink[a:b, x0:x1], axis=0) for a, b in pairwise(rows))
    return [(end - start) / em for start, end in ink_runs(middle & ~above & ~below)]


def _is_raised(part: _Part) -> bool:
    return 0.2 < part.bottom < 0.55 and 0.27 < part.top - part.bottom < 0.55 and 0.14 < part.width < 0.42


def _figure(part: _Part, read: str) -> str:
    """Of ``²`` and ``³``: a 2 has a wide foot and above it nothing at the right. ``read``: as Tesseract saw it."""
    height, width = part.pixels.shape
    foot = float(part.pixels[-max(2, round(0.15 * height)) :].any(axis=0).mean())
    rows = [np.nonzero(row)[0] for row in part.pixels[round(0.6 * height) : round(0.85 * height)]]
    reach = float(np.mean([row[-1] / width if len(row) else 0.0 for row in rows])) if rows else 0.0
    prior = _FIGURE_PRIOR.get(read, 0.0)
    # Weights by linear discriminants over ten families of type, regular and bold, 8.5 to 12 points at 200 dpi: 94 %.
    return "³" if 0.85 * reach - foot + 0.2 + prior > 0 else "²"
