"""Rotation of sideways and upside-down pages, proven by reading: a page is rotated only where it reads better so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tesserocr

from ocr_service.document import Failure, Gray, PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.geometry.ink_areas import Pieces
from ocr_service.tesseract.ledger.ink_ledger import letter_pieces
from ocr_service.tesseract.ledger.missed_text import without_words
from ocr_service.tesseract.prepare.ruling_lines import RulingLines
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.recognition import Recognition
from ocr_service.tesseract.rotation import BETTER, BlockReader, best_rotation, densest_window, window_rotation
from ocr_service.tesseract.scripts import language_for
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tessdata import find_tessdata
from ocr_service.tesseract.words import Line, is_sure, reading_score, sure_share

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


_FOREIGN = 0.35  # share of letters in sure words below which a page may have a script that nobody reads here
_LEAST_PIECES = 40  # letters that a page must have to be told a script
# Tesseract's confidence in a script, of a page with hardly a word, of one with few words, and of one with more: right
# ones have 2 to 50. Of scripts with thousands of signs it is never so sure: 0.2 to 1.4.
_SURE_OF_SCRIPT = (1.5, 5.0, 5.0)
_SURE_OF_SIGNS = (0.2, 1.2, 5.0)
_SIGNS = frozenset({"Han", "Hangul", "Japanese", "Korean"})
_NO_WORDS, _LONG_WORD = 0.1, 4  # share of letters in sure words of so many letters: below it a page has hardly a word
_PASSED_OVER = 0.2  # characters for a piece of ink; of pages in other scripts Tesseract reads 0.38 and more
_LABEL, _IN_TEXT, _READ_WELL = 10.0, 0.2, 55.0  # em; share of the words in wider lines; mean confidence of the words
# Share of the pieces of a letter's size that a ruling line runs through or touches: 0.03 at most of 11 pages in scripts
# that are not read, 0.35 and more of a circuit diagram and of 5 scores, whose notes and wires look like signs.
_ON_LINES, _TOUCHES = 0.2, 2  # and pixels
_READ = 0.8  # the same share as ``_FOREIGN`` from which on nobody asks


@dataclass(frozen=True, slots=True)
class ForeignScript:
    """A script on the page that is not read; ``whole``: nothing else is there worth keeping."""

    failure: Failure
    whole: bool


def foreign_script(
    sheet: Sheet, lines: Sequence[Line], language: str, tessdata: Path | None = None, *, of_part: bool = False
) -> ForeignScript | None:
    """The script of a page that cannot be read in ``language``; None where all can, or nobody can tell.

    ``lines``: what was read on its ``sheet``. Digits are read in any script: a page of them with foreign names beside
    them is worth keeping. ``of_part``: the sheet is a part of the page, the rest of which is read.
    """
    letters = sure_share(lines, str.isalpha)
    if letters >= _READ:
        return None
    pieces = letter_pieces(sheet, lines)
    if len(pieces.boxes) < _LEAST_PIECES or _are_drawn(pieces, sheet.ruling_lines):
        return None
    wordless = letters < _FOREIGN and sure_share(lines, str.isalpha, least=_LONG_WORD) < _NO_WORDS
    script, confidence = _script(sheet, lines, tessdata)
    needed = language_for(script, language)
    least = _SURE_OF_SIGNS if script in _SIGNS else _SURE_OF_SCRIPT
    if needed is None or confidence < least[0 if wordless else 1 if letters < _FOREIGN else 2]:
        return None
    if script in _SIGNS and are_labels(lines):
        return None
    whole = wordless and sure_share(lines) < _FOREIGN
    package = "tesseract-ocr-" + needed.replace("_", "-")
    failure = Failure(
        "unreadable_script",
        f"{'the page is' if whole and not of_part else 'a part of the page is'} in {script} script, which {language} "
        f"does not read: install {package} (apt; in the image --build-arg OCR_LANGUAGES={needed}) and ask for "
        f"language={needed}",
        "recognition",
    )
    return ForeignScript(failure, whole)


def _are_drawn(pieces: Pieces, ruling_lines: RulingLines) -> bool:
    """Whether so many of ``pieces`` lie on ruling lines that they are notes on staves, or a drawing's strokes."""
    (left, top), (right, bottom) = pieces.boxes[:, :2].T - _TOUCHES, pieces.boxes[:, 2:].T + _TOUCHES
    on_lines = np.zeros(len(pieces.boxes), bool)
    for x0, y0, x1, y1 in (*ruling_lines.horizontal, *ruling_lines.vertical):
        on_lines |= (left < x1) & (right > x0) & (top < y1) & (bottom > y0)
    return float(on_lines.mean()) >= _ON_LINES


def is_passed_over(sheet: Sheet, lines: Sequence[Line]) -> bool:
    """Whether Tesseract gave hardly a character for the ink of a sheet, as where drawings stand beside a few words.

    The strokes of the drawings then look like a script.
    """
    read = sum(len(word.text) for line in lines for word in line.words)
    return read < _PASSED_OVER * len(letter_pieces(sheet, lines).boxes)


def are_labels(lines: Sequence[Line]) -> bool:
    """Whether short texts were read well all over a page, as the labels of a plan: its strokes look like signs.

    Of pages in Chinese, Japanese or Korean three in four words or more come from long lines, at a confidence below 45.
    """
    words = [word for line in lines for word in line.words]
    wide = sum(len(line.words) for line in lines if line.box[2] - line.box[0] > _LABEL * line.em)
    return wide < _IN_TEXT * len(words) and sum(word.confidence for word in words) >= _READ_WELL * len(words)


def _script(sheet: Sheet, lines: Sequence[Line], tessdata: Path | None) -> tuple[str, float]:
    """The script of the page, or that of its rest without the words that were read, which hide it: the surer one."""
    read = [word for line in lines for word in line.words if is_sure(word)]
    pictures = (sheet.gray, without_words(sheet.gray, read)) if read else (sheet.gray,)
    return max((_model(tessdata).script(gray, sheet.dpi) for gray in pictures), key=lambda found: found[1])


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
