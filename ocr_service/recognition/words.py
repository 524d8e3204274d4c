"""Words and lines as Tesseract found them, in pixels of a straightened page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import Box

# Parts of the em that a glyph takes, averaged over DejaVu, Liberation and PT fonts.
_X_HEIGHT, _ASCENDER, _DESCENDER = 0.53, 0.20, 0.22
_DESCENDING = frozenset("gjpqyQруфцщдЦЩД,;()[]{}@$|/\\§")
_FLAT = frozenset("acegmnopqrsuvwxyzавгдежзиклмнопрстухцчшщъыьэюя")
_NO_SIZE = frozenset("-–—_=~.,;:'\"`«»“”„•·*+^°")


@dataclass(frozen=True, slots=True)
class Word:
    """``confidence`` is Tesseract's, 0 to 100."""

    text: str
    box: Box
    confidence: float

    @property
    def em(self) -> float | None:
        """The font size in pixels that the box's height speaks for; None for marks without a size."""
        letters = [c for c in self.text if c not in _NO_SIZE]
        if not letters:
            return None
        parts = _X_HEIGHT
        if any(c not in _FLAT for c in letters):
            parts += _ASCENDER
        if any(c in _DESCENDING for c in self.text):
            parts += _DESCENDER
        return (self.box[3] - self.box[1]) / parts


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
        standing = [w.box[3] for w in self.words if not any(c in _DESCENDING for c in w.text) and w.em is not None]
        return statistics.median(standing) if standing else self.box[3] - _DESCENDER * self.em

    @property
    def confidence(self) -> float:
        letters = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / letters if letters else 0.0


def make_line(words: Sequence[Word], weight: float = 0.0) -> Line:
    """A line of one word or more, in any order."""
    ordered = tuple(sorted(words, key=lambda w: w.box[0]))
    sizes = [size for word in ordered for size in [word.em] * len(word.text) if size is not None]
    box = enclosing([word.box for word in ordered])
    return Line(ordered, box, statistics.median(sizes) if sizes else float(box[3] - box[1]), weight)


def enclosing(boxes: Sequence[Box]) -> Box:
    """The smallest box around one box or more."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def contains_centre(outer: Box, inner: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x < outer[2] and outer[1] <= y < outer[3]
