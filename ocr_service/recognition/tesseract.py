"""The embedded reader: a page and its regions to text, headings, lists and tables, with Tesseract and geometry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ocr_service.document import PageImage, Region, RegionResult
from ocr_service.recognition.compose import compose
from ocr_service.recognition.engine import Gray, TesseractEngine
from ocr_service.recognition.rules import binarise, find_rules, without_rules
from ocr_service.recognition.straighten import straighten
from ocr_service.recognition.words import Line, make_line


class TesseractReader:
    """Owns a warm Tesseract. One a worker; not for several threads at once."""

    def __init__(self, language: str, tessdata: Path | None = None) -> None:
        """Raises EngineUnavailable where the language data is missing."""
        self._engine = TesseractEngine(language, tessdata)

    def read(self, page: PageImage, regions: Sequence[Region]) -> list[RegionResult]:
        """What is written on ``page``, in reading order; boxes in its pixels.

        ``regions`` are the layout model's, and hints only: the page is read whole, so that no text is lost that the
        model did not see, and its boxes say what the lines belong to.
        """
        sheet = straighten(cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8))
        ink = binarise(sheet.gray)
        rules = find_rules(ink, page.dpi)
        lines = self._engine.lines(without_rules(sheet.gray, rules), page.dpi)
        letters = np.where(rules.mask > 0, 0, ink).astype(np.uint8)
        lines = [weighed(line, letters) for line in lines]
        hints = [Region(r.label, sheet.from_page(r.bbox), r.order, r.score) for r in regions]
        results = compose(lines, hints, rules, page.dpi, sheet.gray.shape[::-1], first_page=page.number == 1)
        return [
            RegionResult(
                label=r.label,
                bbox=sheet.to_page(r.bbox),
                order=order,
                score=r.score,
                format=r.format,
                content=r.content,
                level=r.level,
            )
            for order, r in enumerate(results)
        ]


def weighed(line: Line, ink: Gray) -> Line:
    """``line`` with its strokes' mean width, as a part of the em: bold cuts are 1.35 to 1.7 times the regular."""
    x0, y0, x1, y1 = line.box
    crop = np.pad(ink[y0:y1, x0:x1] > 0, ((0, 0), (1, 1)))
    edges = np.diff(crop.astype(np.int8), axis=1)
    lengths = np.nonzero(edges.ravel() == -1)[0] - np.nonzero(edges.ravel() == 1)[0]
    stems = lengths[lengths < 0.3 * line.em]
    return make_line(line.words, float(stems.mean()) / line.em if len(stems) else 0.0)
