"""Rotation of sideways and upside-down pages."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Gray, PageImage
from ocr_service.tesseract.tessdata import find_tessdata

_WINDOW_IN = (2.6, 0.9)  # inches; four lines or so, which take 0.1 s where a page takes 0.35 s
# Tesseract's confidence is a difference of log likelihoods: pages of scanned text measure 5 to 40, windows 2 to 10.
_SURE_OF_WINDOW = 2.0
_SURE_OF_PAGE = 3.0
_MIN_INK = 400  # pixels of the reduced page: a few words


def upright(page: PageImage, tessdata: Path | None = None) -> PageImage:
    """``page`` rotated by the multiple of 90 degrees that makes its text upright; unchanged when uncertain.

    Raises EngineUnavailable where Tesseract's data for orientation (``osd``) is missing.
    """
    return _orienter(tessdata).upright(page)


@lru_cache(maxsize=1)  # warm in its process, as the other models are; 10 MB
def _orienter(tessdata: Path | None) -> Orienter:
    return Orienter(tessdata)


class Orienter:
    """Owns a Tesseract with its script-and-orientation model. Not for several threads at once."""

    def __init__(self, tessdata: Path | None = None) -> None:
        folder = find_tessdata("osd", tessdata)
        self._api = tesserocr.PyTessBaseAPI(path=f"{folder}/", lang="osd", psm=tesserocr.PSM.OSD_ONLY)

    def upright(self, page: PageImage) -> PageImage:
        """``page`` rotated by the multiple of 90 degrees that makes its text upright; unchanged when uncertain."""
        gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
        angle = self._rotation(gray, page.dpi)
        if not angle:
            return page
        rotated = np.ascontiguousarray(np.rot90(page.pixels, k=-angle // 90))
        return replace(page, pixels=rotated, angle=(page.angle + angle) % 360)

    def _rotation(self, gray: Gray, dpi: int) -> int:
        """Clockwise degrees that make the page upright: 0, 90, 180 or 270."""
        window = _densest_window(gray, dpi)
        if window is None:
            return 0
        rotation, confidence = self._detect(window, dpi)
        if rotation == 0 and confidence >= _SURE_OF_WINDOW:
            return 0
        # Most pages are upright and return above; a wrong rotation spoils the page, so it is decided on the whole page.
        rotation, confidence = self._detect(gray, dpi)
        return rotation if confidence >= _SURE_OF_PAGE else 0

    def _detect(self, gray: Gray, dpi: int) -> tuple[int, float]:
        """The clockwise degrees that would make ``gray`` upright, and Tesseract's confidence."""
        height, width = gray.shape
        self._api.SetImageBytes(np.ascontiguousarray(gray).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(dpi)
        found = self._api.DetectOrientationScript()
        self._api.Clear()
        if not found:
            return 0, 0.0
        remedy = -int(found["orient_deg"]) % 360  # Tesseract tells how the text lies
        return remedy, float(found["orient_conf"])


def _densest_window(gray: Gray, dpi: int) -> Gray | None:
    """The part of the page with the most text-like ink; None for a page with hardly any."""
    step = 8
    small = cv2.resize(gray, None, fx=2 / step, fy=2 / step, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    # Bars and photographs: no letter is that solid.
    ink = cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    if int(ink.sum()) < _MIN_INK:
        return None
    width, height = (max(1, round(side * dpi * 2 / step)) for side in _WINDOW_IN)
    best: tuple[int, int, int, int] | None = None
    most = -1.0
    for w, h in ((width, height), (height, width)):  # text that stands sideways fills a standing window
        w, h = min(w, ink.shape[1]), min(h, ink.shape[0])
        sums = cv2.boxFilter(
            ink.astype(np.float32), -1, (w, h), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        valid = sums[: ink.shape[0] - h + 1, : ink.shape[1] - w + 1]
        y, x = divmod(int(valid.argmax()), valid.shape[1])
        if valid[y, x] > most:
            most, best = float(valid[y, x]), (x, y, w, h)
    assert best is not None
    x, y, w, h = (side * step // 2 for side in best)
    return gray[y : y + h, x : x + w]
