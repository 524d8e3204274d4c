"""Cells that came out doubtful, read once more by themselves.

On a whole page Tesseract takes a lone figure in a narrow column for a speck, or reads it as letters of its neighbours.
"""

from __future__ import annotations

import statistics
from dataclasses import replace

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box
from ocr_service.recognition.engine import Gray, TesseractEngine
from ocr_service.recognition.table_grid import Cell, Table
from ocr_service.recognition.words import Word, enclosing

_DOUBTFUL = 70.0  # Tesseract's confidence; right words of a clean scan have 85 and more
_SCALE = 2
_MAX_TIMES = 40  # cells a page: a page of noise must not take a minute


class CellReader:
    """Reads cells of one straightened page again; ``ink`` is 255 where there are letters, without rules."""

    def __init__(self, engine: TesseractEngine, gray: Gray, ink: Gray, dpi: int) -> None:
        self._engine, self._gray, self._ink, self._dpi = engine, gray, ink, dpi
        self._left = _MAX_TIMES

    def table(self, cells: Table) -> Table:
        """``cells`` with what was missed or doubtful in them read again."""
        sizes = [word.em for row in cells for cell in row for word in cell.words if word.em is not None]
        if not sizes:
            return cells
        em = statistics.median(sizes)
        return [[self._cell(cell, em) for cell in row] for row in cells]

    def _cell(self, cell: Cell, em: float) -> Cell:
        area = _letters(self._ink, cell.box, em)
        if area is None:
            return cell
        confidence = min((word.confidence for word in cell.words), default=0.0)
        seen = enclosing([word.box for word in cell.words]) if cell.words else None
        missed = seen is None or area[0] < seen[0] - 0.3 * em or area[2] > seen[2] + 0.3 * em
        if (not missed and confidence >= _DOUBTFUL) or self._left <= 0:
            return cell
        self._left -= 1
        words = self._read(area, em, lines=max(1, round((area[3] - area[1]) / (1.4 * em))))
        if not words:
            return cell
        again = min(word.confidence for word in words)
        return replace(cell, words=tuple(words)) if again > confidence or (missed and again > 50) else cell

    def _read(self, area: Box, em: float, lines: int) -> list[Word]:
        pad = round(0.6 * em)
        x0, y0, x1, y1 = area
        crop = self._gray[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2]
        paper = int(np.percentile(crop, 90))
        framed = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper)
        large = cv2.resize(framed, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        mode = tesserocr.PSM.SINGLE_LINE if lines == 1 else tesserocr.PSM.SINGLE_BLOCK
        found = self._engine.lines(large, self._dpi * _SCALE, mode)
        offset = (max(0, x0 - 2) - pad, max(0, y0 - 2) - pad)
        return [_moved(word, offset) for line in found for word in line.words]


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
