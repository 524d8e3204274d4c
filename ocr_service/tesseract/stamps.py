"""Coloured stamps and watermarks that lie over dark text: their ink, so that the text can be read without it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.bend import straightened
from ocr_service.geometry.deskew import Skew
from ocr_service.tesseract.words import Line, Word, make_line

_STEP = 4  # stamps are looked for at a quarter of the size
_COLOURED = 45  # levels between the strongest and the weakest channel
_DARK = 110  # of the strongest channel, below which ink is black
_PRESENT = 0.0005  # of the page: less colour than in any stamp
_LARGE_IN = 0.35  # inches: the least size of a stamp's ring or a watermark's letter
_OUTLINE = 0.5  # of its box that a stamp's ink fills at most; what fills more is a picture or a coloured cell
_TOUCHED = 0.03  # of a word's box that a stamp's ink fills
_SURE, _LETTERS = 80.0, 3  # Tesseract's confidence, and letters of a word that is read from a stamp
_CROSSINGS = 12  # pixels of black ink, at a quarter of the size, that a stamp touches


def stamp_ink(pixels: Pixels, dpi: int) -> Gray | None:
    """A mask of the page (255 is a stamp's ink); None where no coloured ink of a stamp's size lies over dark text."""
    height, width = (side // _STEP for side in pixels.shape[:2])
    half = cv2.resize(pixels[: height * _STEP, : width * _STEP], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = half[::2, ::2]
    strongest, weakest = small.max(axis=2), small.min(axis=2)
    coloured = (strongest - weakest > _COLOURED).astype(np.uint8)
    if cv2.countNonZero(coloured) < _PRESENT * coloured.size:
        return None
    dark = (strongest < _DARK) & (coloured == 0)
    beside = cv2.dilate(dark.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(coloured)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    least = _LARGE_IN * dpi / _STEP
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if max(w, h) < least or min(w, h) < least / 2 or area > _OUTLINE * w * h:
            continue
        own = labels[y : y + h, x : x + w] == label
        if np.count_nonzero(own & (beside[y : y + h, x : x + w] > 0)) >= _CROSSINGS:
            part = np.s_[y * _STEP : (y + h) * _STEP, x * _STEP : (x + w) * _STEP]
            crop = pixels[part]
            mask[part][crop.max(axis=2) - crop.min(axis=2) > _COLOURED] = 255
    return cv2.dilate(mask, np.ones((3, 3), np.uint8)).astype(np.uint8) if mask.any() else None


def on_sheet(mask: Gray, pixels: Pixels, skew: Skew, shape: tuple[int, int]) -> Gray:
    """The ``mask`` of the page ``pixels`` on its sheet of this ``shape``, without what is black."""
    ink = np.where(pixels.max(axis=2) < _DARK, 0, mask).astype(np.uint8)
    if ink.shape != skew.size[::-1]:
        ink = cv2.resize(ink, skew.size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    if skew.angle:
        ink = cv2.warpAffine(ink, skew.to_level, shape[::-1], flags=cv2.INTER_NEAREST).astype(np.uint8)
    return ink if skew.shifts is None else straightened(ink, skew.shifts)


def without_stamps(gray: Gray, stamps: Gray) -> Gray:
    """``gray`` of a sheet with the paper's level where stamps are."""
    paper = np.uint8(np.percentile(gray[::8, ::8], 80))
    return np.where(stamps > 0, paper, gray).astype(np.uint8)


def believed_in_stamps(lines: Sequence[Line], stamps: Gray) -> list[Line]:
    """``lines`` without words in stamps that were not read for sure: strokes of a ring are read as letters."""
    kept = []
    for line in lines:
        words = [word for word in line.words if _is_sure(word) or not _touches(word.box, stamps)]
        if words:
            kept.append(make_line(words, line.weight))
    return kept


def _is_sure(word: Word) -> bool:
    return word.confidence >= _SURE and sum(c.isalnum() for c in word.text) >= _LETTERS


def _touches(box: Box, stamps: Gray) -> bool:
    part = stamps[box[1] : box[3], box[0] : box[2]]
    return bool(part.size) and float((part > 0).mean()) > _TOUCHED
