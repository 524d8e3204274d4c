"""Formulas and regions: inline ones in the places that were kept for them, and figures that are formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from ocr_service.document import FIGURE_LABELS, TITLE_LABELS, Region, RegionResult
from ocr_service.export.markdown import escape_inline, escape_text
from ocr_service.geometry.boxes import area
from ocr_service.text_layer.formulas.inline_marks import FIRST_MARK, InlineFormula
from ocr_service.text_layer.formulas.page_formulas import DisplayFormula

_MARK = re.compile("[\U000f0000-\U000f7fff]")
_MOST = 0.5  # of a figure that is a formula in a frame


def without_framed(hints: Sequence[Region], formulas: Sequence[DisplayFormula]) -> list[Region]:
    """The layout model's regions without figures that are no more than a formula and its frame."""

    def is_framed(hint: Region) -> bool:
        x0, y0, x1, y1 = hint.bbox
        inside = (f.box for f in formulas if x0 <= f.box[0] and f.box[2] <= x1 and y0 <= f.box[1] and f.box[3] <= y1)
        return any((b[2] - b[0]) * (b[3] - b[1]) > _MOST * area(hint.bbox) for b in inside)

    return [hint for hint in hints if hint.label not in FIGURE_LABELS or not is_framed(hint)]


def with_formulas(region: RegionResult, formulas: Sequence[InlineFormula]) -> RegionResult:
    """The region with its formulas between dollar signs; in code, and in its words, with their characters."""
    if not formulas or not (_MARK.search(region.content) or any(_MARK.search(word.text) for word in region.words)):
        return region

    def formula(mark: str) -> InlineFormula:
        return formulas[ord(mark) - FIRST_MARK]

    def plain(text: str) -> str:
        return _MARK.sub(lambda match: formula(match[0]).text, text)

    words = tuple(replace(word, text=plain(word.text)) for word in region.words)
    if region.label == "algorithm":
        return replace(region, content=plain(region.content), words=words)
    content = region.content
    if region.format == "text":
        content = escape_inline(content) if region.label in TITLE_LABELS else escape_text(content)
    content = re.sub(r"(?<!\\)\$", r"\\$", content)
    table = region.label == "table"

    def latex(mark: str) -> str:
        written = _in_cell(formula(mark).latex) if table else formula(mark).latex
        return f"${escape(written, quote=False) if region.format == 'html' else written}$"

    content = _MARK.sub(lambda match: latex(match[0]), content)
    return replace(
        region, content=content, words=words, format="markdown" if region.format == "text" else region.format
    )


def _in_cell(latex: str) -> str:
    r"""Without the sign that parts cells: ``|`` is ``\vert``, ``\|`` is ``\Vert``."""
    return latex.replace("\\|", "\\Vert ").replace("|", "\\vert ")
