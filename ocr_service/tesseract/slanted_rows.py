"""Rows of text at any angle: notes across a page, labels of a drawing. Each is levelled and read by itself.

Tesseract sees none, or single letters; in a figure nobody misses them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, RegionResult
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.ink_areas import Pieces
from ocr_service.tesseract.blocks.compose import Insert
from ocr_service.tesseract.ledger.ink_ledger import covered, inside
from ocr_service.tesseract.rotation import READING_DPI, BlockReader
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, is_sure, make_line, placed_words, reading_score, sure_share

_LEAST_PIECES, _MOST_PIECES = 5, 500  # of a row, and of all that was not read: a photograph has more
_NEXT = 1.3  # times the longer side of a letter's box: from its middle to the next one's, a space between
_LEAST_ANGLE = 9.0  # degrees from level and from upright, where lines and words on their side are read anyway
_LONG = 3.0  # times as long as high
_ON_LINE, _SPACE = 0.6, 2.5  # of a letter's side: off the middle of a row, and from letter to letter of one
_PAD = 1.0, 0.85  # of a letter's side, from the middles of the outer ones: along a row and across it
_KNOWN, _IN_LINE = 4, 3  # letters of a word, and words of a line
_MOST_ROWS, _FAILURES = 24, 3  # that are read, and of those that say nothing, one after the other: a drawing's strokes
_LETTERS, _READS_WELL = 4, 0.75  # in words that were read for sure, and their share of all
_SAYS_ENOUGH = 0.5  # of ``reading_score``, for each piece: then the other way up need not be tried

_Centres = npt.NDArray[np.float64]  # n x 2


@dataclass(frozen=True, slots=True)
class _Level:
    """A row made level, and the way from its picture back to the sheet (2 x 3)."""

    picture: Gray
    back: npt.NDArray[np.float64]


def slanted_rows(
    pieces: Pieces, lines: Sequence[Line], sheet: Sheet, read: BlockReader, blocks: Sequence[Box] = ()
) -> tuple[list[Insert], list[Word], list[Line]]:
    """The rows that read well, as regions; their words; and ``lines`` without what was read there as it stands.

    ``blocks``: what is read otherwise.
    """
    known = [word for line in lines for word in line.words if _is_known(word, line)]
    unread = np.flatnonzero(~covered(pieces, known, sheet.gray.shape[:2], least=0.0) & ~inside(pieces, blocks))
    if not _LEAST_PIECES <= len(unread) <= _MOST_PIECES:
        return [], [], list(lines)
    inserts, words, failures = [], [], 0
    for boxes in list(_chains(pieces.boxes[unread].astype(np.float64)))[:_MOST_ROWS]:
        row = _read(boxes, sheet, read)
        failures = 0 if row else failures + 1
        if failures == _FAILURES:
            break
        if row:
            box = enclosing([word.box for word in row])
            text = " ".join(word.text for word in row)
            inserts.append(Insert(box, (RegionResult("text", box, 0, None, content=text, words=placed_words(row)),)))
            words += row
    return inserts, words, _without(lines, words) if words else list(lines)


def _is_known(word: Word, line: Line) -> bool:
    """A long word that was read for sure, or one of a line; letters on their side are taken for short ones."""
    return is_sure(word) and (len(word.text) >= _KNOWN or len(line.words) >= _IN_LINE)


def _chains(boxes: npt.NDArray[np.float64]) -> Iterator[npt.NDArray[np.float64]]:
    """Of the ``boxes`` (n x 4) those that follow one another on a slanted line, the longest chain first."""
    centres, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    near = apart <= _NEXT * np.maximum(sides[:, None], sides[None])
    groups = np.arange(len(boxes))
    while True:
        joined = np.where(near, groups[None], len(boxes)).min(axis=1)
        joined = joined[joined]
        if (joined == groups).all():
            break
        groups = joined
    free = np.ones(len(boxes), bool)
    names, counts = np.unique(groups, return_counts=True)
    for name in names[np.argsort(-counts)][: np.count_nonzero(counts >= _LEAST_PIECES)].tolist():
        members = groups == name
        angle, (length, height) = _axis(centres[members])
        off, side = abs((angle + 45) % 90 - 45), float(np.median(sides[members]))
        if free[members].all() and off >= _LEAST_ANGLE and length >= _LONG * max(height, side):
            members = free & _in_row(centres, members, angle, side)
            free &= ~members
            yield boxes[members]


def _in_row(centres: _Centres, members: npt.NDArray[np.bool_], angle: float, side: float) -> npt.NDArray[np.bool_]:
    """Those on the line of ``members``, with what follows after wider spaces."""
    along = np.array((np.cos(np.radians(angle)), np.sin(np.radians(angle))))
    at, off = centres @ along, centres @ np.array((-along[1], along[0]))
    on_line = np.flatnonzero(np.abs(off - np.median(off[members])) <= _ON_LINE * side)
    ordered = on_line[np.argsort(at[on_line])]
    stretches = np.cumsum(np.diff(at[ordered], prepend=at[ordered[0]]) > _SPACE * side)
    own = np.isin(stretches, stretches[members[ordered]])
    row = members.copy()
    row[ordered[own]] = True
    return row


def _axis(centres: _Centres) -> tuple[float, tuple[float, float]]:
    """The angle in degrees of the line through ``centres``, and how far they reach along it and across it."""
    off = centres - centres.mean(axis=0)
    _, axes = np.linalg.eigh(off.T @ off)
    along = axes[:, 1] if axes[0, 1] > 0 else -axes[:, 1]
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    return angle, (float(np.ptp(off @ along)), float(np.ptp(off @ np.array((-along[1], along[0])))))


def _read(boxes: npt.NDArray[np.float64], sheet: Sheet, read: BlockReader) -> list[Word]:
    """The words of a row in their order, in boxes on the sheet; none where they are not read for sure."""
    level = _levelled(boxes, sheet)
    dpi = round(sheet.dpi * max(1.0, READING_DPI / sheet.dpi))
    lines, back = read(level.picture, dpi), level.back
    if reading_score(lines) < _SAYS_ENOUGH * len(boxes):
        upside_down = np.ascontiguousarray(level.picture[::-1, ::-1])
        other = read(upside_down, dpi)
        if reading_score(other) > reading_score(lines):
            height, width = level.picture.shape
            lines, back = other, back @ np.array(((-1, 0, width), (0, -1, height), (0, 0, 1)), np.float64)
    words = [word for line in lines for word in line.words]
    letters = sum(sum(map(str.isalnum, word.text)) for word in words if is_sure(word))
    if letters < _LETTERS or sure_share(lines) < _READS_WELL:
        return []
    return [replace(word, box=_on_sheet(word.box, back, sheet)) for word in words]


def _levelled(boxes: npt.NDArray[np.float64], sheet: Sheet) -> _Level:
    """The picture of a row, its line level, as large as letters are read best."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    angle, _ = _axis(centres)
    scale = max(1.0, READING_DPI / sheet.dpi)
    turn = cv2.getRotationMatrix2D((0, 0), angle, scale)
    placed = centres @ turn[:, :2].T
    pad = np.array(_PAD) * scale * float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
    left, top = (placed.min(axis=0) - pad).tolist()
    right, bottom = (placed.max(axis=0) + pad).tolist()
    turn[:, 2] = -left, -top
    size = max(1, round(right - left)), max(1, round(bottom - top))
    paper = int(np.percentile(sheet.gray[::8, ::8], 80))
    picture = cv2.warpAffine(
        sheet.gray, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    return _Level(picture.astype(np.uint8), cv2.invertAffineTransform(turn).astype(np.float64))


def _on_sheet(box: Box, back: npt.NDArray[np.float64], sheet: Sheet) -> Box:
    corners = np.array([(x, y, 1.0) for x in (box[0], box[2]) for y in (box[1], box[3])]) @ back.T
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    width, height = sheet.size
    left, top = min(width - 1, max(0, round(x0))), min(height - 1, max(0, round(y0)))
    return left, top, max(left + 1, min(width, round(x1))), max(top + 1, min(height, round(y1)))


def _without(lines: Sequence[Line], words: Sequence[Word]) -> list[Line]:
    """``lines`` without the words that lie in a slanted one: its letters, taken for others."""
    left = []
    for line in lines:
        kept = [
            w for w in line.words if _is_known(w, line) or not any(contains_centre(word.box, w.box) for word in words)
        ]
        if len(kept) == len(line.words):
            left.append(line)
        elif kept:
            left.append(make_line(kept, line.weight))
    return left
