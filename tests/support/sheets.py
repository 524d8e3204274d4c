"""Pages drawn for the embedded reader's tests, and the lines and sheets that its steps take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import Box, Gray, PageImage
from ocr_service.geometry.deskew import Skew
from ocr_service.geometry.font_metrics import ink_height
from ocr_service.tesseract.prepare.ruling_lines import RulingLines, binarise
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

FONTS = Path("/usr/share/fonts/truetype/dejavu")
DPI = 200
EM = 30.0  # pixels: the font size of ``text_line``


@cache
def reader_of(language: str) -> TesseractReader:
    """One reader for all tests of a process: to load a language takes longer than to read most pages drawn here."""
    return TesseractReader(language)


class DrawnPage:
    """A white page on which text is drawn; sizes in points, places in pixels at 200 dpi."""

    def __init__(self, width: int = 1240, height: int = 900) -> None:
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x: int, y: int, text: str, size: float = 11, bold: bool = False, fill: str = "black") -> None:
        font = ImageFont.truetype(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf", round(size * DPI / 72))
        self.draw.text((x, y), text, fill=fill, font=font)

    def words(self, texts: Sequence[str], y: int = 80, size: float = 11, gap: int = 10) -> list[Box]:
        """Draws words beside one another; gives the box of each one's ink."""
        boxes, x = list[Box](), 100
        for text in texts:
            self.text(x, y, text, size)
            boxes.append(self.ink_box(x, y))
            x = boxes[-1][2] + gap
        return boxes

    def ink_box(self, left: int = 0, top: int = 0) -> Box:
        """Of all that is drawn right of ``left`` and below ``top``."""
        ys, xs = np.nonzero(self.gray()[top:, left:] < 128)
        return left + int(xs.min()), top + int(ys.min()), left + int(xs.max()) + 1, top + int(ys.max()) + 1

    def page(self, number: int = 1) -> PageImage:
        return PageImage(number, np.asarray(self.image), DPI)

    def gray(self) -> Gray:
        return np.asarray(self.image.convert("L")).astype(np.uint8)

    def sheet(self) -> Sheet:
        return sheet_of(self.gray())


def sheet_of(gray: Gray, horizontal: tuple[tuple[int, int, int, int], ...] = ()) -> Sheet:
    """A level sheet without vertical ruling lines, its ink found in ``gray``."""
    height, width = gray.shape
    identity = np.array([[1.0, 0, 0], [0, 1, 0]])
    lines = RulingLines(horizontal, (), np.zeros_like(gray))
    return Sheet(gray, binarise(gray), lines, DPI, Skew(0.0, identity, identity, (width, height)))


def sheet_of_ink(ink: Gray) -> Sheet:
    """A level sheet with this ink (255) on white paper."""
    return sheet_of(np.where(ink > 0, 0, 255).astype(np.uint8))


def blank_sheet(width: int = 1654, height: int = 2339) -> Sheet:
    """A4 at 200 dpi without anything."""
    return sheet_of(np.full((height, width), 255, np.uint8))


def text_line(x: int, y: int, *texts: str, step: int = 0, em: float = EM, weight: float = 4.0) -> Line:
    """Words from ``x`` on, one after another or ``step`` pixels apart; capitals begin at ``y``."""
    words = []
    baseline = y + round(0.73 * em)
    for text in texts:
        top = baseline - round(ink_height(text, "") * em)
        bottom = top + round(ink_height(text, text) * em)
        words.append(Word(text, (x, top, x + round(em / 2) * len(text), bottom), 95.0))
        x += step or round(em / 2) * len(text) + round(em / 3)
    return make_line(words, weight)
