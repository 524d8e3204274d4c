"""From a page's own space to pixels of its picture."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.text_layer.page.glyphs import Floats


@dataclass(frozen=True, slots=True)
class ToPixels:
    """The affine map from a page's own space (points) to pixels of its picture."""

    matrix: Floats  # 2 x 3

    @classmethod
    def of(cls, page: pdfium.PdfPage, width: int, height: int) -> ToPixels:
        """As ``FPDF_RenderPageBitmap`` maps the page to ``width`` x ``height`` pixels."""
        fine = 512  # PDFium answers in whole device units
        x, y = ctypes.c_int(), ctypes.c_int()
        points = []
        for px, py in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0)):
            pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, width * fine, height * fine, 0, px, py, x, y)
            points.append((x.value / fine, y.value / fine))
        (ox, oy), (ax, ay), (bx, by) = points
        return cls(np.array([[(ax - ox) / 100, (bx - ox) / 100, ox], [(ay - oy) / 100, (by - oy) / 100, oy]]))

    def points(self, xy: Floats) -> Floats:
        """``xy`` (n x 2) in pixels."""
        return xy @ self.matrix[:, :2].T + self.matrix[:, 2]

    def boxes(self, boxes: Floats) -> Floats:
        """Boxes left, bottom, right, top as x0, y0, x1, y1."""
        if not len(boxes):
            return boxes.reshape(0, 4)
        a, b = self.points(boxes[:, :2]), self.points(boxes[:, 2:])
        return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)

    def vector(self, x: float, y: float) -> tuple[float, float]:
        moved = self.matrix[:, :2] @ np.array([x, y])
        return float(moved[0]), float(moved[1])
