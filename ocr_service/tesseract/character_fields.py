"""Fields of a form with a box for each character: found, taken off the sheet, and read as the word they spell.

Tesseract takes the boxes for letters, or drops them with what stands in them. Set side by side without their boxes the
characters are an ordinary word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import InkArea
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.words import Line, Word, make_line

_STEP = 2  # boxes are looked for at half the size
_SIDE = (0.11, 0.5)  # inches: the sides of a box inside its lines, least and most
_SQUARE = 2.2  # times as long as the shorter side is the longer one, at most
_DRAWN = 0.85  # of each side of a box that has ink
_ALIKE, _LEVEL, _GAP = 0.12, 0.12, 0.5  # of a box's side: differences of sizes and places, and the widest gap
_LEAST_BOXES, _LEAST_FILLED = 4, 3
_MOST_BOXES = 5_000  # white pieces of a box's size; no form has as many, a sheet of characters has
_ONE = 0.8  # of the filled boxes have one character; Ы is two strokes
_BEYOND, _CONTINUED = (0.04, 0.08), 0.3  # inches above and below, and the share of upright lines that go on there
_CHARACTER = (0.25, 0.95)  # of a box's height: that of a character
_INKED, _SPECK = 0.65, 4  # of the paper's level: what is darker is ink; pixels that are none
_INSET = 1  # pixels between a box's line and what stands in it
_SPACES = (0.12, 0.3)  # of a box's height, between characters that are set side by side
_LETTER = 36.0  # pixels that characters are scaled to
_FAR = 20.0  # em between a label and its field, at most
_SURE = 40.0  # Tesseract's confidence


@dataclass(frozen=True, slots=True)
class Field:
    """Boxes in a row, from the left: the ``box`` around all, the inside of each, and the sheet's picture of all."""

    box: Box
    cells: tuple[Box, ...]
    picture: Gray


def character_fields(gray: Gray, ink: Gray, dpi: int) -> list[Field]:
    """The fields of a sheet. ``ink``: 255 is ink, ruling lines and all."""
    found = []
    for row in _rows(_boxes(ink, dpi)):
        if _goes_on_up_or_down(row, ink, dpi):
            continue
        x0, y0, x1, y1 = enclosing(row)
        edge = max(3, round(0.025 * dpi))  # the lines around
        box = (max(0, x0 - edge), max(0, y0 - edge), min(gray.shape[1], x1 + edge), min(gray.shape[0], y1 + edge))
        field = Field(box, tuple(row), gray[box[1] : box[3], box[0] : box[2]].copy())
        filled = [cell for cell in row if _character(field, cell) is not None]
        if len(filled) >= _LEAST_FILLED and sum(_has_one(field, cell) for cell in filled) >= _ONE * len(filled):
            found.append(field)
    return found


def without_fields(image: Gray, found: Sequence[Field], blank: int) -> Gray:
    """``image`` of the sheet with ``blank`` where fields are."""
    result = image.copy() if found else image
    for field in found:
        x0, y0, x1, y1 = field.box
        result[y0:y1, x0:x1] = blank
    return result


def read_field(field: Field, dpi: int, engine: TesseractEngine) -> Line | InkArea:
    """The field's characters as one line; their area, where fewer or more are read than stand there."""
    characters = [_character(field, cell) for cell in field.cells]
    filled = [character for character in characters if character is not None]
    height = max(y1 - y0 for _, y0, _, y1 in filled)
    tries = [_read(_side_by_side(field, filled, space), height, dpi, engine) for space in _SPACES]
    text, confidence = max(
        (read for read in tries if len(read[0]) == len(filled)), key=lambda read: read[1], default=("", 0.0)
    )
    if confidence < _SURE:
        ink = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in filled) // 3  # letters fill a third of their boxes
        return InkArea(field.box, len(filled), ink, height, True)
    left, top = field.box[:2]
    x0, y0, x1, y1 = enclosing(filled)
    return make_line([Word(_with_gaps(text, characters), (left + x0, top + y0, left + x1, top + y1), confidence)])


def _read(line: Gray, height: int, dpi: int, engine: TesseractEngine) -> tuple[str, float]:
    """The characters of a ``line`` whose letters are ``height`` pixels high, and the least confidence."""
    scale = _LETTER / height
    large = cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    read = engine.lines(large, round(dpi * scale), tesserocr.PSM.SINGLE_LINE)
    words = [word for part in read for word in part.words]
    return "".join(word.text for word in words), min((word.confidence for word in words), default=0.0)


def beside_labels(lines: Sequence[Line], values: Sequence[Line]) -> list[Line]:
    """``lines`` with each of the ``values``, which were read in fields, in the line that ends left of it."""
    result = list(lines)
    for value in sorted(values, key=lambda line: line.box[0]):
        label = max((line for line in result if _is_label(line, value)), key=lambda line: line.box[2], default=None)
        if label is None:
            result.append(value)
        else:
            result[result.index(label)] = make_line([*label.words, *value.words], label.weight)
    return result


def _is_label(line: Line, value: Line) -> bool:
    middle = (value.box[1] + value.box[3]) / 2
    return line.box[1] <= middle <= line.box[3] and -_FAR * line.em < line.box[2] - value.box[0] < 0


def _boxes(ink: Gray, dpi: int) -> list[Box]:
    """The insides of all small boxes, in pixels of the sheet."""
    height, width = (side // _STEP * _STEP for side in ink.shape)
    size = (width // _STEP, height // _STEP)
    half = cv2.resize(ink[:height, :width], size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    paper = cv2.inRange(half, 0, 64)
    _, _, stats, _ = components_with_stats(paper, connectivity=4)
    w, h = stats[:, 2], stats[:, 3]
    least, most = (side * dpi / _STEP for side in _SIDE)
    sized = (w >= least) & (w <= most) & (h >= least) & (h <= most)
    sized &= np.maximum(w, h) <= _SQUARE * np.minimum(w, h)
    if np.count_nonzero(sized) > _MOST_BOXES:
        return []
    boxes = []
    for x, y, w, h, _area in stats[sized].tolist():
        if _is_drawn(half, (x, y, x + w, y + h)):
            boxes.append((x * _STEP, y * _STEP, (x + w) * _STEP, (y + h) * _STEP))
    return boxes


def _is_drawn(ink: Gray, box: Box) -> bool:
    """Whether lines run right along all four sides of ``box``."""
    x0, y0, x1, y1 = box
    if x0 < 2 or y0 < 2 or x1 + 2 > ink.shape[1] or y1 + 2 > ink.shape[0]:
        return False
    sides = (ink[y0 - 2 : y0, x0:x1], ink[y1 : y1 + 2, x0:x1], ink[y0:y1, x0 - 2 : x0].T, ink[y0:y1, x1 : x1 + 2].T)
    return all(float((side > 64).any(axis=0).mean()) >= _DRAWN for side in sides)


def _rows(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Rows of four boxes and more of one size, side by side, with no such row right above or below: no table."""
    rows: list[list[Box]] = []
    open_: list[list[Box]] = []  # those that end no further left than a box may stand behind them
    for box in sorted(boxes):
        open_ = [row for row in open_ if _is_in_reach(row[-1], box)]
        row = next((row for row in open_ if _goes_on(row[-1], box)), None)
        if row is None:
            row = []
            rows.append(row)
            open_.append(row)
        row.append(box)
    for row in rows:
        if len(row) >= _LEAST_BOXES and not any(_is_stacked(row, other) for other in rows if other is not row):
            yield row


def _is_in_reach(last: Box, box: Box) -> bool:
    return box[0] - last[2] <= _GAP * (last[2] - last[0])


def _goes_on(last: Box, box: Box) -> bool:
    width, height = last[2] - last[0], last[3] - last[1]
    wide, high = abs(box[2] - box[0] - width), abs(box[3] - box[1] - height)
    alike = wide <= max(4, _ALIKE * width) and high <= max(4, _ALIKE * height)
    return alike and abs(box[1] - last[1]) <= max(4, _LEVEL * height) and last[2] < box[0] and _is_in_reach(last, box)


def _goes_on_up_or_down(row: Sequence[Box], ink: Gray, dpi: int) -> bool:
    """Whether the lines between the boxes go on above or below them, as those of a table do."""
    near, far = (round(side * dpi) for side in _BEYOND)
    _, y0, _, y1 = enclosing(row)
    between = [(left[2] - 1, right[0] + 1) for left, right in pairwise(row)]
    for bottom, top in ((max(0, y0 - near), max(0, y0 - far)), (y1 + far, y1 + near)):
        bands = [ink[top:bottom, x0:x1] for x0, x1 in between]
        if sum(bool(band.size) and bool((band > 0).any(axis=1).all()) for band in bands) > _CONTINUED * len(bands):
            return True
    return False


def _is_stacked(row: Sequence[Box], other: Sequence[Box]) -> bool:
    """Whether ``other`` stands so near above or below that the two are a grid."""
    x0, y0, x1, y1 = enclosing(row)
    a, b, c, d = enclosing(other)
    near = min(abs(b - y1), abs(y0 - d)) < 0.3 * (y1 - y0)
    return near and min(x1, c) - max(x0, a) > 0.5 * min(x1 - x0, c - a)


def _character(field: Field, cell: Box) -> Box | None:
    """Where the character in a cell stands, in pixels of the field's picture; None in an empty one."""
    strokes = _strokes(field, cell)
    if not strokes:
        return None
    box = enclosing(strokes)
    return box if _CHARACTER[0] <= (box[3] - box[1]) / (cell[3] - cell[1]) <= _CHARACTER[1] else None


def _has_one(field: Field, cell: Box) -> bool:
    """Whether no two strokes of a character's height stand side by side in a cell, as those of a number do."""
    strokes = _strokes(field, cell)
    highest = max(y1 - y0 for _, y0, _, y1 in strokes)
    high = sorted(box for box in strokes if box[3] - box[1] > 0.7 * highest)
    return all(right[0] < left[2] for left, right in pairwise(high))


def _strokes(field: Field, cell: Box) -> list[Box]:
    """The pieces of ink in a cell, without what is left of its lines."""
    left, top = field.box[:2]
    x0, y0, x1, y1 = cell[0] - left + _INSET, cell[1] - top + _INSET, cell[2] - left - _INSET, cell[3] - top - _INSET
    ink = cv2.inRange(field.picture[y0:y1, x0:x1], 0, _INKED * float(np.percentile(field.picture, 80)))
    _, _, stats, _ = components_with_stats(ink)
    height, width = ink.shape
    strokes = []
    for x, y, w, h, area in stats[1:].tolist():
        edge = (w <= 3 or h <= 3) and (x == 0 or y == 0 or x + w == width or y + h == height)
        if area >= _SPECK and not edge:
            strokes.append((x0 + x, y0 + y, x0 + x + w, y0 + y + h))
    return strokes


def _side_by_side(field: Field, characters: Sequence[Box], space: float) -> Gray:
    height = field.picture.shape[0]
    paper = int(np.percentile(field.picture, 80))
    top, bottom = min(b[1] for b in characters), max(b[3] for b in characters)
    pad = round(0.5 * (bottom - top))
    gap = np.full((bottom - top, max(1, round(space * height))), paper, np.uint8)
    parts = [gap]
    for x0, _, x1, _ in characters:
        parts += [field.picture[top:bottom, max(0, x0 - 1) : x1 + 1], gap]
    line = np.hstack(parts)
    return cv2.copyMakeBorder(line, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper).astype(np.uint8)


def _with_gaps(text: str, characters: Sequence[Box | None]) -> str:
    """``text`` with a space for empty boxes between characters."""
    letters = iter(text)
    return " ".join("".join(" " if character is None else next(letters) for character in characters).split())
