"""Digits that were read as others: ``893`` as ``895``, of which Tesseract was sure at 95.

A character is the same shape wherever it stands on a page. Of 27,000 digits in 16 families of type (8 to 12 points, 150
and 200 dpi) those that were read right are less like any other digit of their page than like their own, nearly all by
0.1 and more; the six that were read wrong were more like the others, by 0.24 and more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.tesseract.repair.glyph_shapes import Exemplars, Glyph, exemplars, glyph_boxes, glyph_in, likenesses
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_DIGIT = re.compile(r"[0-9]")
# Likeness: how much less than two of one digit usually are, and how much more than to those that it was read as.
_ALIKE, _BETTER = 0.03, 0.15
_SPACE = 0.15  # em
_MARKS = frozenset("-–,.")
_LEAST = 2  # exemplars of the digit that it is


@dataclass(frozen=True, slots=True)
class DigitShapes:
    """How the digits of a page look: ``exemplars``, if they are enough. ``proven``: words that were compared."""

    sheet: Sheet
    exemplars: Exemplars | None
    proven: frozenset[tuple[str, Box]]

    def mended(self, lines: Sequence[Line]) -> list[Line]:
        """``lines`` with the digits of words that are not yet proven as they are drawn."""
        read = [digit for digit in _digits(lines, self.sheet) if digit.key not in self.proven]
        return _mended(lines, read, self.exemplars)


def with_proven_digits(lines: Sequence[Line], sheet: Sheet) -> tuple[list[Line], DigitShapes]:
    """The ``lines`` of a page with each digit that is drawn as another one of the page as that."""
    read = _digits(lines, sheet)
    known = exemplars((digit.text, digit.glyph) for digit in read)
    mended = _mended(lines, read, known)
    return mended, DigitShapes(sheet, known, frozenset(digit.key for digit in read))


@dataclass(frozen=True, slots=True)
class _Digit:
    """A digit as it was read, at its ``place`` in a word."""

    text: str
    place: int
    word: Word
    glyph: Glyph

    @property
    def key(self) -> tuple[str, Box]:
        return self.word.text, self.word.box


def _digits(lines: Sequence[Line], sheet: Sheet) -> list[_Digit]:
    """The digits of words each of whose characters is one glyph."""
    found = []
    for line in lines:
        if line.is_sideways:
            continue
        for word in line.words:
            glyphs = _glyphs(word, line.em, sheet) if _DIGIT.search(word.text) else ()
            found += [
                _Digit(character, place, word, glyph)
                for place, (character, glyph) in enumerate(zip(word.text, glyphs, strict=False))
                if _DIGIT.match(character)
            ]
    return found


def _glyphs(word: Word, em: float, sheet: Sheet) -> Sequence[Glyph]:
    """One for each character of ``word``; none where its ink has others, or a mark for a digit.

    Behind a space the box of a word may have the beginning of the next one.
    """
    boxes, count = glyph_boxes(word.box, em, sheet.ink), len(word.text)
    if len(boxes) < count or any(boxes[count][0] - boxes[count - 1][2] < _SPACE * em for _ in boxes[count : count + 1]):
        return ()
    glyphs = [glyph_in(box, em, sheet.gray) for box in boxes[:count]]
    told = all(
        (glyph.shape is None) is (character in _MARKS)
        for character, glyph in zip(word.text, glyphs, strict=True)
        if character in _MARKS or _DIGIT.match(character)
    )
    return glyphs if told else ()


def _mended(lines: Sequence[Line], read: Sequence[_Digit], known: Exemplars | None) -> list[Line]:
    if known is None:
        return list(lines)
    texts: dict[Word, list[str]] = {}
    for digit, scores in _scores(read, known):
        best = max(scores, key=lambda name: scores[name])
        if best != digit.text and scores[best] >= max(known.same - _ALIKE, scores.get(digit.text, 0.0) + _BETTER):
            texts.setdefault(digit.word, list(digit.word.text))[digit.place] = best
    if not texts:
        return list(lines)
    return [
        make_line([replace(w, text="".join(texts.get(w, w.text))) for w in line.words], line.weight) for line in lines
    ]


def _scores(read: Sequence[_Digit], known: Exemplars) -> list[tuple[_Digit, dict[str, float]]]:
    """Each digit with its likeness to those of each name; what is its own exemplar does not count."""
    named = [(name, glyph) for name, glyphs in known.glyphs.items() if len(glyphs) >= _LEAST for glyph in glyphs]
    if not read or not named:
        return []
    alike = likenesses([digit.glyph for digit in read], [glyph for _, glyph in named])
    found = []
    for digit, row in zip(read, alike.tolist(), strict=True):
        scores: dict[str, float] = {}
        for (name, glyph), score in zip(named, row, strict=True):
            if glyph.box != digit.glyph.box:
                scores[name] = max(score, scores.get(name, 0.0))
        found.append((digit, scores))
    return found
