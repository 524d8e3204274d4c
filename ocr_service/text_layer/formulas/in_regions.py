"""Inline formulas in the content of regions, in the places that were kept for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from ocr_service.document import TITLE_LABELS, RegionResult
from ocr_service.export.markdown import escape_inline, escape_text
from ocr_service.text_layer.formulas.inline_marks import FIRST_MARK, InlineFormula

_MARK = re.compile("[\U000f0000-\U000f7fff]")


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
