"""The ink ledger: which text-like ink of a sheet was read, and where the rest stands.

A piece is a connected component of ink. Pieces of a letter's size that no sure word covers are grouped to areas;
an area counts as text where its pieces have the regular heights of type.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word

_TEN_POINTS_IN = 10 / 72
_HEIGHTS = (0.3, 2.6)  # em, of letters from footnotes to headings; dots, dashes and pictures are outside
_WIDEST = 8.0  # times the height: letters that touch
_SOLID = 0.92  # of its box: a bar or a bullet, no letter (but an l, which is narrow)
_FAINT = 0.06
_REACH = (0.7, 0.35)  # em, sideways and up and down, within which pieces are one area
_REGULAR = 0.7  # of an area's pieces must be within a third of their median height
_LEAST_PIECES, _ROW = 3, 1.4  # a line is wider than high; pieces of a drawing are stacked as they come
_MANY_PIECES = 10  # of one height, in a column, are digits
_SURE = 45.0  # Tesseract's confidence from which on a word accounts for its ink
_LONG = 4  # letters of a word that Tesseract rotated rightly: a column of digits is not read so surely
_CUT = 0.35  # em: an unread letter so near to a word is a part of it
_STEP = 4  # areas are grouped at a quarter of the size


@dataclass(frozen=True, slots=True)
class Pieces:
    """The letter-like pieces of a sheet: ``boxes`` (n x 4, x0 y0 x1 y1) and ``areas`` in pixels. ``em``: usual type."""

    boxes: npt.NDArray[np.int32]
    areas: npt.NDArray[np.int32]
    em: float


@dataclass(frozen=True, slots=True)
class UnreadArea:
    """A place with text-like ink that no word accounts for: how many ``pieces``, their ink and their usual height."""

    box: Box
    pieces: int
    ink: int
    height: float
    regular: bool


def letter_pieces(sheet: Sheet, lines: Sequence[Line]) -> Pieces:
    """The pieces of a letter's size on a sheet; ``lines`` tell the size of its type."""
    em = statistics.median(line.em for line in lines) if lines else _TEN_POINTS_IN * sheet.dpi
    em = min(max(em, 0.4 * _TEN_POINTS_IN * sheet.dpi), 4 * _TEN_POINTS_IN * sheet.dpi)
    _, _, stats, _ = cv2.connectedComponentsWithStats(sheet.ink)
    x, y, w, h, area = (stats[1:, column] for column in range(5))
    filled = area / (w * h)
    ordinary = _TEN_POINTS_IN * sheet.dpi
    least, most = max(5.0, _HEIGHTS[0] * min(em, ordinary)), _HEIGHTS[1] * max(em, ordinary)
    letter = (h >= least) & (h <= most) & (w <= _WIDEST * h) & (w >= 2)
    letter &= (filled > _FAINT) & ((filled < _SOLID) | (w < 0.4 * h))
    boxes = np.stack([x, y, x + w, y + h], axis=1)[letter].astype(np.int32)
    return Pieces(boxes, area[letter].astype(np.int32), em)


def covered(
    pieces: Pieces, words: Iterable[Word], shape: tuple[int, int], least: float = _SURE
) -> npt.NDArray[np.bool_]:
    """For each piece whether its middle lies in a word of at least this confidence. ``shape``: the sheet's."""
    mask = np.zeros(shape, np.uint8)
    pad = round(0.12 * pieces.em)
    for word in words:
        if word.confidence >= least:
            x0, y0, x1, y1 = word.box
            mask[max(0, y0 - pad) : y1 + pad, max(0, x0 - pad) : x1 + pad] = 1
    middles = (pieces.boxes[:, :2] + pieces.boxes[:, 2:]) // 2
    inside: npt.NDArray[np.bool_] = mask[middles[:, 1].clip(0, shape[0] - 1), middles[:, 0].clip(0, shape[1] - 1)] > 0
    return inside


def whole_words(
    pieces: Pieces, read: npt.NDArray[np.bool_], words: Sequence[Word], shape: tuple[int, int]
) -> list[Word]:
    """The sure words beside which no piece of their own line was left unread: ``.19`` of ``1.19`` is not whole.

    Nor is a short word that stands over several lines, a column of digits read from the top to the bottom; beside long
    ones it belongs to a line that runs sideways.
    """
    mask = np.zeros(shape, np.uint8)
    gap = round(_CUT * pieces.em)
    for x0, y0, x1, y1 in pieces.boxes[~read].tolist():
        mask[(y0 + y1) // 2, max(0, x0 - gap) : x1 + gap] = 1
    sure = [word for word in words if word.confidence >= _SURE]
    sideways = [w.box for w in sure if len(w.text) >= _LONG and _stands(w, pieces.em)]
    whole = []
    for word in sure:
        x0, y0, x1, y1 = word.box
        middle = (x0 + x1) / 2
        misread = _stands(word, pieces.em) and not any(box[0] <= middle < box[2] for box in sideways)
        if not misread and not mask[y0:y1, x0:x1].any():
            whole.append(word)
    return whole


def _stands(word: Word, em: float) -> bool:
    """Whether a word of several letters is higher than wide, and than a line."""
    x0, y0, x1, y1 = word.box
    return len(word.text) > 1 and y1 - y0 > 1.2 * (x1 - x0) and y1 - y0 > 1.5 * em


def unread_areas(pieces: Pieces, read: npt.NDArray[np.bool_], shape: tuple[int, int]) -> list[UnreadArea]:
    """The areas of pieces that are not ``read``, the one with the most ink first."""
    boxes, inks = pieces.boxes[~read], pieces.areas[~read]
    if not len(boxes):
        return []
    mask = np.zeros((shape[0] // _STEP + 2, shape[1] // _STEP + 2), np.uint8)
    dx, dy = (round(reach * pieces.em) for reach in _REACH)
    for x0, y0, x1, y1 in boxes.tolist():
        mask[max(0, y0 - dy) // _STEP : (y1 + dy) // _STEP + 1, max(0, x0 - dx) // _STEP : (x1 + dx) // _STEP + 1] = 1
    _, labels = cv2.connectedComponents(mask)
    middles = (boxes[:, :2] + boxes[:, 2:]) // 2
    group = labels[middles[:, 1] // _STEP, middles[:, 0] // _STEP]
    areas = []
    for label in np.unique(group):
        members = group == label
        heights = (boxes[members, 3] - boxes[members, 1]).astype(float)
        height = float(np.median(heights))
        alike = float(np.mean((heights > height / 1.5) & (heights < height * 1.5)))
        x0, y0 = boxes[members, :2].min(axis=0).tolist()
        x1, y1 = boxes[members, 2:].max(axis=0).tolist()
        count = int(members.sum())
        row = count >= _LEAST_PIECES and x1 - x0 >= _ROW * (y1 - y0)
        regular = alike >= _REGULAR and (row or count >= _MANY_PIECES)
        areas.append(UnreadArea((x0, y0, x1, y1), count, int(inks[members].sum()), height, regular))
    return sorted(areas, key=lambda area: -area.ink)


def coverage(pieces: Pieces, read: npt.NDArray[np.bool_], unread: Sequence[UnreadArea]) -> float:
    """The share of text-like ink that was read, 0 to 1; below 1.0 wherever something is ``unread``."""
    inked, lost = int(pieces.areas[read].sum()), sum(area.ink for area in unread)
    if not lost:
        return 1.0
    return min(0.999, round(inked / (inked + lost), 3))


def outside(areas: Iterable[UnreadArea], boxes: Sequence[Box]) -> list[UnreadArea]:
    """The areas whose middles lie in none of ``boxes``."""
    return [area for area in areas if not any(contains_centre(box, area.box) for box in boxes)]
