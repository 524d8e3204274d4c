"""Blocks of text that stand sideways or upside down on an upright page: tables, notes along the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre, enclosing, shared_area
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, InkArea, Pieces, ink_areas, letters_in
from ocr_service.geometry.ink_pieces import Stats
from ocr_service.tesseract.ledger.ink_ledger import covered, inside
from ocr_service.tesseract.prepare.preprocess import framed
from ocr_service.tesseract.rotation import BETTER, READING_DPI, BlockReader, densest_window, rotate, window_rotation
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, is_sure, reading_score, split_by_box, sure_share

_REACH = 1.2  # em between pieces of one block
_LEAST_PIECES = 8
_ALONG, _ACROSS = 15.0, 2.0  # em of white between the columns of a table, and between its rows
_READS_WELL = 0.5  # share of letters in sure words
_LONG_WORD = 4  # letters
_SAYS_SOMETHING = 8.0  # of ``reading_score``, in letters: sideways text read as it stands has less, or hardly more
_LINE = 4.0  # em: narrower blocks are a line on its side, read whole, since a window would cut through its words
# em: the width of a word on its side, and how many times as high it is at least.
_STRIP, _UPRIGHT = (0.35, 1.8), 1.7
# Of the size of type: the height of joined letters; of their box: its ink.
_JOINED, _INKED = (2.6, 12.0), (0.2, 0.7)
_SURE_WORD, _SAYS_A_WORD, _LETTERS = 70.0, 1.8, 3  # Tesseract's confidence, ``reading_score``, and letters of one
_SHORT = 2  # letters of a word that may be one or two letters on their side
_LETTER_GAP, _WORD_GAP = 0.25, 0.8  # em
_IN_ROW = 0.3  # of a piece's height, from its middle to that of a word of its row
_LEVEL = 0.8  # of its height: the width of a word that stands upright
_STEP = 4
_MOST = 6  # blocks a page
_PAD = 0.6  # em of white around a block


@dataclass(frozen=True, slots=True)
class SidewaysBlock:
    """A block's place on the sheet, and the clockwise degrees that make it upright."""

    box: Box
    degrees: int


def sideways_blocks(
    pieces: Pieces, lines: Sequence[Line], sheet: Sheet, read: BlockReader
) -> tuple[list[SidewaysBlock], list[Line]]:
    """The blocks that read clearly better rotated, and the lines without what was read of them as they stand."""
    found: list[SidewaysBlock] = []
    lines = _without_stacked(lines, pieces)
    rest = list(lines)
    if sure_share(lines) > 0.995:
        return _with_strips(found, rest, pieces, sheet, read)
    badly_read = _badly_read(pieces, lines, sheet)
    for box in [box for members, box in badly_read if members >= _LEAST_PIECES][:_MOST]:
        if any(contains_centre(block.box, box) for block in found):
            continue
        picture = block_picture(sheet, box, pieces.em)
        window = densest_window(picture, sheet.dpi) if box[2] - box[0] > _LINE * pieces.em else None
        if window is None:  # a line, such as an axis of a chart has: what stands beside it is something else
            degrees, others = window_rotation(picture, sheet.dpi, _line_reader(read)), []
        else:
            degrees, others = window_rotation(window, sheet.dpi, read), [other for _, other in badly_read]
        if degrees:
            block = SidewaysBlock(_with_columns(box, others, degrees, pieces.em), degrees)
            if not _reads_better(block, rest, sheet, pieces.em, read):
                continue
            found = [other for other in found if not contains_centre(block.box, other.box)] + [block]
            rest = split_by_box(rest, block.box)[1]
    return _with_strips(found, rest, pieces, sheet, read)


def _with_strips(
    found: Sequence[SidewaysBlock], lines: Sequence[Line], pieces: Pieces, sheet: Sheet, read: BlockReader
) -> tuple[list[SidewaysBlock], list[Line]]:
    """The blocks ``found`` and words on their side by themselves, and the lines without what was read there."""
    blocks, rest = list(found), list(lines)
    shape = sheet.gray.shape[:2]
    known = [word for line in rest for word in line.words if _is_whole(word)]
    unread = ~covered(pieces, known, shape)
    strips = [area.box for area in standing_areas(pieces, unread, shape)]
    # Letters on their side that Tesseract took for others, such as an n for a 2, are not known.
    long = [word for word in known if len(word.text) > _SHORT]
    if len(long) < len(known):
        standing = standing_areas(pieces, ~covered(pieces, long, shape), shape)
        whole = [area.box for area in standing if area.pieces >= _LETTERS]
        strips = [*whole, *(box for box in strips if not any(contains_centre(other, box) for other in whole))]
    strips = [box for box in strips if not any(contains_centre(block.box, box) for block in found)]
    for box in [box for box in strips if not _stands_in_rows(box, pieces, known)][:_MOST]:
        if degrees := _strip_rotation(block_picture(sheet, box, pieces.em), sheet.dpi, read):
            blocks.append(SidewaysBlock(box, degrees))
            rest = split_by_box(rest, box)[1]
    return blocks, rest


def _without_stacked(lines: Sequence[Line], pieces: Pieces) -> list[Line]:
    """``lines`` without the columns of lone digits that Tesseract took for words on their side."""
    stacked = [line for line in lines if any(_is_tall(word) for word in line.words)]
    if not stacked:
        return list(lines)
    level = [word for line in lines if line not in stacked for word in line.words if is_sure(word)]
    wrong = [line for line in stacked if _stands_in_rows(line.box, pieces, level)]
    return [line for line in lines if line not in wrong and not _is_rest_of(line, wrong)]


def _is_rest_of(line: Line, others: Sequence[Line]) -> bool:
    """Whether ``line`` is no more than the letters of a word whose first one is in one of the ``others``."""
    short = len(line.text) <= _SHORT
    return short and any(shared_area(line.box, other.box) > 0 for other in others)


def _is_tall(word: Word) -> bool:
    x0, y0, x1, y1 = word.box
    return len(word.text) >= _SHORT and y1 - y0 >= _UPRIGHT * (x1 - x0)


def _stands_in_rows(box: Box, pieces: Pieces, words: Sequence[Word]) -> bool:
    """Whether the pieces in ``box`` have a row of level ``words`` each, as the numbers of a table of contents have."""
    rows = sorted((word.box[1], word.box[3]) for word in words if not contains_centre(box, word.box))
    tops: set[int] = set()
    members = pieces.boxes[inside(pieces, [box])].tolist()
    for _, y0, _, y1 in members:
        middle, near = (y0 + y1) / 2, _IN_ROW * (y1 - y0)
        row = next(((top, bottom) for top, bottom in rows if abs((top + bottom) / 2 - middle) < near), None)
        if row is None or any(abs(row[0] - top) < near for top in tops):
            return False
        tops.add(row[0])
    return len(members) >= _SHORT


def _reads_better(block: SidewaysBlock, lines: Sequence[Line], sheet: Sheet, em: float, read: BlockReader) -> bool:
    """Whether the whole block reads better rotated than its ``lines`` do as they stand; a window is a part of it.

    Asked where those say something: a stamp along the margin of a page that reads badly is no proof for the page.
    """
    standing = reading_score(split_by_box(lines, block.box)[0])
    if standing < _SAYS_SOMETHING:
        return True
    return (
        reading_score(read(rotate(block_picture(sheet, block.box, em), block.degrees), sheet.dpi)) > BETTER * standing
    )


def _line_reader(read: BlockReader) -> BlockReader:
    """Reads a line, which must have a long word: a column of numbers that is read from the top is ``oO oO``."""

    def read_long_words(gray: Gray, dpi: int) -> list[Line]:
        return [line for line in read(gray, dpi) if any(len(word.text) >= _LONG_WORD for word in line.words)]

    return read_long_words


def with_joined(pieces: Pieces, stats: Stats, dpi: int) -> Pieces:
    """``pieces`` and those that are words on their side whose letters touch. ``stats``: all pieces of the ink."""
    x, y, w, h, area = stats.T
    em = max(pieces.em, TEN_POINTS_IN * dpi)
    tall = (h > _JOINED[0] * em) & (h <= _JOINED[1] * em) & (w >= _STRIP[0] * pieces.em) & (w <= _STRIP[1] * pieces.em)
    tall &= (area > _INKED[0] * w * h) & (area < _INKED[1] * w * h)
    if not tall.any():
        return pieces
    boxes = np.stack([x, y, x + w, y + h], axis=1)[tall].astype(np.int32)
    both = np.concatenate([pieces.boxes, boxes]), np.concatenate([pieces.areas, area[tall].astype(np.int32)])
    return Pieces(*both, pieces.em)


def standing_areas(pieces: Pieces, chosen: npt.NDArray[np.bool_], shape: tuple[int, int]) -> list[InkArea]:
    """Of the ``chosen`` pieces those that stand one above the other, no wider than a line: words on their side.

    As near to each other as letters are; the numbers of a table's rows are not. ``shape``: of the sheet.
    """
    on_side = Pieces(pieces.boxes[:, [1, 0, 3, 2]], pieces.areas, pieces.em)
    middles = (pieces.boxes[:, :2] + pieces.boxes[:, 2:]) // 2
    areas = []
    for area in ink_areas(on_side, chosen, (shape[1], shape[0])):
        y0, x0, y1, x1 = area.box
        if not _STRIP[0] * pieces.em <= x1 - x0 <= _STRIP[1] * pieces.em:
            continue
        inside = chosen & (middles[:, 0] >= x0) & (middles[:, 0] < x1) & (middles[:, 1] >= y0) & (middles[:, 1] < y1)
        if y1 - y0 >= max(_UPRIGHT * (x1 - x0), pieces.em) and _is_close(pieces.boxes[inside], pieces.em):
            areas.append(replace(area, box=(x0, y0, x1, y1)))
    return areas


def unread_strips(pieces: Pieces, unread: npt.NDArray[np.bool_], shape: tuple[int, int]) -> list[InkArea]:
    """Words on their side among the ``unread`` pieces, of so many letters that they are no drawing's stroke."""
    on_side = Pieces(pieces.boxes[:, [1, 0, 3, 2]], pieces.areas, pieces.em)
    strips = []
    for area in standing_areas(pieces, unread, shape):
        members = np.flatnonzero(unread & inside(pieces, [area.box]))
        if letters_in(on_side, members) >= _LONG_WORD:
            strips.append(replace(area, regular=True))
    return strips


def _is_close(boxes: npt.NDArray[np.int32], em: float) -> bool:
    """Whether ``boxes`` follow one another down the page like letters, with a word's space at most."""
    rows = boxes[np.argsort(boxes[:, 1])]
    gaps = rows[1:, 1] - np.maximum.accumulate(rows[:, 3])[:-1]
    return not len(gaps) or bool(np.median(gaps) <= _LETTER_GAP * em and gaps.max() <= _WORD_GAP * em)


def _strip_rotation(picture: Gray, dpi: int, read: BlockReader) -> int:
    """The clockwise degrees at which a word on its side is surely one; 0 where it is none."""
    scale = max(1.0, READING_DPI / dpi)
    scores = {}
    for degrees in (90, 270):
        turned = rotate(picture, degrees)
        if scale > 1.0:
            turned = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        lines = read(turned, round(dpi * scale))
        words = [word for line in lines for word in line.words]
        says = any(sum(map(str.isalpha, word.text)) >= _LETTERS for word in words)
        sure = says and all(word.confidence >= _SURE_WORD for word in words) and len(lines) == 1
        scores[degrees] = reading_score(lines) if sure else 0.0
    best = max(scores, key=lambda degrees: scores[degrees])
    return best if scores[best] >= max(_SAYS_A_WORD, BETTER * min(scores.values())) else 0


def _with_columns(box: Box, others: Sequence[Box], degrees: int, em: float) -> Box:
    """The block with those beside it along its lines, over more white, and those before and behind its lines."""
    along, across = (_ALONG * em, _ACROSS * em) if degrees == 180 else (_ACROSS * em, _ALONG * em)
    grown = True
    while grown:
        grown = False
        for other in others:
            x_gap, y_gap = max(other[0] - box[2], box[0] - other[2]), max(other[1] - box[3], box[1] - other[3])
            if (x_gap < 0 and y_gap < across) or (y_gap < 0 and x_gap < along):
                union = enclosing([box, other])
                grown = grown or union != box
                box = union
    return box


def block_picture(sheet: Sheet, box: Box, em: float) -> Gray:
    """The block with its ruling lines, framed in white."""
    x0, y0, x1, y1 = box
    crop = np.where(sheet.ruling_lines.mask[y0:y1, x0:x1] > 0, 0, sheet.gray[y0:y1, x0:x1]).astype(np.uint8)
    return framed(crop, frame(em))


def frame(em: float) -> int:
    """Pixels of white that ``block_picture`` adds on each side."""
    return round(_PAD * em)


def _is_whole(word: Word) -> bool:
    """Whether it is surely no letter of a word on its side, nor two of them, which Tesseract reads one by one."""
    x0, y0, x1, y1 = word.box
    return is_sure(word) and (word.is_sideways or x1 - x0 >= _LEVEL * (y1 - y0))


def _badly_read(pieces: Pieces, lines: Sequence[Line], sheet: Sheet) -> list[tuple[int, Box]]:
    """Blocks in which few letters stand in sure words, with the numbers of their pieces, the most first."""
    height, width = sheet.gray.shape
    mask = np.zeros((height // _STEP + 2, width // _STEP + 2), np.uint8)
    reach = round(_REACH * pieces.em / 2)
    for x0, y0, x1, y1 in pieces.boxes.tolist():
        left, top = max(0, x0 - reach) // _STEP, max(0, y0 - reach) // _STEP
        mask[top : (y1 + reach) // _STEP + 1, left : (x1 + reach) // _STEP + 1] = 1
    for x0, y0, x1, y1 in (*sheet.ruling_lines.horizontal, *sheet.ruling_lines.vertical):
        mask[y0 // _STEP : y1 // _STEP + 1, x0 // _STEP : x1 // _STEP + 1] = 1
    count, labels, stats, _ = components_with_stats(mask)
    middles = (pieces.boxes[:, :2] + pieces.boxes[:, 2:]) // 2 // _STEP
    members = np.bincount(labels[middles[:, 1], middles[:, 0]], minlength=count)
    blocks: list[tuple[int, Box]] = []
    for label in range(1, count):
        if not members[label]:
            continue
        x, y, w, h = (int(value) * _STEP for value in stats[label][:4])
        box = (x, y, min(width, x + w), min(height, y + h))
        inside = [line for line in lines if any(contains_centre(box, word.box) for word in line.words)]
        if sure_share(split_by_box(inside, box)[0]) < _READS_WELL:
            blocks.append((int(members[label]), box))
    return sorted(blocks, reverse=True)
