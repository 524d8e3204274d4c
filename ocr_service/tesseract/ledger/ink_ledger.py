"""The ink ledger: which text-like ink of a sheet was read, and where the rest stands.

Pieces of a letter's size that no sure word covers are grouped to areas (``geometry.ink_areas``).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre, enclosing, shared_area
from ocr_service.geometry.ink_areas import (
    TEN_POINTS_IN,
    InkArea,
    Pieces,
    ink_areas,
    least_letter,
    letters_of,
    rows_and_members,
    text_rows,
)
from ocr_service.geometry.ink_pieces import Stats, ink_stats
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

SURE = 45.0  # Tesseract's confidence from which on a word accounts for its ink
_LONG = 4  # letters of a word that Tesseract rotated rightly: a column of digits is not read so surely
_WORDS, _LEGIBLE = 3, 40.0  # a line of so many words with less confidence is garbage; right ones have 44 and more
# Of 67 made pages: 84 words had less confidence, 67 of them wrong; where all was read well, none of 4,560.
_UNSURE = 40.0
_DOUBTFUL_LINE, _DOUBTFUL_WORDS = 60.0, 2  # right lines of a bad scan have 65 and more, or one unsure word
# At 100 and 150 dpi lines of honest pages had more; of 32 such words on made pages 29 were wrong.
_POOR_LINE, _POOR_WORD, _POOR_LETTERS = 62.0, 65.0, 2
LABELS = 8  # words from which on a figure is one with labels
_NEAR, _FAR = 1.0, 2.5  # em from a line's end: a letter of it, and a word after the wide space of a justified line
_LETTER = (0.4, 1.3)  # em: the height of what is lost of a line
_BAR = (0.3, 0.85)  # of its height, and em: the width and the height of a ruling line's piece
_STANDS_OUT = 8.0  # grey levels
_FINE, _LEAST_FINE = 0.4, 4.0  # of ten points, and pixels: the height of fine print's letters
_FINE_ROW, _ALIKE = 5, 0.3  # letters of a row of it; of their height that the widths of dots differ
_SLACK = 3  # pixels that a repaired word's box may differ
_CUT = 0.35  # em: an unread letter so near to a word is a part of it


def letter_pieces(sheet: Sheet, lines: Sequence[Line], stats: Stats | None = None) -> Pieces:
    """The pieces of a letter's size on a sheet; ``lines`` tell the size of its type, ``stats`` all its pieces."""
    ordinary = TEN_POINTS_IN * sheet.dpi
    em = statistics.median(line.em for line in lines) if lines else ordinary
    known = ink_stats(sheet.ink) if stats is None else stats
    usual = letters_of(known, min(max(em, 0.4 * ordinary), 4 * ordinary), sheet.dpi)
    fine = _fine_print(known, usual.em, sheet)
    boxes, areas = np.concatenate([usual.boxes, fine.boxes]), np.concatenate([usual.areas, fine.areas])
    return Pieces(boxes, areas, usual.em)


def _fine_print(stats: Stats, em: float, sheet: Sheet) -> Pieces:
    """The pieces in rows of letters that are too low to be letters of type of ``em`` pixels; dots are all alike."""
    ordinary = TEN_POINTS_IN * sheet.dpi
    high = least_letter(em, sheet.dpi)
    letters = letters_of(stats[stats[:, 3] < 2 * high], _FINE * ordinary, sheet.dpi, least_height=_LEAST_FINE)
    heights, widths = letters.boxes[:, 3] - letters.boxes[:, 1], letters.boxes[:, 2] - letters.boxes[:, 0]
    low = heights < high
    fine = np.zeros(len(low), bool)
    if np.count_nonzero(low) >= _FINE_ROW:
        shape = (sheet.gray.shape[0], sheet.gray.shape[1])
        for row, members in rows_and_members(letters, np.ones(len(low), bool), shape):
            if row.height < high and np.ptp(widths[members]) > _ALIKE * row.height:
                fine[members] = low[members]
    return Pieces(letters.boxes[fine], letters.areas[fine], em)


def covered(
    pieces: Pieces, words: Iterable[Word], shape: tuple[int, int], least: float = SURE
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


def delivered(words: Iterable[Word], boxes: Iterable[Box], shape: tuple[int, int]) -> list[Word]:
    """The words whose middle lies in one of ``boxes``, those of the text that is given out; marks are in no text."""
    given = _mask(boxes, shape, _SLACK)
    return [word for word in words if _middle_in(given, word) or not any(c.isalnum() for c in word.text)]


def not_read_again(doubtful: Iterable[Word], sure: Iterable[Word], shape: tuple[int, int]) -> list[Word]:
    """The ``doubtful`` words in whose place nothing ``sure`` was read: a cell may have been read again."""
    read = _mask((word.box for word in sure), shape)
    return [word for word in dict.fromkeys(doubtful) if not _middle_in(read, word)]


def _mask(boxes: Iterable[Box], shape: tuple[int, int], slack: int = 0) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    for x0, y0, x1, y1 in boxes:
        mask[max(0, y0 - slack) : y1 + slack, max(0, x0 - slack) : x1 + slack] = True
    return mask


def _middle_in(mask: npt.NDArray[np.bool_], word: Word) -> bool:
    x, y = (word.box[0] + word.box[2]) // 2, (word.box[1] + word.box[3]) // 2
    return bool(mask[min(y, mask.shape[0] - 1), min(x, mask.shape[1] - 1)])


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
    sure = [word for word in words if word.confidence >= SURE]
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


def unread_ink(sheet: Sheet) -> int:
    """Pixels of all text-like ink of a sheet that nobody reads."""
    pieces = letter_pieces(sheet, ())
    areas = ink_areas(pieces, np.ones(len(pieces.areas), bool), sheet.gray.shape[:2])
    return sum(area.ink for area in areas if area.regular)


def coverage(
    pieces: Pieces,
    read: npt.NDArray[np.bool_],
    unread: Sequence[InkArea],
    doubtful: npt.NDArray[np.bool_] | None = None,
    elsewhere: tuple[int, int] = (0, 0),
) -> float:
    """The share of text-like ink that was read for sure, 0 to 1; below 1.0 wherever something was not.

    ``doubtful``: the pieces of ``read`` that only doubtful words account for. ``elsewhere``: ink besides ``pieces``, in
    pixels, that was read, and that was not.
    """
    unsure = np.zeros_like(read) if doubtful is None else read & doubtful
    inked = int(pieces.areas[read & ~unsure].sum()) + elsewhere[0]
    lost = sum(area.ink for area in unread) + int(pieces.areas[unsure].sum()) + elsewhere[1]
    if not lost:
        return 1.0
    return min(0.999, round(inked / (inked + lost), 3))


def legible_lines(lines: Sequence[Line]) -> list[Line]:
    """``lines`` without the words of which hardly one in their line was read; their ink is unread."""
    legible = []
    for line in lines:
        if len(line.words) < _WORDS or line.confidence >= _LEGIBLE:
            legible.append(line)
        elif sure := [word for word in line.words if word.confidence >= _DOUBTFUL_LINE]:
            legible.append(make_line(sure, line.weight))
    return legible


def lost_in_line(area: InkArea, lines: Sequence[Line], tables: Sequence[Box], em: float) -> bool:
    """Whether so little ink that it says nothing by itself is a word's, since it stands in a line or in a table."""
    x0, y0, x1, y1 = area.box
    if any(contains_centre(table, area.box) and _of_a_letter(area, em) for table in tables):
        return True
    reach = _FAR if area.pieces > 1 else _NEAR
    return any(
        line.confidence >= _DOUBTFUL_LINE
        and line.box[1] <= (y0 + y1) / 2 <= line.box[3]
        and x0 < line.box[2] + reach * line.em
        and x1 > line.box[0] - reach * line.em
        and _of_a_letter(area, line.em)
        for line in lines
    )


def _of_a_letter(area: InkArea, em: float) -> bool:
    """Of its height; a narrow bar that is higher than an l is a piece of a ruling line."""
    x0, y0, x1, y1 = area.box
    height = y1 - y0
    return _LETTER[0] * em <= height <= _LETTER[1] * em and not (x1 - x0 < _BAR[0] * height and height > _BAR[1] * em)


def stands_out(area: InkArea, sheet: Sheet) -> bool:
    """Whether ink is darker than what is around it on all sides; the corner of a pale area goes on in that."""
    x0, y0, x1, y1 = (max(0, area.box[0] - 2), max(0, area.box[1] - 2), area.box[2] + 2, area.box[3] + 2)
    gray, ink = sheet.gray[y0:y1, x0:x1], sheet.ink[y0:y1, x0:x1] > 0
    around = (cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~ink
    if not ink.any() or not around.any():
        return True
    return float(np.percentile(gray[around], 30)) - float(np.median(gray[ink])) >= _STANDS_OUT


def doubtful_words(lines: Sequence[Line], stamps: Sequence[Box] = ()) -> list[Word]:
    """Words that stay in the text, though they or hardly any of their line were read for sure, or a stamp hides a part.

    ``stamps``: where they lay over the lines.
    """
    doubtful = []
    for line in lines:
        unsure = [word for word in line.words if word.confidence < SURE]
        if line.confidence < _DOUBTFUL_LINE and len(unsure) >= _DOUBTFUL_WORDS:
            doubtful += unsure
            continue
        if line.confidence < _POOR_LINE:
            doubtful += [w for w in line.words if w.confidence < _POOR_WORD and _letters(w) >= _POOR_LETTERS]
        letters = _LONG if line.confidence < _DOUBTFUL_LINE else 1  # a short word by itself may be drawn
        doubtful += [w for w in unsure if w.confidence < _UNSURE and _letters(w) >= letters]
        for box in stamps:
            if shared_area(box, line.box):
                doubtful += [w for w in line.words if w.confidence < _DOUBTFUL_LINE and contains_centre(box, w.box)]
    return doubtful


def _letters(word: Word) -> int:
    return sum(map(str.isalnum, word.text))


def inside(pieces: Pieces, boxes: Sequence[Box]) -> npt.NDArray[np.bool_]:
    """For each piece whether its middle lies in one of ``boxes``."""
    middles = (pieces.boxes[:, :2] + pieces.boxes[:, 2:]) // 2
    x, y = middles[:, 0], middles[:, 1]
    within = np.zeros(len(middles), bool)
    for x0, y0, x1, y1 in boxes:
        within |= (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    return within


def rows_in(
    pieces: Pieces, chosen: npt.NDArray[np.bool_], boxes: Sequence[Box], words: Sequence[Word], shape: tuple[int, int]
) -> list[InkArea]:
    """Rows of letters of the ``chosen`` pieces inside ``boxes``, which are figures: those of a figure as one area.

    Where a figure has labels among the ``words`` that were read, a short row is one of them.
    """
    areas = []
    for box in boxes:
        labels = sum(word.confidence >= _DOUBTFUL_LINE and contains_centre(box, word.box) for word in words)
        rows = text_rows(pieces, chosen & inside(pieces, [box]), shape, short=labels >= LABELS)
        if rows:
            height = statistics.median(row.height for row in rows)
            count, ink = sum(row.pieces for row in rows), sum(row.ink for row in rows)
            areas.append(InkArea(enclosing([row.box for row in rows]), count, ink, height, True))
    return areas


def outside(areas: Iterable[InkArea], boxes: Sequence[Box]) -> list[InkArea]:
    """The areas whose middles lie in none of ``boxes``."""
    return [area for area in areas if not any(contains_centre(box, area.box) for box in boxes)]
