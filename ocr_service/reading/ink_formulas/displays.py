"""The formulas on lines of their own of a page that is read by eye, as LaTeX."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.document import Box, PlacedWord, Region, RegionResult
from ocr_service.geometry.ink_areas import TEN_POINTS_IN
from ocr_service.reading.ink_formulas.glyphs import glyphs_of
from ocr_service.reading.ink_formulas.levels import levelled
from ocr_service.reading.ink_formulas.moments import Ink
from ocr_service.reading.ink_formulas.numbers import equation_numbers, with_numbers, with_tag
from ocr_service.reading.ink_formulas.pieces import Piece, pieces_of
from ocr_service.reading.ink_formulas.signs import Signs, signs_of
from ocr_service.reading.ink_formulas.wholeness import KnownInk, Sides
from ocr_service.reading.ink_formulas.zones import MOST_PIECES, formula_boxes, prose_boxes, zone_pieces
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word
from ocr_service.text_layer.formulas.page_formulas import DisplayFormula, find_formulas
from ocr_service.text_layer.lines.lines import find_lines
from ocr_service.text_layer.lines.words import pixel_box
from ocr_service.text_layer.proof.known_glyphs import with_signs

_MOST_PIECES = 20_000  # of ink on a page; one full of print has 6,000
_FEW_OTHERS, _MANY_OTHERS = 3, 0.25  # signs of another size in a group, and their share of those of the page's
_MOST_GROUPS, _GROUP_GAP = 12, 1.5  # of boxes that are read by themselves, and em of white between two
_SCRIPT, _FULL = 0.9, 5  # of the line's size: scripts are smaller; signs of a formula that stands by itself
_ODD = ("\\dot{i}", "\\dot{j}", "\\hat{i}", "\\hat{j}", "^{.}", "_{.}", "\\underline{\\mathfrak")
_RAISED_LIMIT = re.compile(r"\\(?:max|min|sup|inf|lim)(?:_\{[^{}]*+\})?+\^")  # a script of the line above
_SUBJECT_TO = "s . t ."
_BEHIND_STOP = ("\\quad", "\\qquad", "\\end", "\\\\", "\\tag", "\\text", ".")  # what a full stop may have behind it
# The end of a formula that has its number as a part of it, which no bracket with a relation is.
_UNTAGGED, _TAIL = re.compile(r"quad \((?!.*(?:[=<>]|\\[lg](?:eq?|t)\b|\\in\b))"), 32
_PAIRS = (("\\{", "\\}"), ("\\langle", "\\rangle"), ("\\lfloor", "\\rfloor"), ("\\lceil", "\\rceil"))


def ink_of(sheet: Sheet) -> Ink:
    """0 is paper, 1 is ink."""
    level = sheet.gray if sheet.level is None else sheet.level
    inked = level[sheet.ink > 0]
    paper, black = np.percentile(level[::4, ::4], 80), np.percentile(inked, 2) if inked.size else 0.0
    ink: Ink = np.clip((paper - level.astype(np.float32)) / max(float(paper - black), 1.0), 0, 1).astype(np.float32)
    return ink


def find_displays(sheet: Sheet, lines: Sequence[Line], hints: Sequence[Region]) -> list[RegionResult]:
    """A region for each formula all of whose ink is certain, in pixels of the sheet; the others are not said.

    ``lines``: what Tesseract read; ``hints``: the layout model's regions.
    """
    boxes = formula_boxes(hints, lines)
    if not boxes:
        return []
    em = statistics.median(line.em for line in lines) if lines else TEN_POINTS_IN * sheet.dpi
    ink = ink_of(sheet)
    every = pieces_of(ink, em)
    if len(every) > _MOST_PIECES:
        return []
    found = _in_boxes(boxes, every, ink, lines, em, sheet.size)
    groups = _groups(boxes, em)
    if not 1 < len(groups) <= _MOST_GROUPS:
        return [] if found is None else found.regions
    # Print of another kind, or of another size, among them hides that of the others.
    apart = groups if found is None else [group for group in groups if found.misses(group)]
    parts = [_in_boxes(group, every, ink, lines, em, sheet.size) for group in apart]
    return [region for part in (found, *parts) if part is not None for region in part.regions]


@dataclass(frozen=True, slots=True)
class _Found:
    """``signs``: the boxes of all; ``unsized``: of ink that looks like signs of another size."""

    regions: list[RegionResult]
    signs: list[Sides]
    unsized: list[Box]

    def misses(self, boxes: Sequence[Box]) -> bool:
        """Whether a good part of the signs in these boxes is of another size."""
        other = sum(_is_in_any(box, boxes) for box in self.unsized)
        return other >= _FEW_OTHERS and other > _MANY_OTHERS * sum(_is_in_any(box, boxes) for box in self.signs)


def _is_in_any(box: Sides, boxes: Sequence[Sides]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)


def _groups(boxes: Sequence[Box], em: float) -> list[list[Box]]:
    """The boxes that stand under one another without much white between them."""
    groups: list[list[Box]] = []
    bottom = 0
    for box in sorted(boxes, key=lambda box: box[1]):
        if not groups or box[1] - bottom > _GROUP_GAP * em:
            groups.append([])
        groups[-1].append(box)
        bottom = max(bottom, box[3])
    return groups


def _in_boxes(
    boxes: Sequence[Box], every: Sequence[Piece], ink: Ink, lines: Sequence[Line], em: float, size: tuple[int, int]
) -> _Found | None:
    """The formulas in ``boxes``; None where most of the ink there is of no font that is known."""
    numbers = equation_numbers(lines, boxes)
    pieces = zone_pieces(every, boxes, lines, em, [word.box for word in numbers])
    signs = signs_of(ink, pieces, em) if len(pieces) <= MOST_PIECES else None
    if signs is None:
        return None
    signs = with_numbers(signs, numbers)
    prose = prose_boxes(lines)
    known = KnownInk.of(every, pieces, signs.unknown, prose, em)
    built = _built(signs, ink.shape, [(float(box[0]), float(box[2])) for box in prose])
    tagged = [with_tag(formula, numbers) for formula in built]
    sound = [formula for formula in tagged if _is_sound(formula.latex)]
    regions = [_region(formula, signs, size) for formula in _whole(sound, known, signs, numbers)]
    return _Found(regions, [match.box for match in signs.found], [piece.box for piece in signs.unsized])


def _whole(
    formulas: Sequence[DisplayFormula], known: KnownInk, signs: Signs, numbers: Sequence[Word]
) -> list[DisplayFormula]:
    """The formulas beside and around which nothing stands but others of them."""
    lone = [formula for formula in formulas if formula.latex.isdigit()]  # a page's number
    known = known.without_signs_in([formula.box for formula in lone])
    left = [formula for formula in formulas if formula not in lone]
    while True:
        full = [formula for formula in left if _is_full(formula, signs)]
        whole = [
            formula
            for formula in left
            if known.is_whole(
                formula.box,
                signs.sizes.line,
                [other.box for other in full if other is not formula],
                _without_number(formula, signs, numbers),
            )
        ]
        if len(whole) == len(left):
            return whole
        left = whole


def _without_number(formula: DisplayFormula, signs: Signs, numbers: Sequence[Word]) -> tuple[float, float] | None:
    """From and to which x the signs of a formula stand that are no number of it."""
    apart = [word.box for word in numbers if _is_in_any(word.box, [formula.box])]
    inner = [m.box for m in signs.found if _is_in_any(m.box, [formula.box]) and not _is_in_any(m.box, apart)]
    return (min(box[0] for box in inner), max(box[2] for box in inner)) if inner else None


def _is_full(formula: DisplayFormula, signs: Signs) -> bool:
    """Whether it has signs in the size of the line: it is no limit of another."""
    large = [m.box for m in signs.found if m.size > _SCRIPT * signs.sizes.line]
    return sum(_is_in_any(box, [formula.box]) for box in large) >= _FULL


def _built(signs: Signs, shape: tuple[int, ...], prose: Sequence[tuple[float, float]]) -> list[DisplayFormula]:
    """The formulas that the builder makes of the signs. ``prose``: from and to which x lines of words stand."""
    glyphs, known = glyphs_of(levelled(signs.found, signs.sizes))
    glyphs = with_signs(glyphs, known)
    unexplained = np.zeros(shape, np.uint8)
    for piece in signs.unknown:
        x0, y0, x1, y1 = piece.box
        unexplained[y0:y1, x0:x1] |= piece.mask * np.uint8(255)
    trusted = np.ones(len(glyphs), bool)
    found = find_formulas(glyphs, known, find_lines(glyphs), signs.bars, trusted, unexplained, prose)
    return [formula for formula in found.displays if formula.latex]


def _region(formula: DisplayFormula, signs: Signs, size: tuple[int, int]) -> RegionResult:
    x0, y0, x1, y1 = formula.box
    inner = [m.likeness for m in signs.found if x0 <= (m.box[0] + m.box[2]) / 2 <= x1 and y0 <= m.box[3] <= y1 + 1]
    sure = round(min(1.0, statistics.fmean(inner)), 2) if inner else None
    words = tuple(PlacedWord(word.text, pixel_box(word.box, *size), sure) for word in formula.words)
    box = pixel_box(formula.box, *size)
    return RegionResult("display_formula", box, 0, None, "latex", formula.latex, confidence=sure, words=words)


def _is_sound(latex: str) -> bool:
    """Whether each bracket that never stands alone has its other half, and dots stand where formulas have them."""
    if any(odd in latex for odd in _ODD) or _RAISED_LIMIT.search(latex):
        return False
    behind = (part.lstrip() for part in latex.replace(_SUBJECT_TO, "").split(" .")[1:])
    if any(part and not part.startswith(_BEHIND_STOP) for part in behind):
        return False
    if _UNTAGGED.search(latex[-_TAIL:]):
        return False
    without = latex.replace("\\left", "").replace("\\right", "")
    return all(without.count(left) == without.count(right) for left, right in _PAIRS)
