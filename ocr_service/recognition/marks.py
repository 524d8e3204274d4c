"""Marks judged by their ink: bullets that Tesseract reads as letters, dashes that it reads where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.recognition.words import Line, Word, make_line

_REACH = 2.6  # em: how far left of its text a bullet stands, at most
_DASHES = frozenset("-–—_=~")
_SMALL_MARKS = frozenset(".,'`‘’\"“”«»-–—_=~|:;*·•\\/!¢°")


@dataclass(frozen=True, slots=True)
class _Blob:
    """A connected piece of ink: its box and its middle's height on the page, and how many pixels are inked."""

    box: Box
    area: int
    middle: float

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


def with_bullet(line: Line, ink: Gray) -> Line:
    """``line`` with a bullet as its first word where a solid blob of a bullet's size and place begins it."""
    blobs = _blobs_at_left(line, ink)
    if len(blobs) < 2 or not _is_bullet(blobs, line, ink):
        return line
    # A full stop at the end of another column's line would stand as far; a bullet has its text at once.
    mark, following = blobs[:2]
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
    count, _, stats, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[top:bottom, left:right]))
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
    raised = y1 < line.baseline - 0.08 * em and w < 0.45 * em
    return _is_solid(mark, em, ink) or (raised and _is_ring(ink[y0:y1, x0:x1]))


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
    count, _, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=4)
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


def without_phantoms(line: Line, ink: Gray) -> Line | None:
    """``line`` without marks that have no ink under them: wide gaps of justified text are read as dashes."""
    words = [word for word in line.words if not _is_phantom(word, line, ink)]
    return make_line(words, line.weight) if words else None


def _is_phantom(word: Word, line: Line, ink: Gray) -> bool:
    if not all(c in _SMALL_MARKS for c in word.text):
        return False
    x0, y0, x1, y1 = word.box
    crop = ink[y0:y1, x0:x1]
    if not crop.size:
        return True
    if all(c in _DASHES for c in word.text):
        # A dash is a level run; specks of the same area are not.
        inked = cv2.morphologyEx(crop, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.15 * line.em))), np.uint8))
        return cv2.countNonZero(inked) == 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(crop))
    largest = max((int(stats[label][4]) for label in range(1, count)), default=0)
    return largest < 0.004 * line.em * line.em
