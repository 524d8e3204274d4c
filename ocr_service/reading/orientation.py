"""Rotation of sideways and upside-down pages, proven by reading: a page is rotated only where it reads better so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Gray, PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.tesseract.reader import Recognition, TesseractReader
from ocr_service.tesseract.tessdata import find_tessdata
from ocr_service.tesseract.words import Line, reading_score, sure_share

_WINDOW_IN = (2.6, 0.9)  # inches; four lines or so, which take 0.1 s where a page takes 0.35 s
_SURE_OF_WINDOW = 2.0  # of Tesseract's orientation confidence, a difference of log likelihoods: windows have 2 to 10
_MIN_INK = 400  # pixels of the reduced page: a few words
_READING_DPI = 200  # windows of coarser pages are enlarged to it
# Scores of windows (``reading_score``, in letters): upright ones have 9 to 380, others at most a third of it (14 pages,
# three lines to 6-point print, 100 and 200 dpi).
_LEAST_SCORE = 8.0
_BETTER = 1.5
_READS_WELL = 0.6  # share of letters in sure words from which on a page needs no second look

WindowReader = Callable[[Gray, int], Sequence[Line]]  # reads a block of text of this dpi as it stands


def upright(page: PageImage, window_reader: Callable[[], WindowReader], tessdata: Path | None = None) -> PageImage:
    """``page`` rotated by the multiple of 90 degrees that makes its text upright; unchanged where nothing proves one.

    Tesseract's orientation model passes most pages in 0.1 s; ``window_reader`` is asked for only where it does not.
    Raises EngineUnavailable where its data (``osd``) is missing.
    """
    gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    window = _densest_window(gray, page.dpi)
    if window is None or _model(tessdata).is_upright(window, page.dpi):
        return page
    try:
        return rotated(page, _best_rotation(window, page.dpi, window_reader()))
    except EngineUnavailable:
        return page  # no language data to prove a rotation with


def recognise_upright(page: PageImage, reader: TesseractReader) -> Recognition:
    """``page`` as read, rotated where a window of it, and then the page, reads better so."""
    recognition = reader.recognise(page)
    if sure_share(recognition.lines) >= _READS_WELL:
        return recognition
    gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    window = _densest_window(gray, page.dpi)
    rotation = _best_rotation(window, page.dpi, reader.read_block) if window is not None else 0
    if not rotation:
        return recognition
    other = reader.recognise(rotated(page, rotation))
    better = reading_score(other.lines) > _BETTER * reading_score(recognition.lines)
    return other if better else recognition


def rotated(page: PageImage, degrees: int) -> PageImage:
    """``page`` rotated clockwise by 0, 90, 180 or 270 degrees."""
    if not degrees:
        return page
    pixels = np.ascontiguousarray(np.rot90(page.pixels, k=-degrees // 90))
    return replace(page, pixels=pixels, angle=(page.angle + degrees) % 360)


def _best_rotation(window: Gray, dpi: int, read: WindowReader) -> int:
    """The clockwise degrees at which ``window`` reads clearly better than as it stands; 0 where none does."""
    scale = max(1.0, _READING_DPI / dpi)
    scores = {}
    for degrees in (0, 90, 180, 270):
        turned = np.ascontiguousarray(np.rot90(window, k=-degrees // 90))
        if scale > 1.0:
            turned = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        scores[degrees] = reading_score(read(turned, round(dpi * scale)))
    best = max(scores, key=lambda degrees: scores[degrees])
    others = max(score for degrees, score in scores.items() if degrees != best)
    return best if scores[best] >= max(_LEAST_SCORE, _BETTER * others) else 0


@lru_cache(maxsize=1)  # warm in its process, as the other models are; 10 MB
def _model(tessdata: Path | None) -> _OrientationModel:
    return _OrientationModel(tessdata)


class _OrientationModel:
    """Owns a Tesseract with its script-and-orientation model. Not for several threads at once."""

    def __init__(self, tessdata: Path | None) -> None:
        folder = find_tessdata("osd", tessdata)
        self._api = tesserocr.PyTessBaseAPI(path=f"{folder}/", lang="osd", psm=tesserocr.PSM.OSD_ONLY)

    def is_upright(self, gray: Gray, dpi: int) -> bool:
        """Whether the text in ``gray`` stands upright beyond doubt."""
        height, width = gray.shape
        self._api.SetImageBytes(np.ascontiguousarray(gray).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(dpi)
        found = self._api.DetectOrientationScript()
        self._api.Clear()
        return bool(found) and int(found["orient_deg"]) == 0 and float(found["orient_conf"]) >= _SURE_OF_WINDOW


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
