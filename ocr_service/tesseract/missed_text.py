"""Text-like areas that reading the whole page left out, read by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Box, Gray
from ocr_service.geometry.ink_areas import InkArea, Pieces
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_MOST_AREAS = 24  # a page: a page of noise must not take a minute
_LETTER = 24.0  # pixels that an area's letters are enlarged to
_LARGEST_SCALE = 4.0
_PAD = 0.8  # em of white around an area
_SURE = 50.0  # Tesseract's confidence of a word of several letters
_SAME_LINE = 0.6  # of a word's height within a line from which on it stands on that line
_SURE_OF_ONE = 75.0  # of a lone letter or digit, which a speck may look like


def read_missed(
    areas: Sequence[InkArea], pieces: Pieces, kept: Sequence[Word], sheet: Sheet, engine: TesseractEngine
) -> list[Line]:
    """The lines that stand in ``areas``; words that are ``kept`` are not read again."""
    if not areas:
        return []
    left = _without_words(sheet.gray, kept)
    found: list[Line] = []
    for area in areas[:_MOST_AREAS]:
        if area.pieces > 1 or area.height > 0.45 * pieces.em:
            found += _read_area(area, pieces.em, left, sheet.dpi, engine)
    return found


def with_found(lines: Sequence[Line], kept: Sequence[Word], found: Sequence[Line]) -> list[Line]:
    """``lines`` with what was ``found`` beside them: each found word in the line it stands on, else in one of its own.

    A word that is not ``kept`` gives way to a found word in its place.
    """
    if not found:
        return list(lines)
    boxes = [word.box for line in found for word in line.words]
    sure = set(kept)
    rows = [
        [word for word in line.words if word in sure or not any(_overlap(word.box, box) for box in boxes)]
        for line in lines
    ]
    alone: list[Line] = []
    for part in found:
        own: list[Word] = []
        for word in part.words:
            at = next((n for n, line in enumerate(lines) if rows[n] and _stands_on(word.box, line, rows[n])), None)
            (own if at is None else rows[at]).append(word)
        if own:
            alone.append(make_line(own, part.weight))
    return [make_line(words, line.weight) for line, words in zip(lines, rows, strict=True) if words] + alone


def _stands_on(box: Box, line: Line, words: Sequence[Word]) -> bool:
    """Whether a word of this ``box`` belongs among the ``words`` of ``line``: on its height, at most an em beside."""
    shared = min(box[3], line.box[3]) - max(box[1], line.box[1])
    near = box[0] < line.box[2] + line.em and box[2] > line.box[0] - line.em
    return near and shared > _SAME_LINE * (box[3] - box[1]) and not any(_overlap(box, word.box) for word in words)


def _overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _without_words(gray: Gray, words: Iterable[Word]) -> Gray:
    """The page with these words painted over."""
    paper = int(np.percentile(gray[::8, ::8], 80))
    left = gray.copy()
    for word in words:
        x0, y0, x1, y1 = word.box
        left[y0:y1, x0:x1] = paper
    return left


def _read_area(area: InkArea, em: float, gray: Gray, dpi: int, engine: TesseractEngine) -> list[Line]:
    pad = round(_PAD * em)
    height, width = gray.shape
    grow = round(0.25 * em)
    x0, y0 = max(0, area.box[0] - grow), max(0, area.box[1] - grow)
    x1, y1 = min(width, area.box[2] + grow), min(height, area.box[3] + grow)
    crop = gray[y0:y1, x0:x1]
    paper = int(np.percentile(crop, 90))
    framed = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper)
    scale = min(_LARGEST_SCALE, max(1.0, _LETTER / area.height))
    large = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    single = area.box[3] - area.box[1] < 2.2 * area.height
    mode = tesserocr.PSM.SINGLE_LINE if single else tesserocr.PSM.SINGLE_BLOCK
    lines = []
    for line in engine.lines(large, round(dpi * scale), mode):
        words = [
            _moved(word, scale, (x0 - pad, y0 - pad), (width, height)) for word in line.words if _is_believed(word)
        ]
        if words:
            lines.append(make_line(words))
    return lines


def _is_believed(word: Word) -> bool:
    letters = sum(c.isalnum() for c in word.text)
    return letters > 0 and word.confidence >= (_SURE if letters > 1 else _SURE_OF_ONE)


def _moved(word: Word, scale: float, offset: tuple[int, int], size: tuple[int, int]) -> Word:
    dx, dy = offset
    x0, y0, x1, y1 = (round(side / scale) for side in word.box)
    x0, y0 = max(0, x0 + dx), max(0, y0 + dy)
    return replace(word, box=(x0, y0, min(size[0], max(x0 + 1, x1 + dx)), min(size[1], max(y0 + 1, y1 + dy))))
