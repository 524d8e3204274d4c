"""Small areas of a sheet read by themselves, enlarged."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.prepare.preprocess import framed
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Word

_SCALE = 2


class CropReader:
    """Reads small areas of one sheet by themselves, enlarged and framed in the paper's colour."""

    def __init__(self, engine: TesseractEngine, sheet: Sheet) -> None:
        self._engine, self.sheet = engine, sheet

    def read(self, area: Box, em: float, lines: int = 1) -> list[Word]:
        """The words in ``area``, which has ``lines`` lines of the font size ``em``; boxes on the page."""
        pad = round(0.6 * em)
        x0, y0, x1, y1 = max(0, area[0] - 2), max(0, area[1] - 2), area[2] + 2, area[3] + 2
        picture = framed(self.sheet.gray[y0:y1, x0:x1], pad)
        large = cv2.resize(picture, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        mode = tesserocr.PSM.SINGLE_LINE if lines == 1 else tesserocr.PSM.SINGLE_BLOCK
        found = self._engine.lines(large, self.sheet.dpi * _SCALE, mode)
        return [_moved(word, (x0 - pad, y0 - pad)) for line in found for word in line.words]


def _moved(word: Word, offset: tuple[int, int]) -> Word:
    dx, dy = offset
    x0, y0, x1, y1 = (side // _SCALE for side in word.box)
    return replace(word, box=(x0 + dx, y0 + dy, x1 + dx, y1 + dy))
