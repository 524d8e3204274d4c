"""Tesseract in this process: one warm instance, pixels in, lines of words out."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

import numpy as np
import tesserocr
from tesserocr import RIL

from ocr_service.document import Gray
from ocr_service.tesseract.tessdata import find_tessdata
from ocr_service.tesseract.words import Line, Word, make_line

# Tesseract starts as many OpenMP threads as there are cores, which only burns CPU: pages run in parallel in processes.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

# Leptonica tells of every word's box that touches the page's edge ("Error in boxClipToRectangle") on stderr.
tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)


class TesseractEngine:
    """Owns one ``PyTessBaseAPI``: 15 MB and 0.1 s, from its first use on. Not for several threads at once."""

    def __init__(self, language: str, tessdata: Path | None = None) -> None:
        """Raises EngineUnavailable where the language data is missing."""
        self._language, self._folder = language, find_tessdata(language, tessdata)

    def load(self) -> None:
        """What else the first use does."""
        _ = self._api

    @cached_property
    def _api(self) -> tesserocr.PyTessBaseAPI:
        return tesserocr.PyTessBaseAPI(path=f"{self._folder}/", lang=self._language, oem=tesserocr.OEM.LSTM_ONLY)

    def lines(self, gray: Gray, dpi: int, mode: int = tesserocr.PSM.AUTO, *, only: str = "") -> list[Line]:
        """What is written on ``gray``, as Tesseract cut it into lines. ``only``: the characters that it may have."""
        pixels = np.ascontiguousarray(gray)
        height, width = pixels.shape
        if min(height, width) < 3:
            return []
        self._api.SetPageSegMode(mode)
        self._api.SetImageBytes(pixels.tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(dpi)
        self._api.SetVariable("tessedit_char_whitelist", only)
        if not self._api.Recognize():
            return []
        lines: list[list[Word]] = []
        for found in tesserocr.iterate_level(self._api.GetIterator(), RIL.WORD):
            if found.Empty(RIL.WORD):
                continue
            if found.IsAtBeginningOf(RIL.TEXTLINE) or not lines:
                lines.append([])
            if text := found.GetUTF8Text(RIL.WORD).strip():
                listed = found.WordIsFromDictionary()
                lines[-1].append(Word(text, found.BoundingBox(RIL.WORD), found.Confidence(RIL.WORD), listed=listed))
        self._api.Clear()
        return [make_line(words) for words in lines if words]
