"""Raised digits after a word or before a line, such as a footnote's mark, that were read otherwise: read by themselves.

They become superscripts, as a text layer's are. A quotation mark is lower than a raised digit, and no digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.superscripts import raised_end
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_READ_AS = re.compile(r"(?P<word>.*[^\W\d_][.,;:)»]?)(?P<read>['’‘`´\"“”*?!|°^™®]{1,3}|\d{1,2})(?P<rest>[.,;:]?)")
_ALONE = re.compile(r"(?P<word>)(?P<read>\S{1,2})(?P<rest>)")  # before a line
_DIGITS = "0123456789"
_SUPERSCRIPTS = str.maketrans(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MODES = (tesserocr.PSM.SINGLE_WORD, tesserocr.PSM.SINGLE_LINE)
_HEIGHT = 36.0  # pixels that a digit is enlarged to
_REACH = 0.5  # em: what of a mark may stand beside the box of its word
_SURE = 50.0  # Tesseract's confidence


def with_raised_digits(lines: Sequence[Line], sheet: Sheet, engine: TesseractEngine, budget: Budget) -> list[Line]:
    """``lines`` with superscripts where the ink of a word's last mark is raised digits.

    What was read of the same digits as a line of its own is left out.
    """
    mended, taken = [], list[Box]()
    for line in lines:
        words = list(line.words)
        for index, word in enumerate(words):
            read = None if line.is_sideways else _read_as(line, index)
            if read is None:
                continue
            following = words[index + 1].box[0] if index + 1 < len(words) else sheet.size[0]
            right = max(word.box[2], min(following, word.box[2] + round(_REACH * line.em)))
            whole = replace(word, box=(*word.box[:2], right, word.box[3]))
            box = raised_end(whole, line.em, sheet.ink, line.baseline)
            if box is None or not budget.take():
                continue
            digits, confidence = _digits(box, sheet, engine)
            if digits:
                text = read["word"] + digits.translate(_SUPERSCRIPTS) + read["rest"]
                sure = word.confidence if read["word"] else confidence
                words[index] = replace(word, text=text, confidence=sure)
                if read["word"]:
                    taken.append(box)
        mended.append(make_line(words, line.weight) if words != list(line.words) else line)
    return [kept for line in mended if (kept := _without(line, taken)) is not None] if taken else mended


def _read_as(line: Line, index: int) -> re.Match[str] | None:
    """What was read of a word that may end with raised digits, or be nothing else."""
    text = line.words[index].text
    alone = _ALONE.fullmatch(text) if not index and len(line.words) > 1 else None
    return alone or _READ_AS.fullmatch(text)


def _digits(box: Box, sheet: Sheet, engine: TesseractEngine) -> tuple[str, float]:
    """The digits in ``box`` with their confidence; empty where two ways to read them do not agree."""
    x0, y0, x1, y1 = box
    pad, scale = round(0.5 * (y1 - y0)), _HEIGHT / (y1 - y0)
    crop = sheet.gray[y0:y1, x0:x1]
    framed = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=int(np.percentile(crop, 95)))
    large = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    read: list[tuple[str, float]] = []
    for mode in _MODES:
        lines = engine.lines(large, round(sheet.dpi * scale), mode, only=_DIGITS)
        words = [word for line in lines for word in line.words]
        only = words[0] if len(words) == 1 and words[0].confidence >= _SURE else None
        read.append((only.text, only.confidence) if only else ("", 0.0))
    (first, one), (second, other) = read
    return (first, min(one, other)) if first == second else ("", 0.0)


def _without(line: Line, boxes: Sequence[Box]) -> Line | None:
    """``line`` without the words that stand in ``boxes``; None where it has no others."""
    words = [word for word in line.words if not any(_is_in(word, box) for box in boxes)]
    return line if len(words) == len(line.words) else make_line(words, line.weight) if words else None


def _is_in(word: Word, box: Box) -> bool:
    return contains_centre(box, word.box) and word.box[2] - word.box[0] <= 1.5 * (box[2] - box[0])
