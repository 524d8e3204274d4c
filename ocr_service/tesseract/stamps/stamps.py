"""Stamps, signatures and watermarks that lie over dark text: parted from it, so that either is read without the other.

What is found is ink that is coloured, or paler than the text's, in strokes larger than letters which cross the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.components import components_with_stats
from ocr_service.tesseract.prepare.preprocess import dark_on_light, is_light_on_dark, with_even_illumination
from ocr_service.tesseract.stamps.bars import Mask, without_bars
from ocr_service.tesseract.stamps.outlines import Outline, as_ink, outlines, square

_STEP = 2  # stamps are looked for at half the size
_COLOURED = 45  # levels between the strongest and the weakest channel
_TINT = 0.8  # of the paper's level: a paler colour is that of a cell or of a marker, which hides no text
_HUE_STEP, _HUE_GAP = 6, 0.03  # of 180, and of the commonest hue's pixels: hues of two inks have a gap between them
_DARK = 110  # of the strongest channel, below which ink is black
# Of the paper's level. A stamp is darker than the first, the text darker than the second; where a stamp's strokes are
# so broad that they cannot be thin places of letters, the text need only be darker than the third, if the page's is.
_PALE, _TEXT, _BLACK = 0.8, 0.36, 0.26
_BROAD = 3  # pixels
_BLACKER = 1.0  # times as much ink is darker than the third than there is of the paler one
_PRESENT = 0.0005  # of the page: less such ink than in any stamp

_CROSSED_BY = 0.03  # inches: the width of a text's strokes
_LETTER = 0.06  # inches: of a stamp's own text, the least height
# Inches. What is larger on both sides is a drawing, whose labels stay: pieces lower than the second.
_DRAWING, _LABEL = 2.5, 0.25
_UNDER = 0.6  # of a stamp's level: what is darker is text under it
_WHITE = 0.8  # of a stamp's level: from there on it is paper


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp's place on the page, and its ink alone (dark on 255), as large as ``box``."""

    box: Box
    picture: Gray


def without_stamps(pixels: Pixels, dpi: int) -> tuple[Gray, tuple[Stamp, ...]]:
    """The page in grey, its text dark, without the stamps that lie over it, and those: coloured, then grey ones."""
    plain = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    gray = with_even_illumination(dark_on_light(plain), dpi)
    if is_light_on_dark(plain):  # nobody stamps on black
        return gray, ()
    coloured = _without_coloured(gray, pixels, dpi)
    pale = _without_pale(gray, dpi)
    return gray, tuple(stamp for stamp in (*coloured, *pale) if (stamp.picture < 255).any())


def _without_coloured(gray: Gray, pixels: Pixels, dpi: int) -> list[Stamp]:
    """The coloured stamps, whose ink is taken from ``gray``."""
    half = _halved(pixels)
    strongest, weakest = _strongest(half), _weakest(half)
    paper = float(np.percentile(gray[::8, ::8], 80))
    colour = (strongest - weakest > _COLOURED) & (_halved(gray) < _TINT * paper)
    if np.count_nonzero(colour) < _PRESENT * colour.size:
        return []
    stamps = []
    dark = as_ink(~colour & (strongest < _DARK))
    for hues in _hue_groups(half, colour):
        for outline in outlines(as_ink(hues[_hue(half)] & colour & (strongest >= _DARK)), dark, dpi / _STEP):
            box, inside = _on_page(outline, gray.shape)
            part = _part(box)
            # In the channel that lets most light through a stamp is pale, and black is as black as it was.
            light, weak = _strongest(pixels[part]), _weakest(pixels[part])
            coloured = inside & (light - weak > _COLOURED)
            own = coloured & (light >= _DARK) & hues[_hue(pixels[part])]
            if _is_drawing(box, dpi):
                own &= _no_labels(as_ink(own), round(_LABEL * dpi))
            own = without_bars(own, gray[part], dpi)
            stamps.append(Stamp(box, _picture(weak, own, light < _DARK, dpi)))
            gray[part] = _cleared(gray[part], light, own | (coloured & (light < _DARK)), own)
    return stamps


def _hue_groups(pixels: Pixels, colour: Mask) -> Iterator[Mask]:
    """For each colour of ink its hues (of OpenCV's 0 to 179). Those between two colours are the nearer one's."""
    counts = np.bincount(_hue(pixels)[colour] // _HUE_STEP, minlength=180 // _HUE_STEP)
    used = np.flatnonzero(counts > _HUE_GAP * counts.max())
    gaps = np.flatnonzero(np.diff(used, append=used[0] + len(counts)) > 1)
    inks = np.split(np.roll(used, -(gaps[0] + 1)), gaps[1:] - gaps[0]) if len(gaps) else [used]
    places = np.arange(len(counts))
    far = [np.min(_apart(places[:, None], ink[None, :], len(counts)), axis=1) for ink in inks]
    nearest = np.argmin(far, axis=0)
    for ink in range(len(inks)):
        yield np.repeat(nearest == ink, _HUE_STEP)


def _apart(a: npt.NDArray[np.intp], b: npt.NDArray[np.intp], whole: int) -> npt.NDArray[np.intp]:
    """How far places on a circle of ``whole`` steps lie apart."""
    straight = np.abs(a - b)
    shorter: npt.NDArray[np.intp] = np.minimum(straight, whole - straight)
    return shorter


def _without_pale(gray: Gray, dpi: int) -> list[Stamp]:
    """The same for stamps in grey, and for coloured ones on a page that was scanned in grey."""
    paper = float(np.percentile(gray[::8, ::8], 80))
    pale, darker = _paler_than(_TEXT, gray, paper), _paler_than(_BLACK, gray, paper)
    black = cv2.inRange(gray, 0, _BLACK * paper).astype(np.uint8)
    if cv2.countNonZero(black) > _BLACKER * cv2.countNonZero(darker):
        pale = cv2.bitwise_or(pale, cv2.morphologyEx(darker, cv2.MORPH_OPEN, square(_BROAD))).astype(np.uint8)
    strokes = as_ink(_halved(pale) > 127)
    if cv2.countNonZero(strokes) < _PRESENT * strokes.size:
        return []
    stamps = []
    for outline in outlines(strokes, as_ink(_halved(black) > 127), dpi / _STEP):
        box, inside = _on_page(outline, gray.shape)
        part = _part(box)
        if _is_drawing(box, dpi):
            own = inside & _no_labels(darker[part], round(_LABEL * dpi))
        else:
            own = inside & _at_least(darker[part], round(_LETTER * dpi))
        own = without_bars(own, gray[part], dpi)
        stamps.append(Stamp(box, _picture(gray[part], own, black[part] > 0, dpi)))
        gray[part] = _cleared(gray[part], gray[part], own, own)
    return stamps


def _paler_than(text: float, gray: Gray, paper: float) -> Gray:
    """What is paler than ``text``, of the paper's level, but no edge of something as dark as that: edges are pale."""
    dark = cv2.inRange(gray, 0, text * paper)
    pale = cv2.inRange(gray, text * paper, _PALE * paper)
    return cv2.subtract(pale, cv2.dilate(dark, np.ones((3, 3), np.uint8))).astype(np.uint8)


def _at_least(ink: Gray, least: int) -> Mask:
    """Where connected pieces of ``ink`` are at least so large: thin places of the text's letters are left out."""
    _, labels, stats, _ = components_with_stats(cv2.dilate(ink, np.ones((3, 3), np.uint8)))
    large = np.maximum(stats[:, 2], stats[:, 3]) >= least
    large[0] = False
    strokes: Mask = large[labels] & (ink > 0)
    return strokes


def _picture(gray: Gray, own: Mask, text: Mask, dpi: int) -> Gray:
    """The stamp's ``own`` ink alone, with the gaps closed where ``text`` crosses it."""
    ink = as_ink(own)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, square(_CROSSED_BY * dpi)) > 0
    level = np.uint8(np.median(gray[own])) if own.any() else np.uint8(0)
    return np.where(own, gray, np.where(closed & text, level, 255)).astype(np.uint8)


def _is_drawing(box: Box, dpi: int) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) > _DRAWING * dpi


def _no_labels(ink: Gray, least: int) -> Mask:
    """Where connected pieces of ``ink`` are wider and higher than that: a label's letters may touch."""
    _, labels, stats, _ = components_with_stats(ink)
    large = np.minimum(stats[:, 2], stats[:, 3]) >= least
    large[0] = False
    strokes: Mask = large[labels] & (ink > 0)
    return strokes


def _cleared(
    gray: Gray,
    light: Gray,
    covered: Mask,
    own: Mask,
) -> Gray:
    """``gray`` with what is ``covered`` by a stamp brightened until the stamp's ``own`` ink is paper.

    ``light``: the same in the channel that shows the stamp's ink palest.
    """
    paper = float(np.percentile(gray, 90))
    if not own.any():
        return gray
    level = float(np.median(light[own]))
    white = _WHITE * level
    # Ink that lies over the text makes it pale.
    under = light[covered & (light < _UNDER * level)]
    black = min(float(np.percentile(under, 10)), white / 2) if under.size else 0.0
    around = cv2.dilate(as_ink(covered), np.ones((3, 3), np.uint8)) > 0
    bright = (light.astype(np.float32) - black) * (paper / (white - black))
    return np.where(around, bright.clip(0, paper), gray).astype(np.uint8)


def _on_page(outline: Outline, shape: tuple[int, ...]) -> tuple[Box, Mask]:
    """The box on a page of this ``shape`` of an outline from its half, and where in it the stamp is."""
    x0, y0, x1, y1 = (side * _STEP for side in outline.box)
    box = (x0, y0, min(x1, shape[1]), min(y1, shape[0]))
    size = (box[2] - x0, box[3] - y0)
    return box, cv2.resize(outline.area, size, interpolation=cv2.INTER_NEAREST) > 0


def _part(box: Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = box
    return np.s_[y0:y1, x0:x1]


def _halved(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = (side // _STEP * _STEP for side in image.shape[:2])
    size = (width // _STEP, height // _STEP)
    return cv2.resize(image[:height, :width], size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _strongest(pixels: Pixels) -> Gray:
    """Each pixel's strongest channel. (NumPy's ``max`` over the last axis takes ten times as long.)"""
    red, green, blue = cv2.split(pixels)
    return cv2.max(cv2.max(red, green), blue).astype(np.uint8)


def _weakest(pixels: Pixels) -> Gray:
    red, green, blue = cv2.split(pixels)
    return cv2.min(cv2.min(red, green), blue).astype(np.uint8)


def _hue(pixels: Pixels) -> Gray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[..., 0].astype(np.uint8)
