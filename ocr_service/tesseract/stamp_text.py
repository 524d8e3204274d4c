"""What stands on a stamp that was parted from its page: read turned level; the region that keeps its picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt
import tesserocr

from ocr_service.document import FIGURE_LABELS, Box, Gray, RegionResult, words_confidence
from ocr_service.geometry.boxes import area, shared_area
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.stamp_ring import ring_lines
from ocr_service.tesseract.stamps import Stamp
from ocr_service.tesseract.words import Line, Word, placed_words

_SEARCHED = 240  # pixels of the longer side in which the angle is looked for
_ANGLES = range(-45, 46, 3)  # degrees
_LETTER = 32.0  # pixels that a stamp's letters are scaled to
_SCALES = (0.2, 2.0)
_FRAME, _SPECK = 0.3, 6  # of the stamp's longer side, and pixels: larger and smaller pieces are no letters
_SURE, _SURE_WORD, _LETTERS = 75.0, 60.0, 3  # Tesseract's confidence of a line and of its words, and its letters
_FIGURE = 0.8  # of a stamp inside a figure, which keeps its picture


def stamp_region(stamp: Stamp, dpi: int, engine: TesseractEngine) -> RegionResult:
    """The stamp as a figure ``seal`` with the text that could be read on it, that of its rings first."""
    ink = np.where(stamp.picture < 255, 255, 0).astype(np.uint8)
    frame, height = _frame(ink)
    scale = min(_SCALES[1], max(_SCALES[0], _LETTER / height))
    letters = np.where(frame, 255, stamp.picture).astype(np.uint8)
    ring = _ring_words(stamp, letters, scale, dpi, engine)
    words = placed_words(chain(ring, _level_words(stamp, letters, ink, scale, dpi, engine)))
    text = " ".join(word.text for word in words)
    return RegionResult(
        "seal", stamp.box, 0, None, "image", content=text, confidence=words_confidence(words), words=words
    )


def _ring_words(stamp: Stamp, letters: Gray, scale: float, dpi: int, engine: TesseractEngine) -> Iterator[Word]:
    for ring in ring_lines(stamp.picture, letters):
        large = cv2.resize(ring.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for line in engine.lines(large, round(dpi * scale), tesserocr.PSM.SINGLE_LINE):
            for word in _sure_words(line) if line.confidence >= _SURE_WORD else ():
                x0, y0, x1, y1 = (round(side / scale) for side in word.box)
                yield replace(word, box=_on_page(ring.placed((x0, y0, x1, y1)), stamp.box))


def _level_words(
    stamp: Stamp, letters: Gray, ink: Gray, scale: float, dpi: int, engine: TesseractEngine
) -> Iterator[Word]:
    level, to_level = _rotated(letters, _angle(ink), scale, 255)
    lines = [line for line in engine.lines(level, round(dpi * scale), tesserocr.PSM.SPARSE_TEXT) if _is_sure(line)]
    back = cv2.invertAffineTransform(to_level).astype(np.float64)
    for line in sorted(lines, key=lambda line: line.box[1]):
        for word in _sure_words(line):
            yield replace(word, box=_placed(word.box, back, stamp.box))


def _sure_words(line: Line) -> Iterator[Word]:
    for word in line.words:
        if word.confidence >= _SURE_WORD and any(c.isalnum() or c == "№" for c in word.text):
            yield word


def with_stamps(regions: Sequence[RegionResult], stamps: Sequence[RegionResult]) -> list[RegionResult]:
    """``regions`` with the ``stamps`` that are in no figure, each after the last region that begins above it."""
    result = list(regions)
    for stamp in stamps:
        if any(r.label in FIGURE_LABELS and _is_inside(stamp.bbox, r.bbox) for r in regions):
            continue
        above = [index for index, region in enumerate(result) if region.bbox[1] <= stamp.bbox[1]]
        result.insert(above[-1] + 1 if above else 0, stamp)
    return result


def _is_inside(box: Box, figure: Box) -> bool:
    return shared_area(box, figure) > _FIGURE * area(box)


def _frame(ink: Gray) -> tuple[npt.NDArray[np.bool_], float]:
    """Where the pieces are that are too large for letters, and the usual height in pixels of the others."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    sizes = np.maximum(stats[:, 2], stats[:, 3])
    large = sizes > _FRAME * max(ink.shape)
    large[0] = False
    letters = sizes[~large & (sizes > _SPECK)][1:]
    return large[labels], float(np.median(letters)) if len(letters) else _LETTER


def _angle(ink: Gray) -> int:
    """Degrees (anticlockwise) by which a stamp's lines become level: then they make the sharpest steps between rows."""
    scale = min(1.0, _SEARCHED / max(ink.shape))
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)

    def sharpness(angle: int) -> float:
        rows = _rotated(small.astype(np.uint8), angle, 1.0, 0)[0].sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    return max(_ANGLES, key=sharpness)


def _rotated(image: Gray, angle: int, scale: float, border: int) -> tuple[Gray, npt.NDArray[np.float64]]:
    """``image`` rotated and scaled on a square that holds all of it, and the matrix (affine, 2 x 3) that did it."""
    height, width = image.shape
    side = round(np.hypot(width, height) * scale)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, 2] += (side / 2 - width / 2, side / 2 - height / 2)
    rotated = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_AREA, borderValue=border)
    return rotated.astype(np.uint8), matrix.astype(np.float64)


def _is_sure(line: Line) -> bool:
    return line.confidence >= _SURE and sum(c.isalnum() for c in line.text) >= _LETTERS


def _placed(box: Box, back: npt.NDArray[np.float64], stamp: Box) -> Box:
    """A box of the level stamp as the box around it on the page."""
    corners = np.array([(box[0], box[1], 1), (box[2], box[1], 1), (box[2], box[3], 1), (box[0], box[3], 1)], float)
    points = corners @ back.T
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return _on_page((round(x0), round(y0), round(x1), round(y1)), stamp)


def _on_page(box: Box, stamp: Box) -> Box:
    """A box of the stamp as that of the page."""
    x, y = stamp[:2]
    return max(x, x + box[0]), max(y, y + box[1]), min(stamp[2], x + box[2]), min(stamp[3], y + box[3])
