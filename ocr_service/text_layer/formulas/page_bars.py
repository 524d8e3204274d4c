"""The level rules of a page that may be parts of formulas: bars of fractions and roots."""

from __future__ import annotations

import ctypes

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import Pixels
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.glyphs import Floats
from ocr_service.text_layer.page_space import ToPixels

_THICKEST_PT, _SHORTEST_PT = 2.0, 1.5
_MOST = 4_000
_DRAWN = (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE)
_SEEN = 28  # of 255, as for text


def level_rules(page: pdfium.PdfPage, to_pixels: ToPixels) -> Floats:
    """Boxes of thin level paths and images of the page itself, in pixels: n x 4. Those in form XObjects are left out.

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
        if top - bottom <= _THICKEST_PT and right - left >= max(_SHORTEST_PT, 2 * (top - bottom)):
            found.append((left, bottom, right, top))
        if len(found) > _MOST:
            break
    return to_pixels.boxes(np.array(found, float).reshape(-1, 4))


def seen_bars(boxes: Floats, ground: Pixels) -> list[Bar]:
    """The rules that can be seen on the picture without its text."""
    height, width = ground.shape[:2]
    bars = []
    for x0, y0, x1, y1 in boxes.tolist():
        left, right = max(0, round(x0) + 1), min(width, round(x1) - 1)
        top, bottom = max(0, int(y0) - 3), min(height, int(y1) + 4)
        if right - left < 1 or bottom - top < 3:
            continue
        rows = ground[top:bottom, left:right].astype(np.int16).mean(axis=(1, 2))
        if float(rows.max() - rows.min()) >= _SEEN:
            bars.append(Bar(x0, x1, y0, y1))
    return bars
