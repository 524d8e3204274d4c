"""Rotation of sideways and upside-down pages, proven by reading: a page is rotated only where it reads better so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Gray, PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.tesseract.reader import Recognition, TesseractReader
from ocr_service.tesseract.rotation import BETTER, BlockReader, best_rotation, densest_window, window_rotation
from ocr_service.tesseract.tessdata import find_tessdata
from ocr_service.tesseract.words import reading_score, sure_share

_SURE_OF_WINDOW = 2.0  # of Tesseract's orientation confidence, a difference of log likelihoods: windows have 2 to 10
_READS_WELL = 0.6  # share of letters in sure words from which on a page needs no second look


def upright(page: PageImage, block_reader: Callable[[], BlockReader], tessdata: Path | None = None) -> PageImage:
    """``page`` rotated by the multiple of 90 degrees that makes its text upright; unchanged where nothing proves one.

    Tesseract's orientation model passes most pages in 0.1 s; ``block_reader`` is asked for only where it does not.
    Raises EngineUnavailable where its data (``osd``) is missing.
    """
    gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    window = densest_window(gray, page.dpi)
    if window is None or _model(tessdata).is_upright(window, page.dpi):
        return page
    try:
        return rotated(page, window_rotation(window, page.dpi, block_reader()))
    except EngineUnavailable:
        return page  # no language data to prove a rotation with


def recognise_upright(page: PageImage, reader: TesseractReader) -> Recognition:
    """``page`` as read, rotated where a window of it, and then the page, reads better so."""
    recognition = reader.recognise(page)
    if sure_share(recognition.lines) >= _READS_WELL:
        return recognition
    gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    rotation = best_rotation(gray, page.dpi, reader.read_block)
    if not rotation:
        return recognition
    other = reader.recognise(rotated(page, rotation))
    better = reading_score(other.lines) > BETTER * reading_score(recognition.lines)
    return other if better else recognition


def rotated(page: PageImage, degrees: int) -> PageImage:
    """``page`` rotated clockwise by 0, 90, 180 or 270 degrees."""
    if not degrees:
        return page
    pixels = np.ascontiguousarray(np.rot90(page.pixels, k=-degrees // 90))
    return replace(page, pixels=pixels, angle=(page.angle + degrees) % 360)


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
