"""Rows of letters that the page's grey does not show: made dark, or light on a dark ground, so that they are read.

They are too pale for the sheet's ink, or of a colour as light as what is around them, as red on green is: one of the
colour's channels shows them. The other side of a sheet that shines through is paler than these, and blurred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letters_of, text_rows
from ocr_service.tesseract.prepare.preprocess import is_light_on_dark

_STEP = 2  # rows are looked for at half the size
_WINDOW = 21  # pixels of the half: a line and a half, as the sheet's ink has it
_PALE, _INK = 7, 18  # grey levels under the local mean: of pale letters, and of the sheet's ink
_LEAST = 60  # pixels of the half that pale ink has at least: a word
_SAMPLE = 4  # every fourth pixel tells whether a page is in colour
_COLOURED, _COLOURS = 60, 0.002  # levels between the strongest and the weakest channel, share of such pixels
_LETTERS = (0.3, 6.0)  # em: what is smaller is a speck, what is larger the edge of an area
_SHOWN = 22.0  # levels between letters and their ground from which on the sheet's ink has them for sure
_CONTRAST, _SHARP = 25.0, 0.85  # levels; the steepest edge of what is paler, as a part of its contrast a pixel
_PAD = 3  # pixels of a row's edge
_DARK, _LIGHT, _DARK_GROUND = 40.0, 215.0, 128.0  # the levels that the darkest of a row gets, and on which ground


def with_pale_rows(gray: Gray, pixels: Pixels, dpi: int, stamps: Sequence[Box] = ()) -> Gray:
    """``gray`` with such rows. ``pixels``: the same page in colour; ``stamps``: where ink was taken from it."""
    if is_light_on_dark(gray):
        return gray
    shown = _shown_letters(_halved(gray), dpi // _STEP)
    rows = [row for plane in _planes(gray, pixels) for row in _pale_rows(plane, gray, shown, dpi)]
    result, taken = gray.copy() if rows else gray, np.zeros(gray.shape, bool)
    for row in sorted(rows, key=lambda row: -row.strength):
        x0, y0, x1, y1 = row.box
        if taken[y0:y1, x0:x1].any() or any(contains_centre(stamp, row.box) for stamp in stamps):
            continue
        taken[y0:y1, x0:x1] = True
        result[y0:y1, x0:x1] = row.in_grey()
    return result


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's box on the page, its dark letters as a channel shows them, and what grey has there."""

    box: Box
    levels: Gray
    gray: Gray

    @property
    def range(self) -> tuple[float, float]:
        """The level of its letters and of their ground."""
        return float(np.percentile(self.levels, 2)), float(np.percentile(self.levels, 90))

    @property
    def contrast(self) -> float:
        letters, ground = self.range
        return ground - letters

    @property
    def strength(self) -> float:
        """The more contrast and the more letters, the better a channel shows the row."""
        return self.contrast * (self.box[2] - self.box[0])

    @property
    def is_printed(self) -> bool:
        """Whether it is no print of the other side."""
        steps = np.abs(cv2.Sobel(self.levels.astype(np.float32), cv2.CV_32F, 1, 0, ksize=3)) / 4
        return self.contrast >= _CONTRAST or float(np.percentile(steps, 98)) >= _SHARP * self.contrast

    @property
    def is_unseen(self) -> bool:
        """Whether its letters are as light as their ground in grey."""
        dark = self.levels < sum(self.range) / 2
        if not dark.any() or dark.all():
            return False
        return abs(float(np.median(self.gray[dark])) - float(np.median(self.gray[~dark]))) < _SHOWN

    def in_grey(self) -> Gray:
        """Its letters as strong print on the ground that grey has there."""
        (letters, ground), level = self.range, float(np.median(self.gray))
        inked = (ground - self.levels.astype(np.float32)) / max(1.0, ground - letters)
        printed = _DARK if level >= _DARK_GROUND else _LIGHT
        return (level + inked * (printed - level)).clip(0, 255).astype(np.uint8)


def _planes(gray: Gray, pixels: Pixels) -> Iterator[Gray]:
    """Pictures of the page in which letters may be dark that ``gray`` does not show."""
    weakest, strongest = gray, gray
    channels = cv2.split(pixels)
    for channel in channels:
        weakest = cv2.min(weakest, channel).astype(np.uint8)
        strongest = cv2.max(strongest, channel).astype(np.uint8)
    yield weakest
    coloured = cv2.subtract(strongest[::_SAMPLE, ::_SAMPLE], weakest[::_SAMPLE, ::_SAMPLE]) > _COLOURED
    if np.count_nonzero(coloured) >= _COLOURS * coloured.size:
        for channel in channels:
            yield channel.astype(np.uint8)
            yield cv2.bitwise_not(channel).astype(np.uint8)


def _shown_letters(half: Gray, dpi: int) -> Gray:
    """What is of a letter's size, dark or light, at the half; without the edges of areas."""
    least, most = (size * TEN_POINTS_IN * dpi for size in _LETTERS)
    shown = np.zeros_like(half)
    for picture in (half, cv2.bitwise_not(half).astype(np.uint8)):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(_darker(picture, _INK))
        sides = np.maximum(stats[:, 2], stats[:, 3])
        letters = (sides >= least) & (sides <= most)
        letters[0] = False
        shown |= letters[labels].astype(np.uint8)
    return cv2.dilate(shown, np.ones((3, 3), np.uint8)).astype(np.uint8)


def _pale_rows(plane: Gray, gray: Gray, shown: Gray, dpi: int) -> list[_Row]:
    """The rows of dark letters in ``plane`` that are not ``shown``."""
    pale = _darker(_halved(plane), _PALE)
    if np.count_nonzero((pale > 0) & (shown == 0)) < _LEAST:
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pale)
    seen: npt.NDArray[np.bool_] = np.zeros(len(stats), bool)
    seen[np.unique(labels[shown > 0])] = True
    own = stats[1:][~seen[1:]].astype(np.int32)
    half_dpi = dpi // _STEP
    pieces = letters_of(own, TEN_POINTS_IN * half_dpi, half_dpi)
    if not len(pieces.boxes):
        return []
    areas = text_rows(pieces, np.ones(len(pieces.boxes), bool), (pale.shape[0], pale.shape[1]))
    boxes = [_on_page(area.box, plane) for area in areas]
    rows = [_Row((x0, y0, x1, y1), plane[y0:y1, x0:x1], gray[y0:y1, x0:x1]) for x0, y0, x1, y1 in boxes]
    return [row for row in rows if row.is_unseen and row.is_printed]


def _halved(gray: Gray) -> Gray:
    return cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _darker(gray: Gray, by: int) -> Gray:
    mean, inverted = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    return cv2.adaptiveThreshold(gray, 255, mean, inverted, _WINDOW, by).astype(np.uint8)


def _on_page(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    x0, y0, x1, y1 = (side * _STEP for side in box)
    return max(0, x0 - _PAD), max(0, y0 - _PAD), min(width, x1 + _PAD), min(height, y1 + _PAD)
