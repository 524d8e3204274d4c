"""Glyphs repaired by their ink: bullets, dashes, times signs, superscripts, and marks without ink."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import Boxed, contains_centre, ink_runs
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.numbering import DASHES
from ocr_service.tesseract.repair.homoglyphs import CYRILLIC_LETTER, LATIN_LETTER
from ocr_service.tesseract.repair.superscripts import with_unit_superscript
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_REACH = 2.6  # em: how far left of its text a bullet stands, at most
_READ_AS_DASH = DASHES | frozenset("_=~")
_SMALL_MARKS = frozenset(".,'`‘’\"“”«»-–—_=~|:;*·•\\/!¢°")


@dataclass(frozen=True, slots=True)
class _Blob(Boxed):
    """A connected piece of ink: its box and its middle's height on the page, and how many pixels are inked."""

    box: Box
    area: int
    middle: float


def with_bullet(line: Line, sheet: Sheet, others: Sequence[Line] = ()) -> Line:
    """``line`` with a bullet as its first word where a solid blob of a bullet's size and place begins it.

    A letter of the ``others``, the page's other lines, is none: the last of a column, before a heading beside it.
    """
    blobs = _blobs_at_left(line, sheet.ink)
    if len(blobs) < 2 or not _is_bullet(blobs, line, sheet.ink):
        return line
    # A full stop at the end of another column's line would stand as far; a bullet has its text at once.
    mark, following = blobs[:2]
    if any(contains_centre(word.box, mark.box) for other in others for word in other.words):
        return line
    right = mark.box[2]
    words = [word for word in line.words if (word.box[0] + word.box[2]) / 2 > right]
    if not words:
        return line
    if words[0].box[0] <= right:
        words[0] = _trimmed(words[0], right)
    elif following.height > 0.45 * line.em and _begins_with_mark(words[0].text):
        # The bullet's mark is in the word's text, not in its box; a quotation mark there would be small ink.
        words[0] = _trimmed(words[0], words[0].box[0])
    return make_line([Word("•", mark.box, 100.0), *words], line.weight)


def _blobs_at_left(line: Line, ink: Gray) -> list[_Blob]:
    """What is inked where a bullet and the beginning of its text would be, from left to right; specks are left out."""
    em = line.em
    left, right = max(0, round(line.box[0] - _REACH * em)), min(ink.shape[1], round(line.box[0] + 1.6 * em))
    top, bottom = max(0, round(line.baseline - 0.95 * em)), min(ink.shape[0], round(line.baseline + 0.12 * em))
    if bottom - top < 4 or right - left < 4:
        return []
    count, _, stats, centres = components_with_stats(np.ascontiguousarray(ink[top:bottom, left:right]))
    blobs = []
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if area > 0.012 * em * em and w > 0.06 * em:
            box = (left + x, top + y, left + x + w, top + y + h)
            blobs.append(_Blob(box, area, top + float(centres[label][1])))
    return sorted(blobs, key=lambda blob: (blob.box[0], blob.box[1], blob.width, blob.height, blob.area))


def _is_bullet(blobs: Sequence[_Blob], line: Line, ink: Gray) -> bool:
    """Whether the first of ``blobs`` has a bullet's shape, size and place, with white before the next."""
    em, mark = line.em, blobs[0]
    x0, y0, x1, y1 = mark.box
    w, h = mark.width, mark.height
    if not (0.14 * em < w < 0.75 * em and 0.14 * em < h < 0.75 * em and 0.7 < w / h < 1.45):
        return False
    height = (line.baseline - mark.middle) / em  # of its middle above the baseline
    if not (0.13 < height < 0.6 and (w > 0.3 * em or y1 < line.baseline - 0.03 * em)):
        return False
    if blobs[1].box[0] - x1 <= 0.18 * em:
        return False
    # A circle of a second-level list is smaller than an o, and off the line.
    off_line = y1 < line.baseline - 0.08 * em and w < 0.45 * em
    return _is_solid(mark, em, ink) or (off_line and _is_ring(ink[y0:y1, x0:x1]))


def _is_solid(mark: _Blob, em: float, ink: Gray) -> bool:
    """Discs and squares fill their hull; letters of the size (и, к, в) leave a third of it empty."""
    x0, y0, x1, y1 = mark.box
    filled = 0.78 if max(mark.width, mark.height) < 0.42 * em else 0.88  # smaller than any letter edges may be rough
    return mark.area > 0.68 * mark.width * mark.height and mark.area > filled * _hull_area(ink[y0:y1, x0:x1])


def _begins_with_mark(text: str) -> bool:
    return text[0] in _SMALL_MARKS and len(text) > 1 and text[1].isalpha()


def _is_ring(ink: Gray) -> bool:
    """White in the middle, ink all around it."""
    h, w = ink.shape
    framed = np.pad(ink == 0, 1, constant_values=True).astype(np.uint8)
    count, _, stats, _ = components_with_stats(framed, connectivity=4)
    holes = [int(stats[label][4]) for label in range(1, count) if stats[label][0] > 0]
    return len(holes) == 1 and holes[0] > 0.06 * w * h


def _hull_area(ink: Gray) -> float:
    points = cv2.findNonZero(np.ascontiguousarray(ink))
    corners = cv2.convexHull(points)
    # Pixels have an extent that the hull of their middles lacks.
    return float(cv2.contourArea(corners)) + 0.5 * float(cv2.arcLength(corners, True)) + 1


def _trimmed(word: Word, left: int) -> Word:
    """``word`` without the mark that the bullet was read as."""
    text = word.text.lstrip("".join(_SMALL_MARKS)) or word.text
    return replace(word, text=text, box=(left, *word.box[1:]))


def without_inkless_marks(line: Line, sheet: Sheet) -> Line | None:
    """``line`` without marks that have no ink under them: wide gaps of justified text are read as dashes."""
    words = [word for word in line.words if not _has_no_ink(word, line, sheet.ink)]
    return make_line(words, line.weight) if words else None


def _has_no_ink(word: Word, line: Line, ink: Gray) -> bool:
    if not all(c in _SMALL_MARKS for c in word.text):
        return False
    x0, y0, x1, y1 = word.box
    crop = ink[y0:y1, x0:x1]
    if not crop.size:
        return True
    if all(c in _READ_AS_DASH for c in word.text):
        # A dash is a level run; specks of the same area are not.
        inked = cv2.morphologyEx(crop, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.15 * line.em))), np.uint8))
        return cv2.countNonZero(inked) == 0
    count, _, stats, _ = components_with_stats(np.ascontiguousarray(crop))
    largest = max((int(stats[label][4]) for label in range(1, count)), default=0)
    return largest < 0.004 * line.em * line.em


# Lengths in em of the ink: hyphens measure 0.23 to 0.28 over the common fonts, en dashes and minuses 0.36 to 0.63,
# em dashes 0.58 to 1.0. What lies between two is left as it was read.
_HYPHEN, _EN_LEAST, _EN_MOST, _EM_LEAST = 0.32, 0.345, 0.55, 0.64
_LETTER_HEIGHT = 0.4  # em
_MARKS_OF_BAR, _BAR_HEIGHT, _SPECK = 3, 0.16, 0.004  # em, and of its square
_BAR_AT = 0.1, 0.5  # em above the baseline: an underscore lies below, what crosses letters out is longer
_ANY_DASH = re.compile("[-–—−]")
_TIMES = re.compile(r"(?<=\d)[xх](?=\d|$)")
_TIMES_BETWEEN = re.compile(r"\d[xх]\d")
_FACTOR = re.compile(r"\d+[xх]")
_NUMBER = re.compile(r"^[\d(]")


def repair_glyphs(words: Sequence[Word], em: float, sheet: Sheet, baseline: float | None = None) -> list[Word]:
    """The words of one line (or cell) of the font size ``em``, with dashes, times signs and superscripts as printed.

    ``baseline``: its y in pixels; without it each word's own is measured.
    """
    whole = " ".join(word.text for word in words)
    cyrillic = len(CYRILLIC_LETTER.findall(whole)) > 1 or not LATIN_LETTER.search(whole)
    repaired = []
    for index, word in enumerate(words):
        glyphs = _Glyphs(word, em, sheet.ink, baseline)
        text = _with_measured_dashes(_with_one_dash(word.text, glyphs), glyphs)
        text = _with_times_sign(text, glyphs, lone=_is_lone_times(words, index))
        text = with_unit_superscript(text, word, em, sheet.ink, baseline, "м" if cyrillic else "m")
        repaired.append(replace(word, text=text) if text != word.text else word)
    return repaired


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """The ink of one word. ``baseline`` as in ``repair_glyphs``."""

    word: Word
    em: float
    ink: Gray
    baseline: float | None

    @property
    def foot(self) -> float:
        """The baseline's y; where it is not known, the foot of the word's letters, below which a comma hangs."""
        if self.baseline is not None:
            return self.baseline
        x0, y0, x1, y1 = self.word.box
        crop = np.ascontiguousarray(self.ink[y0:y1, x0:x1])
        if not crop.size:
            return float(y1)
        _, _, stats, _ = components_with_stats(crop)
        feet = [y0 + y + h for _, y, _, h, _ in stats[1:].tolist() if h > _LETTER_HEIGHT * self.em]
        return float(np.median(feet)) if feet else float(y1)


def _with_one_dash(text: str, glyphs: _Glyphs) -> str:
    """A dash for what is one level bar and was read as several marks, or as another: ``=—``, ``_``."""
    if len(text) > _MARKS_OF_BAR or text in DASHES or not _READ_AS_DASH.issuperset(text):
        return text
    x0, y0, x1, y1 = glyphs.word.box
    em = glyphs.em
    _, _, stats, _ = components_with_stats(np.ascontiguousarray(glyphs.ink[y0:y1, x0:x1]))
    bars = [(y, w, h) for _, y, w, h, area in stats[1:].tolist() if area > _SPECK * em * em]
    if len(bars) != 1:
        return text
    y, w, h = bars[0]
    if w < _HYPHEN * em or h > _BAR_HEIGHT * em:
        return text
    height = None if glyphs.baseline is None else (glyphs.baseline - y0 - y - h / 2) / em
    placed = set(text) != {"_"} if height is None else _BAR_AT[0] < height < _BAR_AT[1]
    if not placed:
        return text
    return "—" if w > _EN_MOST * em else "–"


def _with_measured_dashes(text: str, glyphs: _Glyphs) -> str:
    count = len(_ANY_DASH.findall(text))
    return _dashes(text, _bar_lengths(glyphs.word, glyphs.em, glyphs.ink, glyphs.foot, count)) if count else text


def _with_times_sign(text: str, glyphs: _Glyphs, *, lone: bool) -> str:
    if not (lone or _TIMES_BETWEEN.search(text)) or not _has_times(glyphs.word, glyphs.em, glyphs.ink, glyphs.foot):
        return text
    return _TIMES.sub("×", text) if len(text) > 1 else "×"


def _is_lone_times(words: Sequence[Word], index: int) -> bool:
    """An x that stands alone by a number, or at a number's end before another."""
    text = words[index].text
    after = words[index + 1].text if index + 1 < len(words) else ""
    if text not in ("x", "х"):
        return after[:1].isdigit() and _FACTOR.fullmatch(text) is not None
    return after[:1].isdigit() or (index > 0 and words[index - 1].text[-1].isdigit())


def _has_times(word: Word, em: float, ink: Gray, baseline: float) -> bool:
    """Ink off the baseline and of a small letter's height: no digit and no letter has it alone."""
    return any(0.24 < length < 0.65 for length in _runs_between(word, em, ink, baseline, (0.75, 0.62, 0.06, -0.02)))


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
    """The ``count`` longest runs of columns with ink at a dash's height only: dashes may touch the digits beside."""
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
