"""What stands on a stamp that was parted from its page, read turned level: the regions of its picture and its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt
import tesserocr

from ocr_service.document import FIGURE_LABELS, Box, Gray, RegionResult, words_confidence
from ocr_service.geometry.boxes import area, shared_area
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.font_metrics import ink_height
from ocr_service.geometry.ink_areas import letter_pieces, text_rows
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import covered
from ocr_service.tesseract.ledger.unread_regions import located, unread
from ocr_service.tesseract.stamps.ring import RingLine, ring_lines
from ocr_service.tesseract.stamps.stamps import Stamp
from ocr_service.tesseract.words import Line, Word, placed_words

_SEARCHED = 240  # pixels of the longer side in which the angle is looked for
_ANGLES, _CLOSER = range(-45, 46, 3), range(-2, 3)  # degrees, first roughly, then around the best
_LETTER = 32.0  # pixels that a stamp's letters are scaled to
_SCALES = (0.2, 2.0)
_FRAME, _SPECK = 0.3, 6  # of the stamp's longer side, and pixels: larger and smaller pieces are no letters
_SURE, _SURE_WORD, _LETTERS = 75.0, 60.0, 3  # Tesseract's confidence of a line and of its words, and its letters
_INK = 192  # levels of a stamp's letters on 255, which the enlarging blurs
_FIGURE = 0.8  # of a stamp inside a figure, which keeps its picture


@dataclass(frozen=True, slots=True)
class StampText:
    """The regions ``seal`` of a stamp: its picture, then its text where any was read; and its letters' ink in pixels.

    ``lost``: the ink of rows of letters that could not be read.
    """

    regions: tuple[RegionResult, ...]
    read: int
    lost: int


def read_stamp(stamp: Stamp, dpi: int, engine: TesseractEngine) -> StampText:
    """What stands on the stamp: the lines of its rings from the outermost inwards, then those in its middle."""
    parts = [_read_part(part, dpi, engine) for part in _parts(stamp)]
    words = placed_words(chain.from_iterable(part.words for part in parts))
    read, lost = sum(part.read for part in parts), sum(part.lost for part in parts)
    regions = [located(RegionResult("seal", stamp.box, 0, None, "image", error=unread() if lost else None))]
    if words:
        text = " ".join(word.text for word in words)
        regions.append(
            RegionResult("seal", stamp.box, 0, None, content=text, confidence=words_confidence(words), words=words)
        )
    return StampText(tuple(regions), read, lost)


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines of a stamp made level: ``picture`` is ``scale`` times as large, ``placed`` gives its boxes on the page."""

    picture: Gray
    scale: float
    mode: int
    is_sure: Callable[[Line], bool]
    placed: Callable[[Box], Box]


@dataclass(frozen=True, slots=True)
class _ReadPart:
    """The sure words, with boxes on the page; the ink of the letters that they account for, and that of the others."""

    words: tuple[Word, ...]
    read: int
    lost: int


def _parts(stamp: Stamp) -> Iterator[_Part]:
    ink = np.where(stamp.picture < 255, 255, 0).astype(np.uint8)
    frame, height = _frame(ink)
    scale = min(_SCALES[1], max(_SCALES[0], _LETTER / height))
    letters = np.where(frame, 255, stamp.picture).astype(np.uint8)
    inner = letters.copy()
    for ring in ring_lines(stamp.picture, letters):
        large = cv2.resize(ring.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)

        def in_ring(box: Box, ring: RingLine = ring) -> Box:
            x0, y0, x1, y1 = (round(side / scale) for side in box)
            return _on_page(ring.placed((x0, y0, x1, y1)), stamp.box)

        yield _Part(large, scale, tesserocr.PSM.SINGLE_LINE, lambda line: line.confidence >= _SURE_WORD, in_ring)
        inner[ring.area(inner.shape)] = 255
    level, to_level = _rotated(inner, _angle(ink), scale, 255)
    back = cv2.invertAffineTransform(to_level).astype(np.float64)
    yield _Part(level, scale, tesserocr.PSM.SPARSE_TEXT, _is_sure, lambda box: _placed(box, back, stamp.box))


def _read_part(part: _Part, dpi: int, engine: TesseractEngine) -> _ReadPart:
    lines = [line for line in engine.lines(part.picture, round(dpi * part.scale), part.mode) if part.is_sure(line)]
    words = [word for line in sorted(lines, key=lambda line: line.box[1]) for word in _sure_words(line)]
    ink = np.where(part.picture < _INK, 255, 0).astype(np.uint8)
    shape = part.picture.shape[:2]
    pieces = letter_pieces(ink, _LETTER / ink_height("H", "H"), round(dpi * part.scale))
    read = covered(pieces, words, shape)
    lost = sum(row.ink for row in text_rows(pieces, ~read, shape))
    placed = tuple(replace(word, box=part.placed(word.box)) for word in words)
    return _ReadPart(placed, round(int(pieces.areas[read].sum()) / part.scale**2), round(lost / part.scale**2))


def _sure_words(line: Line) -> Iterator[Word]:
    for word in line.words:
        if word.confidence >= _SURE_WORD and any(c.isalnum() or c == "№" for c in word.text):
            yield word


def with_stamps(regions: Sequence[RegionResult], stamps: Sequence[StampText]) -> list[RegionResult]:
    """``regions`` with the ``stamps`` that are in no figure, each after the last region that begins above its middle.

    A figure keeps the picture of a stamp inside it, which gives its text only.
    """
    result = list(regions)
    for stamp in stamps:
        picture, *text = stamp.regions
        box = picture.bbox
        in_figure = any(r.label in FIGURE_LABELS and _is_inside(box, r.bbox) for r in regions)
        above = [index for index, region in enumerate(result) if region.bbox[1] <= (box[1] + box[3]) / 2]
        at = above[-1] + 1 if above else 0
        result[at:at] = text if in_figure else stamp.regions
    return result


def _is_inside(box: Box, figure: Box) -> bool:
    return shared_area(box, figure) > _FIGURE * area(box)


def _frame(ink: Gray) -> tuple[npt.NDArray[np.bool_], float]:
    """Where the pieces are that are too large for letters, and the usual height in pixels of the others."""
    _, labels, stats, _ = components_with_stats(ink)
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

    rough = max(_ANGLES, key=sharpness)
    return max((rough + step for step in _CLOSER), key=sharpness)


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
