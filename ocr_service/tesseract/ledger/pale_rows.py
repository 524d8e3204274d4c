"""Rows of letters that the page's grey does not show: made dark, or light on a dark ground, so that they are read.

They are too pale for the sheet's ink, or of a colour as light as what is around them, as red on green is: one of the
colour's channels shows them. The other side of a sheet that shines through is paler than these, and blurred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.components import components_with_stats
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
_COLOUR_CONTRAST = 60.0  # levels in one channel; of the other side's print on brown paper it is up to 50
_CONTRAST, _SHARP = 25.0, 0.85  # levels; the steepest edge of what is paler, as a part of its contrast a pixel
_PAD = 3  # pixels of a row's edge
_DARK, _LIGHT, _DARK_GROUND = 40.0, 215.0, 128.0  # the levels that the darkest of a row gets, and on which ground


def with_pale_rows(gray: Gray, pixels: Pixels, dpi: int, stamps: Sequence[Box] = ()) -> Gray:
    """``gray`` with such rows. ``pixels``: the same page in colour; ``stamps``: where ink was taken from it."""
    if is_light_on_dark(gray):
        return gray
    rows = [*_pale_rows(gray, pixels, dpi), *_coloured_rows(gray, pixels, dpi)]
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
    """A row's box on the page, its dark letters as a channel shows them, and what grey has there.

    ``ground``: the level that its ground gets.
    """

    box: Box
    levels: Gray
    gray: Gray
    ground: float

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
        """Its letters as strong print on its ground."""
        letters, ground = self.range
        inked = (ground - self.levels.astype(np.float32)) / max(1.0, ground - letters)
        printed = _DARK if self.ground >= _DARK_GROUND else _LIGHT
        return (self.ground + inked * (printed - self.ground)).clip(0, 255).astype(np.uint8)


def _pale_rows(gray: Gray, pixels: Pixels, dpi: int) -> list[_Row]:
    """Rows that are paler than the sheet's ink, or as light as paper in grey but not in their weakest channel."""
    weakest = cv2.min(_weakest(pixels), gray).astype(np.uint8)
    ink = cv2.dilate(_darker(_halved(gray), _INK), np.ones((3, 3), np.uint8)).astype(np.uint8)
    rows = _rows_of(weakest, gray, ink, dpi)
    return [replace(row, ground=row.range[1]) for row in rows if row.is_printed]


def _coloured_rows(gray: Gray, pixels: Pixels, dpi: int) -> list[_Row]:
    """Rows that have the grey of their ground and another colour: each channel is looked at, and its negative."""
    sample = pixels[::_SAMPLE, ::_SAMPLE]
    coloured = sample.max(axis=2) - sample.min(axis=2) > _COLOURED
    if np.count_nonzero(coloured) < _COLOURS * coloured.size:
        return []
    shown = _shown_letters(_halved(gray), dpi // _STEP)
    planes = [plane.astype(np.uint8) for channel in cv2.split(pixels) for plane in (channel, cv2.bitwise_not(channel))]
    rows = [row for plane in planes for row in _rows_of(plane, gray, shown, dpi)]
    return [row for row in rows if row.is_unseen and row.contrast >= _COLOUR_CONTRAST]


def _weakest(pixels: Pixels) -> Gray:
    return cv2.min(cv2.min(pixels[:, :, 0], pixels[:, :, 1]), pixels[:, :, 2]).astype(np.uint8)


def _shown_letters(half: Gray, dpi: int) -> Gray:
    """What is of a letter's size, dark or light, at the half; without the edges of areas."""
    least, most = (size * TEN_POINTS_IN * dpi for size in _LETTERS)
    shown = np.zeros_like(half)
    for picture in (half, cv2.bitwise_not(half).astype(np.uint8)):
        _, labels, stats, _ = components_with_stats(_darker(picture, _INK))
        sides = np.maximum(stats[:, 2], stats[:, 3])
        letters = (sides >= least) & (sides <= most)
        letters[0] = False
        shown |= letters[labels].astype(np.uint8)
    return cv2.dilate(shown, np.ones((3, 3), np.uint8)).astype(np.uint8)


def _rows_of(plane: Gray, gray: Gray, shown: Gray, dpi: int) -> list[_Row]:
    """The rows of dark letters in ``plane`` where nothing is ``shown`` at the half."""
    pale = _darker(_halved(plane), _PALE)
    if np.count_nonzero((pale > 0) & (shown == 0)) < _LEAST:
        return []
    _, labels, stats, _ = components_with_stats(pale)
    seen: npt.NDArray[np.bool_] = np.zeros(len(stats), bool)
    seen[np.unique(labels[shown > 0])] = True
    own = stats[1:][~seen[1:]].astype(np.int32)
    half_dpi = dpi // _STEP
    pieces = letters_of(own, TEN_POINTS_IN * half_dpi, half_dpi)
    if not len(pieces.boxes):
        return []
    areas = text_rows(pieces, np.ones(len(pieces.boxes), bool), (pale.shape[0], pale.shape[1]))
    boxes = [_on_page(area.box, plane) for area in areas]
    free = [b for b in boxes if not shown[b[1] // _STEP : b[3] // _STEP, b[0] // _STEP : b[2] // _STEP].any()]
    return [_row((x0, y0, x1, y1), plane, gray) for x0, y0, x1, y1 in free]


def _row(box: Box, plane: Gray, gray: Gray) -> _Row:
    x0, y0, x1, y1 = box
    here = gray[y0:y1, x0:x1]
    return _Row(box, plane[y0:y1, x0:x1], here, float(np.median(here)))


def _halved(gray: Gray) -> Gray:
    return cv2.resize(gray, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _darker(gray: Gray, by: int) -> Gray:
    mean, inverted = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    return cv2.adaptiveThreshold(gray, 255, mean, inverted, _WINDOW, by).astype(np.uint8)


def _on_page(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    x0, y0, x1, y1 = (side * _STEP for side in box)
    return max(0, x0 - _PAD), max(0, y0 - _PAD), min(width, x1 + _PAD), min(height, y1 + _PAD)
