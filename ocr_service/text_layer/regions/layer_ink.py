"""The ink of a page's own text: what is proven counts as read, since the proof shows it."""

from __future__ import annotations

import cv2
import numpy as np

from ocr_service.text_layer.lines.words import pixel_box
from ocr_service.text_layer.page_layer import PageLayer
from ocr_service.text_layer.remainder import gray_of

_INK = 64  # of 255, that text adds to the picture


def text_ink(layer: PageLayer) -> tuple[int, int]:
    """Pixels of the text that is proven, and of that which neither the proof nor OCR reads; the rest is for OCR."""
    if layer.text is None:
        return 0, 0
    text = layer.text > _INK
    lost = np.zeros_like(text)
    height, width = text.shape
    unbuilt = [formula.box for formula in layer.displays if not formula.latex]
    for box in [*unbuilt, *(() if layer.left_out is None else layer.left_out.tolist())]:
        x0, y0, x1, y1 = pixel_box(box, width, height)
        lost[y0:y1, x0:x1] = True
    left = cv2.absdiff(gray_of(layer.remainder), gray_of(layer.ground)) > _INK
    return int(np.count_nonzero(text & ~lost & ~left)), int(np.count_nonzero(text & lost & ~left))
