"""Formulas that were read by their signs: what takes the place of the letters that Tesseract reads there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ocr_service.document import Region, RegionResult
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, make_line

# The formulas of a sheet as regions, of the lines that were read on it and the layout model's regions.
FindFormulas: TypeAlias = Callable[[Sheet, Sequence[Line], Sequence[Region]], Sequence[RegionResult]]


def no_formulas(sheet: Sheet, lines: Sequence[Line], hints: Sequence[Region]) -> Sequence[RegionResult]:
    """For who cannot read formulas."""
    return ()


def without_words_of(lines: Sequence[Line], formulas: Sequence[RegionResult]) -> list[Line]:
    """``lines`` without the words that stand in formulas."""
    if not formulas:
        return list(lines)
    rest = []
    for line in lines:
        words = [word for word in line.words if not any(contains_centre(f.bbox, word.box) for f in formulas)]
        if len(words) == len(line.words):
            rest.append(line)
        elif words:
            rest.append(make_line(words, line.weight))
    return rest
