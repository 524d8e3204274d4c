"""Coloured frames and bars, as pages, heads of tables and windows have: no strokes of a stamp, they stay."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.geometry.components import components
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces, rows_and_members

Mask = npt.NDArray[np.bool_]  # height x width

_BAR_IN = (1.5, 0.12)  # inches: longer and thicker than strokes; its text interrupts a bar, but not all of it
_LIGHTER = 40.0  # grey levels that the letters have more than their ground
_GROUND = 0.5  # of a row's box that is ground
_DARKER = 0.03  # of its box that is darker than the ground by as much: text under a stamp, which parts its gaps
_AROUND = 0.8  # of a row's height, on all sides
# A page's frame fills as little of its box as letters do: its sides are longer and thicker than their strokes.
_FRAME_IN, _SIDE_IN, _SIDES = 4.0, 0.3, 0.5  # inches, and of its ink


def is_frame(own: Mask, dpi: float) -> bool:
    """Whether most of a large piece of ink lies in areas: a frame around the page, with the head of its table."""
    if max(own.shape) < _FRAME_IN * dpi:
        return False
    ink, side = own.astype(np.uint8), round(_SIDE_IN * dpi)
    areas = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return cv2.countNonZero(areas) > _SIDES * cv2.countNonZero(ink)


def without_bars(own: Mask, gray: Gray, dpi: int) -> Mask:
    """``own``, a stamp's ink on ``gray``, without level bars, what hangs on them, and the ground of light letters."""
    return _without_light_rows(_without_long(own, dpi), gray, dpi)


def _without_long(own: Mask, dpi: int) -> Mask:
    if own.shape[1] < _BAR_IN[0] * dpi:
        return own
    ink = own.astype(np.uint8)
    wide, high = (round(side * dpi) for side in _BAR_IN)
    thick = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((high, 1), np.uint8))
    bars = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, wide), np.uint8))
    if not bars.any():
        return own
    _, labels = components(ink)
    left: Mask = own & ~np.isin(labels, np.unique(labels[(bars > 0) & own]))
    return left


def _without_light_rows(own: Mask, gray: Gray, dpi: int) -> Mask:
    holes = np.where(own, 0, 255).astype(np.uint8)
    pieces = letter_pieces(holes, TEN_POINTS_IN * dpi, dpi)
    shape = own.shape[0], own.shape[1]
    left = own
    for row, members in rows_and_members(pieces, np.ones(len(pieces.boxes), bool), shape, short=True):
        x0, y0, x1, y1 = row.box
        ground, levels = own[y0:y1, x0:x1], gray[y0:y1, x0:x1]
        if ground.mean() < _GROUND:
            continue
        level = float(np.median(levels[ground]))
        letters = [
            gray[top:bottom, first:last][~own[top:bottom, first:last]]
            for first, top, last, bottom in pieces.boxes[members].tolist()
        ]
        light = float(np.median(np.concatenate(letters))) >= level + _LIGHTER
        if not light or float(np.mean(levels < level - _LIGHTER)) > _DARKER:
            continue
        edge = round(_AROUND * row.height)
        if left is own:
            left = own.copy()
        left[max(0, y0 - edge) : y1 + edge, max(0, x0 - edge) : x1 + edge] = False
    return left
