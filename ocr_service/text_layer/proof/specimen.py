"""The sheet on which samples of a page's type are set for OCR: each glyph cut out, level, in one size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.text_layer.page.glyphs import Glyphs

ReadSheet = Callable[[Gray, int, str], Sequence[tuple[str, Box]]]
"""Words and their boxes on a sheet of a given dpi, in an alphabet (``LATIN``, ``CYRILLIC``; empty for any)."""

_EM = 44.0  # pixels of the type on the sheet: what Tesseract reads best has an x-height of 20 and more
_POINTS = 11  # what that type is said to be
_WIDTH = 1800
_ROW, _BASELINE = round(2.0 * _EM), round(1.4 * _EM)
_BETWEEN = round(0.8 * _EM)
_SLACK = 8
_PAD = 3.0  # pixels around what is cut out
_LEVEL = 0.5  # degrees between letters of one line
_INK = 96  # grey of what belongs together on the sheet


@dataclass(frozen=True, slots=True)
class Piece:
    """A cut-out, black on white; its baseline is BASELINE pixels below its top."""

    pixels: Gray


@dataclass(frozen=True, slots=True)
class SpecimenSheet:
    """Pieces set in rows, with the box of each."""

    pixels: Gray
    places: tuple[Box, ...]

    def read(self, read_sheet: ReadSheet, script: str = "") -> list[str]:
        """What is read at each place, without spaces; empty where nothing is."""
        found = list(read_sheet(self.pixels, round(72 * _EM / _POINTS), script))
        texts = []
        for x0, y0, x1, y1 in self.places:
            parts = sorted(
                (box[0], text)
                for text, box in found
                if x0 - _SLACK <= (box[0] + box[2]) / 2 <= x1 + _SLACK and y0 <= (box[1] + box[3]) / 2 <= y1
            )
            texts.append("".join(part for _, part in parts))
        return texts


def _own_ink(piece: Gray, begins: float, ends: float) -> Gray:
    """A glyph's cut-out without ink of its neighbours: pieces that go on over a side, or lie outside of its place.

    Boxes are wider than what is drawn where the reader has another font than the file's widths are of.
    """
    count, labels, stats, _ = components_with_stats((piece < 255 - _INK).astype(np.uint8), connectivity=8)
    if count <= 2:
        return piece
    left, right = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_LEFT] + stats[1:, cv2.CC_STAT_WIDTH]
    foreign = (left <= 0) | (right >= piece.shape[1]) | (left >= ends - 1) | (right <= begins + 1)
    if not foreign.any() or foreign.all():
        return piece
    others = np.isin(labels, 1 + np.flatnonzero(foreign)).astype(np.uint8)
    own = np.isin(labels, 1 + np.flatnonzero(~foreign))
    erased = (cv2.dilate(others, np.ones((5, 5), np.uint8)) > 0) & ~own
    return np.where(erased, 255, piece).astype(np.uint8)


class TypeCase:
    """Cuts glyphs out of the pictures that show them."""

    def __init__(self, glyphs: Glyphs, plates: Sequence[Gray]) -> None:
        self._glyphs = glyphs
        self._plates = plates
        self._sizes = glyphs.size
        self._angles = glyphs.angle

    def word(self, indices: Sequence[int]) -> Piece:
        """Neighbouring glyphs as they stand."""
        size = max(1.0, float(np.median(self._sizes[list(indices)])))
        boxes = self._glyphs.ink[list(indices)]
        return self._cut(indices[0], size, (boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()))

    def row(self, indices: Sequence[int]) -> Piece:
        """Glyphs from anywhere as one word."""
        cut = {index: self._one(index) for index in set(indices)}
        gap = np.full((_ROW, round(0.04 * _EM)), 255, np.uint8)
        return Piece(np.concatenate([part for index in indices for part in (cut[index], gap)][:-1], axis=1))

    def _one(self, index: int) -> Gray:
        x0, y0, x1, y1 = self._glyphs.ink[index]
        size = max(1.0, float(self._sizes[index]))
        begins, ends = (place * _EM / size + _PAD for place in self._own_places(index))
        return _own_ink(self._cut(index, size, (x0, y0, x1, y1)).pixels, begins, ends)

    def _own_places(self, index: int) -> tuple[float, float]:
        """Where a glyph's origin and that of the next one of its line are, in pixels behind the left side of its box.

        Both along the writing; infinite where no other follows.
        """
        angle = math.radians(float(self._angles[index]))
        along = np.array([math.cos(angle), math.sin(angle)])
        x0, y0, x1, y1 = self._glyphs.ink[index]
        here = self._glyphs.origin[index]
        begins = -float((np.array([(x, y) for x in (x0, x1) for y in (y0, y1)] - here) @ along).min())
        if index + 1 >= len(self._angles) or abs(self._angles[index + 1] - self._angles[index]) > _LEVEL:
            return begins, math.inf
        step = self._glyphs.origin[index + 1] - here
        ahead, aside = float(step @ along), abs(float(step @ np.array([-along[1], along[0]])))
        return begins, begins + ahead if ahead > 0 and aside < 1 else math.inf

    def _cut(self, index: int, size: float, box: tuple[float, float, float, float]) -> Piece:
        """The part of the picture in ``box``, rotated so that the baseline of glyph ``index`` is level."""
        plate = self._plates[int(self._glyphs.plate[index])]
        scale = _EM / size
        angle = math.radians(float(self._angles[index]))
        cos, sin = math.cos(angle), math.sin(angle)
        origin = self._glyphs.origin[index]
        x0, y0, x1, y1 = box
        corners = np.array([(x, y) for x in (x0, x1) for y in (y0, y1)]) - origin
        along = (corners @ np.array([cos, sin])) * scale
        left, right = float(along.min()) - _PAD, float(along.max()) + _PAD
        width = max(1, min(3 * _WIDTH, round(right - left)))
        # From the sheet back to the page: along the writing, and down from the baseline.
        back = np.array(
            [
                [cos / scale, -sin / scale, origin[0] + (left * cos + _BASELINE * sin) / scale],
                [sin / scale, cos / scale, origin[1] + (left * sin - _BASELINE * cos) / scale],
            ]
        )
        part = plate if scale >= 0.7 else cv2.GaussianBlur(plate, (0, 0), 0.4 / scale)
        piece = cv2.warpAffine(
            part, back, (width, _ROW), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT
        )
        # Only what is inside the box: the lines above and below stand closer than a row of the sheet is high.
        across = (corners @ np.array([-sin, cos])) * scale + _BASELINE
        top, bottom = max(0, math.floor(across.min() - _PAD)), min(_ROW, math.ceil(across.max() + _PAD))
        piece[:top], piece[bottom:] = 0, 0
        strongest = int(piece.max())
        if strongest:
            piece = np.clip(piece.astype(np.float32) * (255.0 / strongest), 0, 255).astype(np.uint8)
        return Piece((255 - piece).astype(np.uint8))

    @staticmethod
    def sheet(pieces: Sequence[Piece]) -> SpecimenSheet:
        """The pieces one after another in rows."""
        places: list[Box] = []
        x, row = _BETWEEN, 0
        for piece in pieces:
            width = piece.pixels.shape[1]
            if x + width + _BETWEEN > _WIDTH and x > _BETWEEN:
                x, row = _BETWEEN, row + 1
            places.append((x, row * _ROW, x + width, (row + 1) * _ROW))
            x += width + _BETWEEN
        widest = max((place[2] for place in places), default=0) + _BETWEEN
        pixels = np.full(((row + 1) * _ROW, max(_WIDTH, widest)), 255, np.uint8)
        for piece, (x0, y0, x1, y1) in zip(pieces, places, strict=True):
            pixels[y0:y1, x0:x1] = piece.pixels
        return SpecimenSheet(pixels, tuple(places))
