"""The embedded reader: a page and its regions to text, headings, lists and tables, with Tesseract and geometry."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ocr_service.document import Box, Gray, PageImage, Region, RegionResult
from ocr_service.geometry.deskew import deskew
from ocr_service.tesseract.compose import compose
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.glyph_repair import finely_marked, with_bullet, without_phantoms
from ocr_service.tesseract.homoglyphs import put_right
from ocr_service.tesseract.missed_spaces import spaced, usual_space
from ocr_service.tesseract.preprocess import even_light, reading_scale, without_grain
from ocr_service.tesseract.reocr import CropReader, in_own_script, languages_by_script, main_script, read_again
from ocr_service.tesseract.ruling_lines import binarise, find_rules, without_rules
from ocr_service.tesseract.table_cells import Table, font_size
from ocr_service.tesseract.table_detection import find_tables
from ocr_service.tesseract.words import Line, Word, make_line


class TesseractReader:
    """Owns a warm Tesseract. One a worker; not for several threads at once."""

    def __init__(self, language: str, tessdata: Path | None = None) -> None:
        """Raises EngineUnavailable where the language data is missing."""
        self._engine = TesseractEngine(language, tessdata)
        scripts = languages_by_script(language)
        # 15 MB and 0.1 s each, for pages that are all in one alphabet.
        self._by_script = (
            {s: TesseractEngine(part, tessdata) for s, part in scripts.items()} if len(scripts) > 1 else {}
        )

    def read(self, page: PageImage, regions: Sequence[Region]) -> list[RegionResult]:
        """What is written on ``page``, in reading order; boxes in its pixels.

        ``regions`` are the layout model's, and hints only: the page is read whole, so that no text is lost that the
        model did not see, and its boxes say what the lines belong to.
        """
        gray = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
        scale, dpi = reading_scale(gray, page.dpi)
        if scale == 1.0:
            return self._read(gray, page.dpi, regions, first_page=page.number == 1)
        reduced = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
        hints = [replace(r, bbox=_scaled(r.bbox, scale, reduced.shape)) for r in regions]
        results = self._read(reduced, dpi, hints, first_page=page.number == 1)
        return [replace(r, bbox=_scaled(r.bbox, 1 / scale, gray.shape)) for r in results]

    def _read(self, gray: Gray, dpi: int, regions: Sequence[Region], *, first_page: bool) -> list[RegionResult]:
        level, skew = deskew(even_light(gray))
        ink = binarise(level)
        rules = find_rules(ink, dpi)
        clear = without_grain(without_rules(level, rules))
        letters = np.where(rules.mask > 0, 0, ink).astype(np.uint8)
        lines = _clean(self._engine.lines(clear, dpi), letters)
        script = main_script(lines)
        own = self._by_script.get(script) if script else None
        if script and own:
            other = next(engine for engine in self._by_script.values() if engine is not own)
            lines = in_own_script(lines, script, CropReader(own, clear, dpi), CropReader(other, clear, dpi))
        finish = _Finish.of(lines, letters)
        lines = [finish.line(line) for line in lines]
        hints = [Region(r.label, skew.from_page(r.bbox), r.order, r.score) for r in regions]
        tables, rest = find_tables(lines, hints, rules, dpi)
        # Russian tables have English names in them, English ones nothing in Cyrillic.
        crops = CropReader(own if own and script == "latin" else self._engine, clear, dpi)
        tables = [replace(t, cells=finish.table(read_again(t.cells, letters, crops))) for t in tables]
        width, height = level.shape[::-1]
        results = compose(rest, tables, hints, dpi, (width, height), first_page=first_page)
        return [
            RegionResult(
                label=r.label,
                bbox=skew.to_page(r.bbox),
                order=order,
                score=r.score,
                format=r.format,
                content=r.content,
                level=r.level,
            )
            for order, r in enumerate(results)
        ]


def _scaled(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """``box`` on the page of ``shape`` (height, width), at least a pixel wide and high."""
    height, width = shape[:2]
    x0, y0 = min(width - 1, int(box[0] * scale)), min(height - 1, int(box[1] * scale))
    x1, y1 = min(width, math.ceil(box[2] * scale)), min(height, math.ceil(box[3] * scale))
    return x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)


def _clean(lines: Sequence[Line], ink: Gray) -> list[Line]:
    """The lines without what is not written there, bullets as bullets, each alphabet in its place."""
    clean = []
    for line in lines:
        inked = without_phantoms(_measured(line, ink), ink)
        if inked is not None:
            clean.append(_weighed(put_right(with_bullet(inked, ink)), ink))
    return clean


@dataclass(frozen=True, slots=True)
class _Finish:
    """Puts in the spaces and the marks that only their ink tells of. ``space``: the page's usual one, in em."""

    ink: Gray
    space: float

    @classmethod
    def of(cls, lines: Sequence[Line], ink: Gray) -> _Finish:
        em = statistics.median(line.em for line in lines) if lines else 1.0
        return cls(ink, usual_space([line.words for line in lines], em) / em)

    def line(self, line: Line) -> Line:
        words = spaced(line.words, line.em, self.space * line.em, self.ink)
        return make_line(finely_marked(words, line.em, self.ink, line.baseline), line.weight)

    def table(self, table: Table) -> Table:
        """Cells that were read again have lost both."""
        em = font_size(table) or 1.0
        return [[replace(cell, words=self._cell(cell.words, em)) for cell in row] for row in table]

    def _cell(self, words: tuple[Word, ...], em: float) -> tuple[Word, ...]:
        return tuple(finely_marked(spaced(words, em, self.space * em, self.ink), em, self.ink))


def _measured(line: Line, ink: Gray) -> Line:
    """``line`` with its words' boxes around their ink.

    On slightly bent lines Tesseract gives some words the height of the whole line: sizes measured from such boxes are
    half as large again as the type.
    """
    words = []
    for word in line.words:
        x0, y0, x1, y1 = word.box
        _, y, _, h = cv2.boundingRect(np.ascontiguousarray(ink[y0:y1, x0:x1]))
        words.append(replace(word, box=(x0, y0 + y, x1, y0 + y + h)) if h > 2 else word)
    return make_line(words, line.weight)


def _weighed(line: Line, ink: Gray) -> Line:
    """``line`` with its strokes' mean width in pixels: bold cuts measure 1.15 times the regular and more."""
    x0, y0, x1, y1 = line.box
    crop = np.pad(ink[y0:y1, x0:x1] > 0, ((0, 0), (1, 1)))
    edges = np.diff(crop.astype(np.int8), axis=1)
    lengths = np.nonzero(edges.ravel() == -1)[0] - np.nonzero(edges.ravel() == 1)[0]
    stems = lengths[lengths < 0.3 * line.em]
    return make_line(line.words, float(stems.mean()) if len(stems) else 0.0)
