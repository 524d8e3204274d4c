"""The lines of a table's cells, for what is done to the lines of a page and to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ocr_service.tesseract.tables.cells import Table, lines_of
from ocr_service.tesseract.words import Line, make_line


def with_mended_lines(table: Table, mend: Callable[[Sequence[Line]], Sequence[Line]]) -> Table:
    """``table`` with the words of its cells as ``mend`` gives their lines, one for each and in their order."""
    lines = [[[make_line(line) for line in lines_of(cell.words)] for cell in row] for row in table]
    mended = iter(mend([line for row in lines for cell in row for line in cell]))
    return [
        [
            replace(cell, words=tuple(w for _ in own for w in next(mended).words))
            for cell, own in zip(*both, strict=True)
        ]
        for both in zip(table, lines, strict=True)
    ]
