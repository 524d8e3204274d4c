r"""The VLM's answer for a region, converted to the content of a result.

The rules for each label follow ``build_handle_funcs_dict`` in paddlex 3.7
(``inference/common/result/converter/markdown_format_funcs.py``); docs/parity.md lists where we differ on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ocr_service.document import FORMULA_LABELS, TITLE_LABELS, Format, RegionResult
from ocr_service.export.tables import markdown_table
from ocr_service.vlm.formula_delimiters import with_dollars
from ocr_service.vlm.otsl import otsl_to_html, put_figures_back
from ocr_service.vlm.page_answer import without_wrappers

_FLOWING = frozenset({"text", "ocr", "vertical_text", "reference_content", "vision_footnote"})
# "1.2 ", "(3)", "IV." or a Chinese numeral before a title.
_NUMBERING = re.compile(
    r"\s*((?:[1-9]\d*(?:\.[1-9]\d*)*[.、]?|[(（](?:[1-9]\d*|[一二三四五六七八九十百千万亿零壹贰叁肆伍陆柒捌玖拾]+)[)）]"
    r"|[一二三四五六七八九十百千万亿零壹贰叁肆伍陆柒捌玖拾]+[、.]?|(?:I|II|III|IV|V|VI|VII|VIII|IX|X)(?:\.|\s)))\s*(.*)",
)
_HEADINGS = {"abstract": (" ", ("摘要", "abstract"), "\n"), "reference": ("\n", ("参考文献", "references"), "")}
_LOWEST_LEVEL = 6
_VERBATIM = re.compile(r"(<table.*?</table>|^```.*?^```)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """``content`` in ``format``; ``level`` of a heading, 1 to 6."""

    format: Format
    content: str
    level: int | None = None


def region_content(label: str, answer: str, figures: Mapping[str, str]) -> Content:
    """The content of a region with this label. ``figures``: files by the token painted over them in a table."""
    if label == "table":
        return _table(without_wrappers(answer), figures)
    if label == "spotting":  # its places are read by spotted_lines
        return Content("text", answer)
    text = with_dollars(answer, label)
    if label == "chart":
        return Content("markdown", markdown_table(_chart_rows(text)) or text)
    if label in FORMULA_LABELS:
        formula = text.strip()
        return Content("latex" if "$" not in formula.strip("$") else "markdown", formula)
    if label in TITLE_LABELS:
        return _title(label, text)
    if label in _FLOWING:
        return Content("markdown", text.replace("\n\n", "\n").replace("\n", "\n\n"))
    if label == "content":  # a table of contents keeps its lines
        return Content("markdown", text.replace("-\n", "  \n").replace("\n", "  \n"))
    if label in _HEADINGS:
        return Content("markdown", _with_heading(text, *_HEADINGS[label]))
    return Content("markdown", text.strip("\n"))


def _table(answer: str, figures: Mapping[str, str]) -> Content:
    table = otsl_to_html(answer, convert=lambda text: with_dollars(text, "table", is_html=True))
    if not table and not answer.lstrip().startswith("<table"):
        return Content("markdown", put_figures_back(with_dollars(answer, "table"), figures))
    table = put_figures_back(table or with_dollars(answer, "table", is_html=True), figures)
    return Content("html" if table.startswith("<table") else "markdown", table)


def block_content(label: str, text: str) -> Content:
    """The content of a block of a page that was read whole: Markdown, HTML for a table, LaTeX for a formula."""
    if label in FORMULA_LABELS:
        formula = _formula_body(text)
        return Content("latex" if "$" not in formula else "markdown", formula)
    if label == "table":
        return _table(text, {}) if not text.lstrip().startswith("|") else Content("markdown", text)
    if label in TITLE_LABELS:
        marks = len(text) - len(text.lstrip("#"))
        title = _title(label, text.lstrip("#").strip())
        return replace(title, level=min(marks, _LOWEST_LEVEL)) if marks else title
    return Content("markdown", _markdown_with_dollars(text))


def _formula_body(text: str) -> str:
    body = text.strip().removeprefix("$$").removesuffix("$$").strip()
    return body.removeprefix("\\[").removesuffix("\\]").strip()


def _markdown_with_dollars(text: str) -> str:
    """Markdown whose formulas are between dollar signs; code and the HTML of tables are not looked at for Markdown."""
    parts = _VERBATIM.split(text)
    return "".join(
        with_dollars(part, "table", is_html=True)
        if part.startswith("<table")
        else part
        if part.startswith("```")
        else with_dollars(part, "text")
        for part in parts
    )


def with_formula_numbers(regions: Sequence[RegionResult]) -> list[RegionResult]:
    r"""A formula's number, read as a region of its own behind it, as the formula's ``\tag``; the rest unchanged."""
    joined: list[RegionResult] = []
    for region in regions:
        before = joined[-1] if joined else None
        if region.label == "formula_number" and before and before.label in FORMULA_LABELS and before.content:
            formula = before.content.replace("$$", "").strip()
            joined[-1] = replace(before, content=rf"$${formula} \tag*{{{region.content.strip()}}}$$")
        else:
            joined.append(region)
    return joined


def _title(label: str, text: str) -> Content:
    title = text.replace("-\n", "").replace("\n", " ")
    if label == "doc_title":
        return Content("markdown", title, 1)
    level = 2
    if numbered := _NUMBERING.fullmatch(title):
        number, rest = numbered[1].strip(), numbered[2]
        level += number.rstrip(".").count(".")
        title = f"{number} {rest}"
    return Content("markdown", title.rstrip("."), min(level, _LOWEST_LEVEL))


def _with_heading(text: str, separator: str, words: Sequence[str], after: str) -> str:
    """The text's first piece as a heading where it is one of ``words``."""
    pieces = text.split(separator)
    first = next((place for place, piece in enumerate(pieces) if piece.strip()), None)
    if first is not None and pieces[first].lower() in words:
        pieces[first] = f"## {pieces[first]}{after}"
    return separator.join(pieces)


def _chart_rows(text: str) -> list[list[str]]:
    """Cells of a chart's answer, a row a line with ``|`` between them."""
    lines = [line.strip().removeprefix("|").removesuffix("|") for line in text.split("\n") if "|" in line]
    return [[cell.strip() for cell in line.split("|")] for line in lines]
