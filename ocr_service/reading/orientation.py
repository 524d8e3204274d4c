"""Rotation of sideways and upside-down pages, proven by reading: a page is rotated only where it reads better so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Failure, Gray, PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.tesseract.ink_ledger import letter_pieces
from ocr_service.tesseract.reader import Recognition, TesseractReader
from ocr_service.tesseract.rotation import BETTER, BlockReader, best_rotation, densest_window, window_rotation
from ocr_service.tesseract.scripts import language_for
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


_FOREIGN = 0.35  # share of letters in sure words below which a page may be in a script that nobody reads here
_LEAST_PIECES = 40  # letters that a page must have to be told a script
_SURE_OF_SCRIPT = 1.5  # of Tesseract's confidence: right ones have 2 to 22


def unreadable_script(recognition: Recognition, language: str, tessdata: Path | None = None) -> Failure | None:
    """Why a page cannot be read in ``language``: its script is another; None where it can, or nobody can tell."""
    if sure_share(recognition.lines) >= _FOREIGN:
        return None
    if len(letter_pieces(recognition.sheet, recognition.lines).boxes) < _LEAST_PIECES:
        return None
    script, confidence = _model(tessdata).script(recognition.sheet.gray, recognition.sheet.dpi)
    needed = language_for(script, language)
    if needed is None or confidence < _SURE_OF_SCRIPT:
        return None
    package = "tesseract-ocr-" + needed.replace("_", "-")
    return Failure(
        "unreadable_script",
        f"the page is in {script} script, which {language} does not read: install {package} (apt; in the image "
        f"--build-arg OCR_LANGUAGES={needed}) and ask for language={needed}",
        "recognition",
    )


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
        found = self._detect(gray, dpi)
        return bool(found) and int(found["orient_deg"]) == 0 and float(found["orient_conf"]) >= _SURE_OF_WINDOW

    def script(self, gray: Gray, dpi: int) -> tuple[str, float]:
        """The script of ``gray``, such as ``Greek``, and Tesseract's confidence; empty where none is seen."""
        found = self._detect(gray, dpi)
        return (str(found["script_name"]), float(found["script_conf"])) if found else ("", 0.0)

    def _detect(self, gray: Gray, dpi: int) -> dict[str, Any]:
        height, width = gray.shape
        self._api.SetImageBytes(np.ascontiguousarray(gray).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(dpi)
        found = self._api.DetectOrientationScript()
        self._api.Clear()
        return found or {}
