"""The ink ledger: which text-like ink of a sheet was read, and where the rest stands.

Pieces of a letter's size that no sure word covers are grouped to areas (``geometry.ink_areas``).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, InkArea, Pieces, ink_areas
from ocr_service.geometry.ink_areas import letter_pieces as pieces_of
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word

_SURE = 45.0  # Tesseract's confidence from which on a word accounts for its ink
_LONG = 4  # letters of a word that Tesseract rotated rightly: a column of digits is not read so surely
_CUT = 0.35  # em: an unread letter so near to a word is a part of it


def letter_pieces(sheet: Sheet, lines: Sequence[Line]) -> Pieces:
    """The pieces of a letter's size on a sheet; ``lines`` tell the size of its type."""
    ordinary = TEN_POINTS_IN * sheet.dpi
    em = statistics.median(line.em for line in lines) if lines else ordinary
    return pieces_of(sheet.ink, min(max(em, 0.4 * ordinary), 4 * ordinary), sheet.dpi)


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


def unread_areas(pieces: Pieces, read: npt.NDArray[np.bool_], shape: tuple[int, int]) -> list[InkArea]:
    """The areas of pieces that are not ``read``, the one with the most ink first."""
    return ink_areas(pieces, ~read, shape)


def coverage(pieces: Pieces, read: npt.NDArray[np.bool_], unread: Sequence[InkArea]) -> float:
    """The share of text-like ink that was read, 0 to 1; below 1.0 wherever something is ``unread``."""
    inked, lost = int(pieces.areas[read].sum()), sum(area.ink for area in unread)
    if not lost:
        return 1.0
    return min(0.999, round(inked / (inked + lost), 3))


def outside(areas: Iterable[InkArea], boxes: Sequence[Box]) -> list[InkArea]:
    """The areas whose middles lie in none of ``boxes``."""
    return [area for area in areas if not any(contains_centre(box, area.box) for box in boxes)]
