"""Capitals and digits read by themselves, where nothing else is expected."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box, Gray
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.sheet import Sheet

_CAPITALS: dict[Script, str] = {
    "latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "cyrillic": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
}
_LETTER_MODES = (tesserocr.PSM.SINGLE_WORD, tesserocr.PSM.SINGLE_CHAR)
_LETTER_SCALE = 2.0
_DIGITS = "0123456789"
_DIGIT_MODES = (tesserocr.PSM.SINGLE_WORD, tesserocr.PSM.SINGLE_LINE)
_DIGIT_HEIGHTS = (36.0, 44.0, 30.0)  # pixels that a digit is enlarged to; of 60 numbers one reads 51 to 58, none wrong
_SURE = 50.0  # Tesseract's confidence in digits
_PAD = 0.5  # of the area's height, of white around it


def read_capital(area: Box, script: Script, sheet: Sheet, engine: TesseractEngine) -> list[str]:
    """The capital letter of ``script`` in ``area``, once for each way to read it by itself that gives one."""
    picture = _enlarged(area, sheet, _LETTER_SCALE)
    read = []
    for mode in _LETTER_MODES:
        lines = engine.lines(picture, round(sheet.dpi * _LETTER_SCALE), mode, only=_CAPITALS[script])
        read += [word.text for line in lines for word in line.words]
    return [text for text in read if len(text) == 1]


def read_digits(area: Box, sheet: Sheet, engine: TesseractEngine) -> tuple[str, float]:
    """The number in ``area`` with its confidence: the first that is read twice, and nothing else before."""
    read: dict[str, float] = {}
    for height, mode in product(_DIGIT_HEIGHTS, _DIGIT_MODES):
        scale = height / (area[3] - area[1])
        number, confidence = _number(_enlarged(area, sheet, scale), round(sheet.dpi * scale), mode, engine)
        if number in read:
            return number, min(read[number], confidence)
        if number:
            read[number] = confidence
        if len(read) > 1:
            break
    return "", 0.0


def _number(picture: Gray, dpi: int, mode: int, engine: TesseractEngine) -> tuple[str, float]:
    words = [word for line in engine.lines(picture, dpi, mode, only=_DIGITS) for word in line.words]
    return (words[0].text, words[0].confidence) if len(words) == 1 and words[0].confidence >= _SURE else ("", 0.0)


def _enlarged(area: Box, sheet: Sheet, scale: float) -> Gray:
    """The ``area`` of the sheet, framed in the paper's colour."""
    x0, y0, x1, y1 = area
    pad = round(_PAD * (y1 - y0))
    crop = sheet.gray[y0:y1, x0:x1]
    framed = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=int(np.percentile(crop, 95)))
    return cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
