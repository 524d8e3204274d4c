"""The numbers of equations, which are often set in another font than these: what Tesseract read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.signs import Signs
from ocr_service.reading.ink_formulas.table import ink_table
from ocr_service.tesseract.words import Line, Word
from ocr_service.text_layer.formulas.page_formulas import DisplayFormula

EQUATION_NUMBER = re.compile(r"\((?:[A-Z]?+\.?+|[IVX]{2,5}+\.)\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?\)")
_BUILT = re.compile(
    r"(?: \\q?quad)?+ \( ((?:[A-Z]|\\mathrm\{[A-Z]\})?+(?: ?[\d.])++(?: [a-z])?+) \)( \\end\{aligned\})?+$"
)
_UPRIGHT = re.compile(r"\\mathrm\{([A-Z])\}")
_EDGE, _LEVEL = 0.3, 2  # of a number's height; numbers that end at one place
_SURE = 80.0  # Tesseract's confidence
_DEEP = 0.25  # em of a bracket under the baseline


def equation_numbers(lines: Sequence[Line], boxes: Sequence[Box]) -> list[Word]:
    """Words at the ends of lines that are the numbers of formulas in these boxes."""
    ends = [word for line in lines for word in {line.words[0], line.words[-1]}]
    return [
        word
        for word in ends
        if EQUATION_NUMBER.fullmatch(word.text)
        and word.confidence >= _SURE
        and any(box[1] < (word.box[1] + word.box[3]) / 2 < box[3] for box in boxes)
    ]


def with_numbers(signs: Signs, numbers: Sequence[Word]) -> Signs:
    """The signs with those of the numbers that have unknown ones, as they were read."""
    for word in numbers:
        if any(contains_centre(word.box, piece.box) for piece in signs.unknown):
            signs = replace(
                signs,
                found=[m for m in signs.found if not _is_in(word.box, m.box)] + _set(word, signs.sizes.line),
                unknown=[piece for piece in signs.unknown if not contains_centre(word.box, piece.box)],
            )
    return signs


def with_tag(formula: DisplayFormula, numbers: Sequence[Word]) -> DisplayFormula:
    """The formula with the number as its tag that stands so near that it was built as a part of it.

    ``numbers``: those of the page's formulas, of which two end where it does.
    """
    match = _BUILT.search(formula.latex)
    if match is None:
        return formula
    level = [abs(word.box[2] - formula.box[2]) < _EDGE * (word.box[3] - word.box[1]) for word in numbers]
    if sum(level) < _LEVEL:
        return formula
    text, end = _UPRIGHT.sub(r"\1", match[1]).replace(" ", ""), match[2] or ""
    return replace(formula, latex=f"{formula.latex[: match.start()]}{end} \\tag{{{text}}}")


def _is_in(box: Box, other: tuple[float, float, float, float]) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _set(word: Word, size: float) -> list[Match]:
    """A sign for each character, side by side in the word's box."""
    table = ink_table()
    x0, y0, x1, y1 = word.box
    step = (x1 - x0) / len(word.text)
    base = y1 - _DEEP * size
    made = []
    for place, sign in enumerate(word.text):
        row = _row(sign)
        left, right = x0 + place * step, x0 + (place + 1) * step
        box = (left, float(y0), right, float(y1))
        made.append(Match(row, table.symbols[int(table.symbol[row])], word.confidence / 100, size, left, base, box))
    return made


@lru_cache
def _row(sign: str) -> int:
    """The row of an upright character."""
    table = ink_table()
    return next(
        row
        for row, number in enumerate(table.symbol.tolist())
        if table.symbols[number].latex == sign and table.symbols[number].encoding == "OT1"
    )
