"""The rules of a page: level ones may be bars of fractions and roots, or sides of frames."""

from __future__ import annotations

import ctypes

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import Pixels
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.page.glyphs import Floats
from ocr_service.text_layer.page.space import ToPixels

_THICKEST_PT, _SHORTEST_PT = 2.0, 1.5
_MOST = 8_000
_CORNER = 3.0  # pixels between the ends of two rules of a frame
_DRAWN = (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE)
_SEEN = 28  # of 255, as for text


def thin_rules(page: pdfium.PdfPage, to_pixels: ToPixels) -> Floats:
    """Boxes of thin paths and images of the page itself, in pixels: n x 4. Those in form XObjects are left out.

    dvips draws rules as images of one pixel (``imagemask``), and Ghostscript keeps them as such.
    """
    sides = [ctypes.c_float() for _ in range(4)]
    found: list[tuple[float, float, float, float]] = []
    for index in range(pdfium_c.FPDFPage_CountObjects(page.raw)):
        handle = pdfium_c.FPDFPage_GetObject(page.raw, index)
        if not handle or pdfium_c.FPDFPageObj_GetType(handle) not in _DRAWN:
            continue
        if not pdfium_c.FPDFPageObj_GetBounds(handle, *sides):
            continue
        left, bottom, right, top = (side.value for side in sides)
        thick, long = sorted((top - bottom, right - left))
        if thick <= _THICKEST_PT and long >= max(_SHORTEST_PT, 2 * thick):
            found.append((left, bottom, right, top))
        if len(found) > _MOST:
            break
    return to_pixels.boxes(np.array(found, float).reshape(-1, 4))


def seen_bars(boxes: Floats, ground: Pixels) -> list[Bar]:
    """The level rules that can be seen on the picture without its text; ``boxes``: all thin ones."""
    height, width = ground.shape[:2]
    level = boxes[:, 2] - boxes[:, 0] > boxes[:, 3] - boxes[:, 1]
    upright = boxes[~level]
    bars = []
    for x0, y0, x1, y1 in boxes[level].tolist():
        left, right = max(0, round(x0) + 1), min(width, round(x1) - 1)
        top, bottom = max(0, int(y0) - 3), min(height, int(y1) + 4)
        if right - left < 1 or bottom - top < 3:
            continue
        rows = ground[top:bottom, left:right].astype(np.int16).mean(axis=(1, 2))
        if float(rows.max() - rows.min()) >= _SEEN:
            bars.append(Bar(x0, x1, y0, y1, _is_boxed((x0, y0, x1, y1), upright)))
    return bars


def _is_boxed(bar: tuple[float, float, float, float], upright: Floats) -> bool:
    """Whether upright rules stand at both ends of a level one."""
    x0, y0, x1, y1 = bar
    level = upright[(upright[:, 1] < y1 + _CORNER) & (upright[:, 3] > y0 - _CORNER)]
    at_end = [(level[:, 0] < x + _CORNER) & (level[:, 2] > x - _CORNER) for x in (x0, x1)]
    return bool(at_end[0].any() and at_end[1].any())
