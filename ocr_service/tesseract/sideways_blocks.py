"""Blocks of text that stand sideways or upside down on an upright page: tables, notes along the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.ink_areas import Pieces
from ocr_service.tesseract.prepare.preprocess import framed
from ocr_service.tesseract.rotation import BETTER, BlockReader, densest_window, rotate, window_rotation
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, reading_score, split_by_box, sure_share

_REACH = 1.2  # em between pieces of one block
_LEAST_PIECES = 8
_ALONG, _ACROSS = 15.0, 2.0  # em of white between the columns of a table, and between its rows
_READS_WELL = 0.5  # share of letters in sure words
_LONG_WORD = 4  # letters
_SAYS_SOMETHING = 8.0  # of ``reading_score``, in letters: sideways text read as it stands has less, or hardly more
_LINE = 4.0  # em: narrower blocks are a line on its side, read whole, since a window would cut through its words
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
    rest = list(lines)
    if sure_share(lines) > 0.995:
        return found, rest
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
    return found, rest


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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
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
