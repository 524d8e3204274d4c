"""Cells of a table whose text runs up or down the page, as heads of narrow columns do: read rotated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.prepare.preprocess import framed
from ocr_service.tesseract.rotation import BETTER, rotate
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cells import Cell, Table, font_size
from ocr_service.tesseract.words import Line, Word, reading_score, sure_share

_HIGHER, _HIGH = 1.5, 2.2  # the height of a cell's ink as a multiple of its width, and of the font size, at least
_MOST = 24  # cells a table
_READ_WELL = 0.8  # share of letters in sure words: such a cell stands as it was read
_LEAST_SCORE = 2.0  # of ``reading_score``, in letters: ``Rice`` has 3 to 4
_LEAST_SURE = 0.6  # share of letters in sure words
_SURE_SIGN = 70.0  # Tesseract's confidence in a word without letters and digits
# Degrees: such heads run up the page by custom. ``Nobody`` upside down reads ``Apoqon`` with little less confidence.
_UPWARD = 90
_EDGE = 2  # pixels of a cell's rim, where its ruling lines were
_PAD = 0.5  # em of white around the text

ReadBlock = Callable[[Gray, int], Sequence[Line]]  # reads a block of text of this dpi as it stands


def with_sideways_cells(table: Table, sheet: Sheet, read: ReadBlock) -> Table:
    """``table`` with the text of cells that reads clearly better rotated, as one word in each."""
    em = font_size(table)
    if em is None:
        return table
    left = _MOST
    rows = []
    for row in table:
        cells = []
        for cell in row:
            inked = _inked(cell.box, sheet.ink, em) if left and _may_be_sideways(cell, em) else None
            if inked is not None and inked[3] - inked[1] >= max(_HIGHER * (inked[2] - inked[0]), _HIGH * em):
                left -= 1
                cell = _rotated(cell, inked, em, sheet, read)
            cells.append(cell)
        rows.append(cells)
    return rows


def _may_be_sideways(cell: Cell, em: float) -> bool:
    if cell.box[3] - cell.box[1] < _HIGH * em:
        return False
    return not cell.words or sure_share([_line_of(cell)]) < _READ_WELL


def _line_of(cell: Cell) -> Line:
    return Line(cell.words, enclosing([word.box for word in cell.words]), 1.0)


def _rotated(cell: Cell, inked: Box, em: float, sheet: Sheet, read: ReadBlock) -> Cell:
    x0, y0, x1, y1 = inked
    picture = framed(sheet.gray[y0:y1, x0:x1], round(_PAD * em))
    readings = {degrees: list(read(rotate(picture, degrees), sheet.dpi)) for degrees in (_UPWARD, 360 - _UPWARD)}
    scores = {degrees: reading_score(lines) for degrees, lines in readings.items()}
    best = max(scores, key=lambda degrees: scores[degrees])
    as_read = reading_score([_line_of(cell)]) if cell.words else 0.0
    against = scores[360 - best] if best == _UPWARD else BETTER * scores[360 - best]
    lines = readings[best]
    if scores[best] < max(_LEAST_SCORE, BETTER * as_read, against) or sure_share(lines) < _LEAST_SURE:
        return cell
    words = [word for line in sorted(lines, key=lambda line: line.box[1]) for word in line.words]
    kept = [word.text for word in words if any(map(str.isalnum, word.text)) or word.confidence >= _SURE_SIGN]
    return replace(cell, words=(Word(" ".join(kept), inked, min(word.confidence for word in words), size=em),))


def _inked(box: Box, ink: Gray, em: float) -> Box | None:
    """Where the cell's letters are; None where it has none."""
    x0, y0, x1, y1 = box[0] + _EDGE, box[1] + _EDGE, box[2] - _EDGE, box[3] - _EDGE
    rows, columns = np.nonzero(ink[y0:y1, x0:x1])
    if len(rows) < em:
        return None
    return x0 + int(columns.min()), y0 + int(rows.min()), x0 + int(columns.max()) + 1, y0 + int(rows.max()) + 1
