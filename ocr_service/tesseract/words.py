"""Words and lines as Tesseract found them, in pixels of a sheet (a level page)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ocr_service.document import Box, PlacedWord
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.font_metrics import DESCENDER, DESCENDING, ink_height

_NO_SIZE = frozenset("-–—_=~.,;:'\"`«»“”„•·*+^°☐☒")


# Letters of a word, and its height as a multiple of its width, from which on it runs up or down the page.
_LONG, _UPRIGHT = 3, 1.3
_BEGINS = 0.25  # em: less than any letter but an i takes


@dataclass(frozen=True, slots=True)
class Word:
    """``confidence`` is Tesseract's, 0 to 100.

    ``size``: the type size in pixels, and ``base``: the y of the baseline, which only a text layer knows. ``pitch``:
    pixels from letter to letter in type of one pitch. ``listed``: whether Tesseract's dictionary has it. ``slanted``:
    set in italics, ``bold``: in a bold font, and ``follows``: one ordinary space behind the word before, which only a
    text layer knows.
    """

    text: str
    box: Box
    confidence: float
    size: float | None = None
    base: float | None = None
    pitch: float | None = None
    listed: bool = False
    slanted: bool = False
    bold: bool = False
    follows: bool = False

    @property
    def em(self) -> float | None:
        """The font size in pixels that the box's height speaks for; None for marks without a size."""
        letters = [c for c in self.text if c not in _NO_SIZE]
        if not letters:
            return None
        if self.size is not None:
            return self.size
        x0, y0, x1, y1 = self.box
        return (x1 - x0 if self.is_sideways else y1 - y0) / ink_height(letters, self.text)

    @property
    def is_sideways(self) -> bool:
        """Whether its letters run up or down the page."""
        x0, y0, x1, y1 = self.box
        return len(self.text) >= _LONG and y1 - y0 > _UPRIGHT * (x1 - x0)


@dataclass(frozen=True, slots=True)
class Line:
    """Words from left to right, or in the order they are read in where they run up or down the page.

    ``em`` is the font size in pixels, ``weight`` the strokes' mean width.
    """

    words: tuple[Word, ...]
    box: Box
    em: float
    weight: float = 0.0
    # Measured once: rules that compare a page's lines ask for it 200,000 times on a page of a newspaper.
    _baseline: float | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def is_sideways(self) -> bool:
        """Whether its words run up or down the page."""
        long = [word for word in self.words if len(word.text) >= _LONG]
        return bool(long) and all(word.is_sideways for word in long)

    @property
    def slanted(self) -> bool:
        """Whether all of it is in italics, but for numbers and signs."""
        lettered = [word for word in self.words if any(map(str.isalpha, word.text))]
        return bool(lettered) and all(word.slanted for word in lettered)

    @property
    def baseline(self) -> float:
        """The y of the baseline: the middle one that is known, or the middle word that does not hang below it."""
        measured = self._baseline
        if measured is None:
            measured = self._measured_baseline()
            object.__setattr__(self, "_baseline", measured)
        return measured

    def _measured_baseline(self) -> float:
        known = [w.base for w in self.words if w.base is not None]
        if known:
            return statistics.median(known)
        standing = [w.box[3] for w in self.words if DESCENDING.isdisjoint(w.text) and w.em is not None]
        return statistics.median(standing) if standing else self.box[3] - DESCENDER * self.em

    @property
    def confidence(self) -> float:
        """Tesseract's, 0 to 100: the words' mean by their letters."""
        letters = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / letters if letters else 0.0


def _is_upright(box: Box) -> bool:
    return box[3] - box[1] > _UPRIGHT * (box[2] - box[0])


_GARBAGE = 10.0  # Tesseract's confidence below which a word is none


def make_line(words: Sequence[Word], weight: float = 0.0) -> Line:
    """A line of one word or more, in any order. What was read into the dots of a leader tells no size of type.

    Words that run up or down the page stay in the order they are given in, which is Tesseract's.
    """
    sideways = any(word.is_sideways for word in words) and _is_upright(enclosing([word.box for word in words]))
    ordered = tuple(words) if sideways else tuple(sorted(words, key=lambda w: w.box[0]))
    telling = [word for word in ordered if word.confidence >= _GARBAGE] or ordered
    sizes = [size for word in telling for size in [word.em] * len(word.text) if size is not None]
    box = enclosing([word.box for word in ordered])
    # At least a pixel: sizes are divided by, and a box may be a pixel high, or lie on an edge.
    em = max(1.0, statistics.median(sizes) if sizes else float(box[3] - box[1]))
    return Line(ordered, box, em, weight)


def without_overlaps(line: Line) -> Line:
    """``line`` with no box over the next: of blurred print Tesseract gives some words the rest of the line as well.

    What begins where a word begins lies over it, and is not the next one.
    """
    words = [
        replace(word, box=(word.box[0], word.box[1], following.box[0], word.box[3]))
        if word.box[0] + _BEGINS * line.em < following.box[0] < word.box[2]
        else word
        for word, following in pairwise(line.words)
    ]
    return make_line([*words, line.words[-1]], line.weight)


def placed_words(words: Iterable[Word]) -> tuple[PlacedWord, ...]:
    """The words as a region has them."""
    return tuple(
        PlacedWord(word.text, word.box, round(word.confidence / 100, 2), in_pdf=word.size is not None) for word in words
    )


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


_SURE = 60.0  # Tesseract's confidence; garbage of rotated or foreign text has 20 to 55
_LEGIBLE = 50.0


def reading_score(lines: Sequence[Line]) -> float:
    """How many letters and digits were read, each weighted by how sure its word is; garbage counts next to nothing."""
    return sum(
        _letters(word) * (word.confidence - _LEGIBLE) / (100 - _LEGIBLE)
        for line in lines
        for word in line.words
        if is_sure(word)
    )


def sure_share(lines: Sequence[Line], counts: Callable[[str], bool] = str.isalnum, *, least: int = 2) -> float:
    """The share of letters and digits that stand in words read for sure, 0 to 1; 0.0 where nothing was read.

    ``counts``: which characters count; ``least``: how many of them a sure word has.
    """
    counted = [(sum(map(counts, word.text)), word) for line in lines for word in line.words]
    total = sum(count for count, _ in counted)
    return sum(count for count, word in counted if count >= least and is_sure(word)) / total if total else 0.0


def _letters(word: Word) -> int:
    return sum(c.isalnum() for c in word.text)


def is_sure(word: Word) -> bool:
    """A word of two letters or more that was read for sure; one that is higher than wide lies on its side."""
    x0, y0, x1, y1 = word.box
    letters = _letters(word)
    return letters >= 2 and word.confidence >= _SURE and (letters < 4 or x1 - x0 > 0.8 * (y1 - y0))
