"""Lines of a text layer that stand sideways or upside down and are not proven, read by OCR: the layer says how."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Box, Pixels
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.words import Word
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, pixel_box

_MOST = 40  # lines of a page; more are a page that stands sideways
_MARGIN = 0.35  # em of white around a line, as Tesseract wants it
_SURE = 70.0  # Tesseract's confidence, mean of a line's words


def read_turned(
    pixels: Pixels, dpi: int, lines: Sequence[LayerLine], reader: TesseractReader, script: Script | None
) -> list[LayerLine]:
    """Those of ``lines`` that OCR is sure of, with what it read. They are made white on ``pixels``.

    ``script``: the page's, where it has but one.
    """
    read = []
    for line in lines[:_MOST]:
        x0, y0, x1, y1 = pixel_box(line.box, pixels.shape[1], pixels.shape[0])
        crop = np.rot90(cv2.cvtColor(pixels[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY), line.angle // 90)
        level = np.pad(crop, max(4, round(_MARGIN * line.size)), constant_values=255)
        words = [word for found in reader.read_block(np.ascontiguousarray(level), dpi, script) for word in found.words]
        if not words or sum(word.confidence for word in words) < _SURE * len(words):
            continue
        read.append(_as_of_layer(words, line, (x0, y0, x1, y1), level.shape[1]))
        pixels[y0:y1, x0:x1] = 255
    return read


def _as_of_layer(words: Sequence[Word], line: LayerLine, box: Box, width: int) -> LayerLine:
    """A line with words that have no glyphs, each a part of ``box`` as long as its share of the level ``width``."""
    x0, y0, x1, y1 = (float(side) for side in box)
    placed = []
    for word in words:
        start, end = word.box[0] / width, word.box[2] / width
        place = {
            90: (x0, y0 + start * (y1 - y0), x1, y0 + end * (y1 - y0)),
            180: (x1 - end * (x1 - x0), y0, x1 - start * (x1 - x0), y1),
            270: (x0, y1 - end * (y1 - y0), x1, y1 - start * (y1 - y0)),
        }[line.angle]
        placed.append(LayerWord(word.text, place, (), line.size, word.confidence / 100))
    return LayerLine(tuple(placed), line.angle, line.size)
