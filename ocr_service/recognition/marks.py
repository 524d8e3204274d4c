"""Marks judged by their ink: bullets that Tesseract reads as letters, dashes that it reads where nothing is."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.recognition.words import Line, Word, make_line

_REACH = 2.6  # em: how far left of its text a bullet stands, at most
_DASHES = frozenset("-–—_=~")
_SMALL_MARKS = frozenset(".,'`‘’\"“”«»-–—_=~|:;*·•\\/!¢°")


def with_bullet(line: Line, ink: Gray) -> Line:
    """``line`` with a bullet as its first word where a solid blob of a bullet's size and place begins it."""
    em = line.em
    x0 = max(0, round(line.box[0] - _REACH * em))
    y0, y1 = max(0, round(line.baseline - 0.95 * em)), min(ink.shape[0], round(line.baseline + 0.12 * em))
    x1 = min(ink.shape[1], round(line.box[0] + 1.6 * em))
    if y1 - y0 < 4 or x1 - x0 < 4:
        return line
    count, _, stats, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    parts = [
        (int(x), int(y), int(w), int(h), int(area), float(centres[label][1]))
        for label in range(1, count)
        for x, y, w, h, area in [stats[label]]
        if area > 0.012 * em * em and w > 0.06 * em
    ]
    parts.sort()
    if len(parts) < 2:
        return line
    x, y, w, h, area, centre = parts[0]
    following = min(part[0] for part in parts[1:])
    # Discs and squares fill their hull; letters of the size (и, к, в) leave a third of it empty.
    # Smaller than any letter the edges may be rough.
    filled = 0.78 if max(w, h) < 0.42 * em else 0.88
    solid = area > 0.68 * w * h and area > filled * _hull_area(ink[y0 + y : y0 + y + h, x0 + x : x0 + x + w])
    sized = 0.14 * em < w < 0.75 * em and 0.14 * em < h < 0.75 * em and 0.7 < w / h < 1.45
    height = (line.baseline - (y0 + centre)) / em  # of its middle above the baseline
    placed = 0.13 < height < 0.6 and (w > 0.3 * em or y0 + y + h < line.baseline - 0.03 * em)
    # A circle of a second-level list is smaller than an o, and off the line.
    raised = y0 + y + h < line.baseline - 0.08 * em and w < 0.45 * em
    ring = raised and _is_ring(ink[y0 + y : y0 + y + h, x0 + x : x0 + x + w])
    if not ((solid or ring) and sized and placed and following - (x + w) > 0.18 * em):
        return line
    # A full stop at the end of another column's line would stand as far; a bullet has its text at once.
    right = x0 + x + w
    words = [word for word in line.words if (word.box[0] + word.box[2]) / 2 > right]
    if words and words[0].box[0] <= right:
        words[0] = _trimmed(words[0], right)
    elif words and parts[1][3] > 0.45 * em and _begins_with_mark(words[0].text):
        # The bullet's mark is in the word's text, not in its box; a quotation mark there would be small ink.
        words[0] = _trimmed(words[0], words[0].box[0])
    if not words:
        return line
    bullet = Word("•", (x0 + x, y0 + y, right, y0 + y + h), 100.0)
    return make_line([bullet, *words], line.weight)


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
