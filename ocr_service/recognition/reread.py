"""Cells that came out doubtful, read once more by themselves.

On a whole page Tesseract takes a lone figure in a narrow column for a speck, or reads it as letters of its neighbours.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.recognition.engine import TesseractEngine
from ocr_service.recognition.table_grid import Cell, Table, font_size
from ocr_service.recognition.words import Word

_DOUBTFUL = 70.0  # Tesseract's confidence; right words of a clean scan have 85 and more
_DOUBTFUL_SHORT = 85.0  # of one or two letters: a speck beside a lone figure is read as a comma at 73
_SCALE = 2
_MAX_TIMES = 40  # cells a page: a page of noise must not take a minute


class CropReader:
    """Reads small areas of one straightened page by themselves, enlarged and framed in the paper's colour."""

    def __init__(self, engine: TesseractEngine, gray: Gray, dpi: int) -> None:
        self._engine, self._gray, self._dpi = engine, gray, dpi

    def read(self, area: Box, em: float, lines: int = 1) -> list[Word]:
        """The words in ``area``, which has ``lines`` lines of the font size ``em``; boxes on the page."""
        pad = round(0.6 * em)
        x0, y0, x1, y1 = max(0, area[0] - 2), max(0, area[1] - 2), area[2] + 2, area[3] + 2
        crop = self._gray[y0:y1, x0:x1]
        paper = int(np.percentile(crop, 90))
        framed = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper)
        large = cv2.resize(framed, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        mode = tesserocr.PSM.SINGLE_LINE if lines == 1 else tesserocr.PSM.SINGLE_BLOCK
        found = self._engine.lines(large, self._dpi * _SCALE, mode)
        return [_moved(word, (x0 - pad, y0 - pad)) for line in found for word in line.words]


def read_again(table: Table, ink: Gray, crops: CropReader) -> Table:
    """``table`` with what was missed or doubtful in its cells read again. ``ink``: 255 where letters are."""
    em = font_size(table)
    if em is None:
        return table
    left = _MAX_TIMES
    rows = []
    for row in table:
        cells = []
        for cell in row:
            area = _doubtful_area(cell, ink, em) if left else None
            left -= area is not None
            cells.append(_better(cell, area, em, crops) if area else cell)
        rows.append(cells)
    return rows


def _doubtful_area(cell: Cell, ink: Gray, em: float) -> Box | None:
    """Where the cell's letters are, if some were not read or not surely."""
    area = _letters(ink, cell.box, em)
    if area is None:
        return None
    if not cell.words:
        return area
    seen = enclosing([word.box for word in cell.words])
    missed = area[0] < seen[0] - 0.3 * em or area[2] > seen[2] + 0.3 * em
    return area if missed or any(_is_doubtful(word) for word in cell.words) else None


def _is_doubtful(word: Word) -> bool:
    return word.confidence < (_DOUBTFUL_SHORT if len(word.text) <= 2 else _DOUBTFUL)


def _better(cell: Cell, area: Box, em: float, crops: CropReader) -> Cell:
    words = crops.read(area, em, lines=max(1, round((area[3] - area[1]) / (1.4 * em))))
    if not words:
        return cell
    before = min((word.confidence for word in cell.words), default=0.0)
    again = min(word.confidence for word in words)
    longer = sum(len(w.text) for w in words) > sum(len(w.text) for w in cell.words) and again > 50
    return replace(cell, words=tuple(words)) if again > before or longer else cell


def _moved(word: Word, offset: tuple[int, int]) -> Word:
    dx, dy = offset
    x0, y0, x1, y1 = (side // _SCALE for side in word.box)
    return replace(word, box=(x0 + dx, y0 + dy, x1 + dx, y1 + dy))


def _letters(ink: Gray, box: Box, em: float) -> Box | None:
    """The box around what is of a letter's size inside ``box``; None where there is nothing."""
    inset = round(0.08 * em)
    x0, y0, x1, y1 = box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset
    if x1 - x0 < 3 or y1 - y0 < 3:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    boxes: list[Box] = []
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if 0.3 * em < h < 2.5 * em and area > 0.02 * em * em and w < 20 * em:
            boxes.append((x0 + x, y0 + y, x0 + x + w, y0 + y + h))
    return enclosing(boxes) if boxes else None
