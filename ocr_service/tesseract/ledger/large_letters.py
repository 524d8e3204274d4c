"""Letters of headlines, larger than what the ledger takes for letters, and letters that a line through them joins."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import tesserocr

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.components import components
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, InkArea, Pieces, text_rows
from ocr_service.geometry.ink_pieces import Stats
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import covered, inside
from ocr_service.tesseract.ledger.missed_text import read_crop
from ocr_service.tesseract.prepare.filled_shapes import has_form
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_LARGE = (1.4, 2.6, 16.0)  # em of ten points: small letters of a headline, what is too large for text, and the largest
_WIDEST, _NARROWEST = 3.0, 0.15  # of a large letter's height
_FILLED = (0.12, 0.9)  # of its box: frames have less, blocks more
_CAPITAL = 0.7  # em: a letter's height
_READ_AT = 36.0  # pixels that a large letter is made small to
_SURE = 80.0  # Tesseract's confidence in a line of large letters
_JOINED = (0.6, 2.2)  # em: the height of letters that a line joins
_WIDE = 5.0  # times the height
_STEM, _STEMS = 0.42, 0.7  # em, of upright strokes, and how many of them an em has
_LINE = 1.5  # em: level strokes of letters are shorter
_SHARE = 0.6  # of an area's width that words take up where it was read
_PIECES = 3  # words of a letter or two that a row was cut into
_MOST = 16  # areas a page that are read: a page of noise must not take a minute


def large_areas(sheet: Sheet, stats: Stats, words: Sequence[Word]) -> list[InkArea]:
    """Rows with a large letter of which ``words`` do not account for all, and lone large signs, not regular.

    Discs, triangles and other shapes without bays and holes are no signs.
    """
    ordinary = TEN_POINTS_IN * sheet.dpi
    x, y, w, h, area = (stats[:, column] for column in range(5))
    large = (h > _LARGE[1] * ordinary) & (h < _LARGE[2] * ordinary)
    if not large.any():
        return []
    filled = area / (w * h)
    chosen = (h > _LARGE[0] * ordinary) & (h < _LARGE[2] * ordinary) & (w < _WIDEST * h) & (w > _NARROWEST * h)
    chosen &= (filled > _FILLED[0]) & (filled < _FILLED[1])
    boxes = np.stack([x, y, x + w, y + h], axis=1)[chosen].astype(np.int32)
    em = float(np.median(h[large])) / _CAPITAL
    pieces, large = Pieces(boxes, area[chosen].astype(np.int32), em), large[chosen]
    shape = (sheet.gray.shape[0], sheet.gray.shape[1])
    lost = ~covered(pieces, words, shape, least=0.0)
    rows = [
        row
        for row in text_rows(pieces, np.ones(len(boxes), bool), shape, short=True)
        if (inside(pieces, [row.box]) & large).any()
        and ((inside(pieces, [row.box]) & lost).any() or _is_in_pieces(row.box, words))
    ]
    lone = [
        InkArea((a, b, c, d), 1, ink, float(d - b), False)
        for (a, b, c, d), ink in zip(boxes[large & lost].tolist(), pieces.areas[large & lost].tolist(), strict=True)
        if not any(contains_centre(row.box, (a, b, c, d)) for row in rows) and has_form((a, b, c, d), sheet.ink)
    ]
    return [*rows, *lone]


def joined_areas(sheet: Sheet, stats: Stats, em: float, words: Sequence[Word]) -> list[InkArea]:
    """Words whose letters a line through them makes one piece, crossed out or underlined, and which were not read."""
    x, y, w, h, area = (stats[:, column] for column in range(5))
    wide = (h >= _JOINED[0] * em) & (h <= _JOINED[1] * em) & (w > _WIDE * h)
    areas = []
    for index in np.flatnonzero(wide)[: 4 * _MOST].tolist():
        box = int(x[index]), int(y[index]), int(x[index] + w[index]), int(y[index] + h[index])
        if _read_share(box, words) < _SHARE and (stems := _stems(sheet, box, em)) >= _STEMS * (box[2] - box[0]) / em:
            areas.append(InkArea(box, stems, int(area[index]), em * _CAPITAL, True))
    return areas


def read_large(areas: Sequence[InkArea], sheet: Sheet, engine: TesseractEngine) -> list[Line]:
    """The lines of large letters in the first of ``areas``, made as small as those of text."""
    lines = []
    for area in areas[:_MOST]:
        mode = tesserocr.PSM.SINGLE_LINE if area.regular else tesserocr.PSM.SINGLE_CHAR
        found = read_crop(area.box, sheet.gray, sheet.dpi, _READ_AT / area.height, mode, round(area.height), engine)
        lines += [line for line in found if line.confidence >= _SURE]
    return lines


def read_joined(areas: Sequence[InkArea], sheet: Sheet, em: float, engine: TesseractEngine) -> list[Line]:
    """The lines in the first of ``areas`` without the level line that joins their letters."""
    if not areas:
        return []
    lines, left = [], sheet.gray.copy()
    paper = int(np.percentile(left[::8, ::8], 80))
    for area in areas[:_MOST]:
        x0, y0, x1, y1 = area.box
        line = _level_line(sheet.ink[y0:y1, x0:x1], em)
        left[y0:y1, x0:x1][line] = paper
        lines += read_crop(area.box, left, sheet.dpi, 1.5, tesserocr.PSM.SINGLE_LINE, round(em), engine)
    return lines


def _is_in_pieces(box: Box, words: Sequence[Word]) -> bool:
    """Whether a row was read letter by letter."""
    parts = [len(word.text) for word in words if contains_centre(box, word.box)]
    return len(parts) >= _PIECES and sum(length <= 2 for length in parts) >= len(parts) / 2


def without_inner(words: Sequence[Word], lines: Sequence[Line]) -> list[Word]:
    """``words`` without those that ``lines`` have read as parts of larger words."""
    larger = [word.box for line in lines for word in line.words]
    return [word for word in words if not any(contains_centre(box, word.box) for box in larger)]


def without_read(lines: Sequence[Line], words: Sequence[Word]) -> list[Line]:
    """``lines`` without what ``words`` account for already."""
    left = [[new for new in line.words if _read_share(new.box, words) < _SHARE] for line in lines]
    return [make_line(new) for new in left if new]


def still_unread(areas: Sequence[InkArea], words: Sequence[Word]) -> list[InkArea]:
    """Those of the ``areas`` with rows of letters that ``words`` do not account for."""
    return [area for area in areas if area.regular and _read_share(area.box, words) < _SHARE]


def _level_line(ink: npt.NDArray[np.uint8], em: float) -> npt.NDArray[np.bool_]:
    """The pixels of long level strokes, but where a letter's stroke goes on above and below."""
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(_LINE * em)), np.uint8)) > 0
    line = cv2.dilate(runs.astype(np.uint8), np.ones((3, 1), np.uint8)) > 0
    beside = (ink > 0) & ~line
    reach = np.ones((2 * (2 + int(np.max(runs.sum(axis=0), initial=0))) + 1, 1), np.uint8)
    above = cv2.dilate(beside.astype(np.uint8), reach, anchor=(0, len(reach) - 1)) > 0
    below = cv2.dilate(beside.astype(np.uint8), reach, anchor=(0, 0)) > 0
    crossed: npt.NDArray[np.bool_] = line & ~(above & below)
    return crossed


def _stems(sheet: Sheet, box: Box, em: float) -> int:
    """The upright strokes of a letter's height in ``box``."""
    x0, y0, x1, y1 = box
    upright = cv2.morphologyEx(
        np.ascontiguousarray(sheet.ink[y0:y1, x0:x1]), cv2.MORPH_OPEN, np.ones((round(_STEM * em), 1), np.uint8)
    )
    return components(upright)[0] - 1


def _read_share(box: Box, words: Sequence[Word]) -> float:
    """The share of a box's width that words on its height take up."""
    middle = (box[1] + box[3]) / 2
    taken = np.zeros(box[2] - box[0], bool)
    for word in words:
        a, b, c, d = word.box
        if b <= middle < d or box[1] <= (b + d) / 2 < box[3]:
            taken[max(0, a - box[0]) : max(0, c - box[0])] = True
    return float(taken.mean()) if len(taken) else 1.0
