"""Lines and cells as Tesseract read them, repaired by the ink of their words."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.tesseract.repair.glyph_repair import repair_glyphs, with_bullet, without_inkless_marks
from ocr_service.tesseract.repair.homoglyphs import Script, script_of_letters, with_digit_one
from ocr_service.tesseract.repair.missed_spaces import typical_space, with_missed_spaces
from ocr_service.tesseract.repair.number_marks import joined_numbers, with_minus, with_points
from ocr_service.tesseract.repair.number_signs import with_signs, with_whole_signs
from ocr_service.tesseract.repair.slashes import with_slashes
from ocr_service.tesseract.repair.units import russian_unit
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table, font_size
from ocr_service.tesseract.words import Line, Word, make_line


def repaired_lines(lines: Sequence[Line], sheet: Sheet) -> list[Line]:
    """The lines without marks that have no ink, and with bullets as bullets."""
    repaired = []
    for line in lines:
        if line.is_sideways:
            repaired.append(line)
            continue
        inked = without_inkless_marks(_with_ink_boxes(line, sheet.ink), sheet)
        if inked is not None:
            marked = with_bullet(inked, sheet, [other for other in lines if other is not line])
            repaired.append(_with_stroke_width(marked, sheet.ink))
    return repaired


@dataclass(frozen=True, slots=True)
class InkRepair:
    """Adds missed spaces and repairs glyphs by their ink.

    ``space``: the page's typical one, in em. ``script``: that of most of its letters.
    """

    sheet: Sheet
    space: float
    script: Script | None

    @classmethod
    def of(cls, lines: Sequence[Line], sheet: Sheet) -> InkRepair:
        """The repair for the page that has these ``lines``."""
        em = statistics.median(line.em for line in lines) if lines else 1.0
        script = script_of_letters(word.text for line in lines for word in line.words)
        return cls(sheet, typical_space([line.words for line in lines], em) / em, script)

    def line(self, line: Line) -> Line:
        """``line`` repaired; one that is sideways stays as it is."""
        if line.is_sideways:
            return line
        line = with_whole_signs(line, self.sheet.ink)
        words = with_missed_spaces(joined_numbers(line.words, line.em), line.em, self.space * line.em, self.sheet)
        ink = self.sheet.ink
        words = [
            with_slashes(with_signs(with_points(word, line.em, ink), line.em, ink), line.em, ink) for word in words
        ]
        return make_line(repair_glyphs(words, line.em, self.sheet, line.baseline), line.weight)

    def table(self, table: Table) -> Table:
        """``table`` repaired: cells that were read again lost what was repaired in their lines."""
        em = font_size(table) or 1.0
        return [self._row(row, em) for row in table]

    def _row(self, row: Sequence[Cell], em: float) -> list[Cell]:
        beside = [word for cell in row for word in cell.words]
        russian = self.script == "cyrillic" and script_of_letters(word.text for word in beside) != "latin"
        repaired = []
        for cell in row:
            words = [with_digit_one(word, beside) for word in self._cell(cell, em)]
            if russian:
                words = [russian_unit(words, index, em, beside) for index in range(len(words))]
            repaired.append(replace(cell, words=tuple(words)))
        return repaired

    def _cell(self, cell: Cell, em: float) -> list[Word]:
        words = with_missed_spaces(joined_numbers(cell.words, em), em, self.space * em, self.sheet)
        ink = self.sheet.ink
        words = [with_slashes(with_signs(with_points(word, em, ink), em, ink), em, ink) for word in words]
        return repair_glyphs(with_minus(words, cell.box, em, ink), em, self.sheet)


def _with_ink_boxes(line: Line, ink: Gray) -> Line:
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


def _with_stroke_width(line: Line, ink: Gray) -> Line:
    """``line`` with its strokes' mean width in pixels: bold cuts measure 1.15 times the regular and more."""
    x0, y0, x1, y1 = line.box
    crop = np.pad(ink[y0:y1, x0:x1] > 0, ((0, 0), (1, 1)))
    edges = np.diff(crop.astype(np.int8), axis=1)
    lengths = np.nonzero(edges.ravel() == -1)[0] - np.nonzero(edges.ravel() == 1)[0]
    stems = lengths[lengths < 0.3 * line.em]
    return make_line(line.words, float(stems.mean()) if len(stems) else 0.0)
