"""Words and lines as Tesseract found them, in pixels of a sheet (a level page)."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.font_metrics import DESCENDER, DESCENDING, ink_height

_NO_SIZE = frozenset("-–—_=~.,;:'\"`«»“”„•·*+^°")


@dataclass(frozen=True, slots=True)
class Word:
    """``confidence`` is Tesseract's, 0 to 100. ``size``: the type size in pixels, where the word's source knows it."""

    text: str
    box: Box
    confidence: float
    size: float | None = None

    @property
    def em(self) -> float | None:
        """The font size in pixels that the box's height speaks for; None for marks without a size."""
        letters = [c for c in self.text if c not in _NO_SIZE]
        if not letters:
            return None
        if self.size is not None:
            return self.size
        return (self.box[3] - self.box[1]) / ink_height(letters, self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """Words from left to right. ``em`` is the font size in pixels, ``weight`` the strokes' mean width."""

    words: tuple[Word, ...]
    box: Box
    em: float
    weight: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def baseline(self) -> float:
        """The y of the baseline: the middle word that does not hang below it."""
        standing = [w.box[3] for w in self.words if DESCENDING.isdisjoint(w.text) and w.em is not None]
        return statistics.median(standing) if standing else self.box[3] - DESCENDER * self.em

    @property
    def confidence(self) -> float:
        """Tesseract's, 0 to 100: the words' mean by their letters."""
        letters = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / letters if letters else 0.0


def make_line(words: Sequence[Word], weight: float = 0.0) -> Line:
    """A line of one word or more, in any order."""
    ordered = tuple(sorted(words, key=lambda w: w.box[0]))
    sizes = [size for word in ordered for size in [word.em] * len(word.text) if size is not None]
    box = enclosing([word.box for word in ordered])
    return Line(ordered, box, statistics.median(sizes) if sizes else float(box[3] - box[1]), weight)


def split_by_box(lines: Sequence[Line], box: Box) -> tuple[list[Line], list[Line]]:
    """The parts of the lines inside ``box``, and what is left of them outside."""
    inner, outer = [], []
    for line in lines:
        within = [word for word in line.words if contains_centre(box, word.box)]
        if within:
            inner.append(make_line(within, line.weight))
        without = [word for word in line.words if not contains_centre(box, word.box)]
        if without:
            outer.append(make_line(without, line.weight))
    return inner, outer
