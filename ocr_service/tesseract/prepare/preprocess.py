"""Uneven illumination and paper grain taken off a scan: the shade of a book's spine, a photograph's dark corner.

Tesseract parts ink from paper at one level for the whole page: a page of little text and some shade, or coarse grain,
loses its words.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.components import components
from ocr_service.geometry.font_metrics import X_HEIGHT
from ocr_service.geometry.letter_height import SMALL_TYPE, x_height_of
from ocr_service.tesseract.prepare.filled_areas import filled_areas

_TILE = 64  # pixels: higher than a line of text with its white, or a table's dark head
_STEP = 4  # every fourth pixel of a tile tells its paper
# Of the page's paper: what is lighter is paper; so much lighter where light type stands on a coloured ground.
_LIT, _LIT_BY_TYPE = 0.6, 0.85
_LIGHTER, _FLAT, _TILES = 0.15, 0.05, 3  # of the paper: type off a ground, what varies of that; tiles of a heading
_SHADED, _STEP_DOWN = 0.2, 0.8  # of the page's paper, and of the paper beside it: what is darker is a picture, no shade
_LEAST_FILLED, _AT_ONCE = 12, 0.6  # tiles of a ground of a colour; of them that are flat, and of those beside it
_AROUND = 3.0  # tiles around a picture from which the light on it is taken
_BESIDE = 12  # pixels above and below an area that one colour fills
_PALE = 0.8  # of the paper's level: what is lighter is paper
# Levels of the ground of a dark page at most, and of text off it; how much more of it is lighter than darker.
_DARK_GROUND, _OFF_GROUND, _LIGHT_TEXT = 100.0, 40.0, 4.0
_COARSE = 9.0  # grey levels of standard deviation; clean scans have 1 to 7
_WHITE = 0.88  # of the paper's level: from there on white
_EVEN = 0.08  # of the paper's level, from the lightest to the darkest part


def framed(crop: Gray, pad: int) -> Gray:
    """``crop`` with ``pad`` pixels of its paper's colour around it."""
    paper = int(np.percentile(crop, 90))
    return cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper).astype(np.uint8)


def is_light_on_dark(gray: Gray) -> bool:
    """Whether light text stands on a dark page; a dim photograph of a page has dark text."""
    sample = gray[::_STEP, ::_STEP]
    ground = float(np.median(sample))
    if ground >= _DARK_GROUND:
        return False
    lighter, darker = (
        np.count_nonzero(where) for where in (sample > ground + _OFF_GROUND, sample < ground - _OFF_GROUND)
    )
    return bool(lighter > _LIGHT_TEXT * darker)


def dark_on_light(gray: Gray) -> Gray:
    """``gray`` inverted where light text stands on a dark page."""
    return cv2.bitwise_not(gray).astype(np.uint8) if is_light_on_dark(gray) else gray


def with_even_illumination(gray: Gray, dpi: int) -> Gray:
    """``gray`` with its paper equally bright all over; the same page where it is so already.

    An area that one colour fills, as the row of a table, tells nothing of the light on it.
    """
    height, width = gray.shape
    if min(height, width) < 3 * _TILE:
        return gray
    paper, light = _illumination(gray)
    if _is_even(light, paper):
        return gray
    filled = [area.box for area in filled_areas(gray, dpi) if not area.dark or area.box[3] - area.box[1] < dpi]
    if filled:
        paper, light = _illumination(_as_around(gray, filled))
        if _is_even(light, paper):
            return gray
    shade = cv2.resize((light / paper).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(gray.astype(np.float32), shade).clip(0, 255).astype(np.uint8)


def _illumination(gray: Gray) -> tuple[float, npt.NDArray[np.float32]]:
    """The level of a page's paper, and that which it has in each of its tiles by the light on them."""
    rows, columns = (side // _TILE for side in gray.shape)
    samples = gray[: rows * _TILE : _STEP, : columns * _TILE : _STEP]
    side = _TILE // _STEP
    tiles = samples.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, side * side)
    ranks = [int(share * side * side) for share in (0.1, 0.5, 0.85)]
    dark, middle, levels = np.moveaxis(np.partition(tiles, ranks, axis=2)[:, :, ranks], 2, 0)
    calm = cv2.medianBlur(np.ascontiguousarray(levels), 3).astype(np.uint8)
    paper = float(np.percentile(calm, 90))
    flat = middle - dark < _FLAT * paper
    light_type = (levels - middle > _LIGHTER * paper) & flat & (middle >= _LIT * paper)
    lit = _LIT_BY_TYPE if np.count_nonzero(light_type) >= _TILES else _LIT
    return paper, cv2.GaussianBlur(_without_pictures(calm, middle, flat, paper, lit), (0, 0), 1.0).astype(np.float32)


def _is_even(light: npt.NDArray[np.float32], paper: float) -> bool:
    return float(light.max() - light.min()) < _EVEN * paper


def _as_around(gray: Gray, boxes: list[Box]) -> Gray:
    """``gray`` with ``boxes`` as light as what is beside them."""
    left = gray.copy()
    for x0, y0, x1, y1 in boxes:
        around = gray[max(0, y0 - _BESIDE) : y1 + _BESIDE, max(0, x0 - _BESIDE) : x1 + _BESIDE]
        rows = np.concatenate([around[:_BESIDE].ravel(), around[-_BESIDE:].ravel()])
        left[y0:y1, x0:x1] = np.percentile(rows, 85)
    return left


def _without_pictures(
    levels: Gray, middle: Gray, flat: npt.NDArray[np.bool_], paper: float, least: float
) -> npt.NDArray[np.float32]:
    """``levels`` of a page's tiles with those of the paper around in place of pictures.

    A shade deepens from tile to tile, a picture begins at once. ``middle``: the tiles' medians; ``flat``: those without
    darker parts. ``least``: of the paper's level, what is paper.
    """
    shade = levels.astype(np.float32)
    lit, white = levels >= least * paper, levels >= _LIT_BY_TYPE * paper
    lit = _beside_paper(lit, white)
    lit &= ~_boxes_on_dark(lit, white & (middle >= _STEP_DOWN * paper), middle)
    while not lit.all():
        beside = cv2.dilate(np.where(lit, shade, 0.0).astype(np.float32), np.ones((3, 3), np.uint8))
        more = ~lit & (beside > 0) & (shade >= _STEP_DOWN * beside) & (shade >= _SHADED * paper)
        if not more.any():
            break
        lit |= more
    lit &= ~_begins_at_once(middle, flat, white & (middle >= _STEP_DOWN * paper))
    return shade if lit.all() else _from_around(shade, lit, paper)


def _from_around(shade: npt.NDArray[np.float32], lit: npt.NDArray[np.bool_], paper: float) -> npt.NDArray[np.float32]:
    """``shade`` with the level of the ``lit`` tiles around in all others."""
    weight = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), _AROUND)
    around = cv2.GaussianBlur(np.where(lit, shade, 0.0).astype(np.float32), (0, 0), _AROUND)
    known = weight > 0.01
    return np.where(lit, shade, np.where(known, around / np.maximum(weight, 0.01), paper)).astype(np.float32)


def _begins_at_once(middle: Gray, flat: npt.NDArray[np.bool_], white: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tiles of a ground whose colour runs into another, as of a sidebar: it begins at once beside most ``white`` paper.

    ``middle``: the tiles' medians, which letters do not change; ``flat``: tiles that are no part of a photograph.
    """
    filled = np.zeros_like(white)
    count, labels = components((~white).astype(np.uint8))
    for label in range(1, count):
        own = labels == label
        beside = cv2.dilate(np.where(own, middle, 0).astype(np.uint8), np.ones((3, 3), np.uint8))
        border = white & (beside > 0)
        steps = np.count_nonzero(border & (beside < _STEP_DOWN * middle))
        calm = np.count_nonzero(own & flat) > _AT_ONCE * np.count_nonzero(own) >= _AT_ONCE * _LEAST_FILLED
        if calm and steps > _AT_ONCE * np.count_nonzero(border):
            filled |= own
    return filled


def without_paper_grain(gray: Gray) -> Gray:
    """``gray`` with the grain of its paper made white, where it is coarse: with little text it outweighs the ink."""
    sample = gray[::_STEP, ::_STEP]
    paper = float(np.percentile(sample, 60))
    light = sample[sample > _PALE * paper].astype(np.float32)
    grain = 1.48 * float(np.median(np.abs(light - np.median(light)))) if light.size else 0.0
    if grain < _COARSE:
        return gray
    levels = np.minimum(255.0, np.arange(256) * 255.0 / (_WHITE * paper)).astype(np.uint8)
    return cv2.LUT(gray, levels).astype(np.uint8)


def _beside_paper(lit: npt.NDArray[np.bool_], white: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """``lit`` without the places that are cut off from ``white`` paper: a light box on a dark slide is in no shade."""
    if (lit == white).all():
        return lit
    _, labels = components(lit.astype(np.uint8))
    beside: npt.NDArray[np.bool_] = lit & np.isin(labels, np.unique(labels[white & lit]))
    return beside


def _boxes_on_dark(lit: npt.NDArray[np.bool_], paper: npt.NDArray[np.bool_], middle: Gray) -> npt.NDArray[np.bool_]:
    """Tiles of ``lit`` in coloured boxes on a dark slide: ``paper`` beside them is lighter at once.

    Their light letters may be as white as it is, but not their ``middle``. A shade reaches the page's edge, or paper in
    which it begins.
    """
    boxes, inner = np.zeros_like(lit), lit & ~paper
    if lit.all() or not inner.any():
        return boxes
    count, labels = components(inner.astype(np.uint8))
    at_edge = {*labels[0].tolist(), *labels[-1].tolist(), *labels[:, 0].tolist(), *labels[:, -1].tolist()}
    for label in set(range(1, count)) - at_edge:
        box = labels == label
        beside = cv2.dilate(np.where(box, middle, 0).astype(np.uint8), np.ones((3, 3), np.uint8))
        around = (beside > 0) & ~box
        if (around & ~lit).any() and (beside < _STEP_DOWN * middle)[around & paper].all():
            boxes |= box
    return boxes


# Up to which dpi a page is enlarged, and how much. Of a blurred page at 110 dpi in two columns 22 % of the characters
# were wrong, enlarged 3 %, twice as large 5 %; of a table's 386 numbers at 150 dpi 55, enlarged 2, in no more time.
_COARSE_DPI = ((130, 1.5), (160, 4 / 3))
_LARGE = 12_000_000  # pixels: an A3 page at 250 dpi; what is smaller is read as it is
# An A1 sheet at 200 dpi. More costs a gigabyte and 10 s even where nothing is written: only small print gets it.
_MOST = 32_000_000
# Tesseract reads best at an x-height of 20 px and more (its FAQ); type of half the size can still be read there.
_X_HEIGHT, _LEAST_X_HEIGHT = 20.0, 12.0
_LEAST_DPI = 70  # Tesseract's own
_TEN_POINTS_X_HEIGHT_IN = 10 / 72 * X_HEIGHT


def rescaling(gray: Gray, dpi: int) -> tuple[float, int]:
    """The factor to scale a page by for reading, and the dpi that its type then speaks for.

    A large page is made smaller: the smallest tenth of its letters decides, so that the small print below a headline
    stays readable. A coarse one is made larger: Tesseract gives its words boxes that reach into the lines above and
    below, and loses points.
    """
    pixels = gray.shape[0] * gray.shape[1]
    for coarse, larger in _COARSE_DPI:
        if dpi <= coarse and pixels <= _LARGE / larger**2:
            return larger, round(dpi * larger)
    if pixels <= _LARGE:
        return 1.0, dpi
    least = math.sqrt(_LARGE / 4 / pixels)
    most = min(1.0, math.sqrt(_MOST / pixels))
    x_height = x_height_of(gray, SMALL_TYPE)
    if x_height is None:
        return most, max(_LEAST_DPI, round(dpi * most))
    if _X_HEIGHT / x_height < most:
        scale = max(least, _X_HEIGHT / x_height)
        return scale, max(_LEAST_DPI, round(x_height * scale / _TEN_POINTS_X_HEIGHT_IN))
    scale = min(1.0, max(most, _LEAST_X_HEIGHT / x_height))
    return scale, max(_LEAST_DPI, round(dpi * scale))
