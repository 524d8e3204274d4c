"""Uneven light and grain taken off a scan: the shade of a book's spine, a photograph's dark corner.

Tesseract parts ink from paper at one level for the whole page: a page of little text and some shade, or coarse grain,
loses its words.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr_service.document import Gray

_TILE = 64  # pixels: higher than a line of text with its white, or a table's dark head
_STEP = 4  # every fourth pixel of a tile tells its paper
_DARK = 0.6  # of the page's paper: what is darker is a picture, not paper in the shade
_PALE = 0.8  # of the paper's level: what is lighter is paper
_COARSE = 9.0  # grey levels of standard deviation; clean scans have 1 to 7
_WHITE = 0.88  # of the paper's level: from there on white
_EVEN = 0.08  # of the paper's level, from the lightest to the darkest part


def even_light(gray: Gray) -> Gray:
    """``gray`` with its paper equally bright all over; the same page where it is so already."""
    height, width = gray.shape
    rows, columns = height // _TILE, width // _TILE
    if rows < 3 or columns < 3:
        return gray
    samples = gray[: rows * _TILE : _STEP, : columns * _TILE : _STEP]
    side = _TILE // _STEP
    tiles = samples.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, side * side)
    levels = np.partition(tiles, int(0.85 * side * side), axis=2)[:, :, int(0.85 * side * side)]
    calm = cv2.medianBlur(np.ascontiguousarray(levels), 3)
    paper = float(np.percentile(calm, 90))
    filled = np.where(calm < _DARK * paper, paper, calm).astype(np.float32)
    light = cv2.GaussianBlur(filled, (0, 0), 1.0)
    if float(light.max() - light.min()) < _EVEN * paper:
        return gray
    shade = cv2.resize((light / paper).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(gray.astype(np.float32), shade).clip(0, 255).astype(np.uint8)


def without_grain(gray: Gray) -> Gray:
    """``gray`` with the grain of its paper made white, where it is coarse: with little text it outweighs the ink."""
    sample = gray[::_STEP, ::_STEP]
    paper = float(np.percentile(sample, 60))
    light = sample[sample > _PALE * paper].astype(np.float32)
    grain = 1.48 * float(np.median(np.abs(light - np.median(light)))) if light.size else 0.0
    if grain < _COARSE:
        return gray
    levels = np.minimum(255.0, np.arange(256) * 255.0 / (_WHITE * paper)).astype(np.uint8)
    return cv2.LUT(gray, levels).astype(np.uint8)
