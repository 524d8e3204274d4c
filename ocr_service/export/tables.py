"""Tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from lxml import etree, html

from ocr_service.document import RegionResult
from ocr_service.export.inline_formulas import escape_currency
from ocr_service.geometry.hyphenation import join_lines


def markdown_table(cells: Sequence[Sequence[str]]) -> str:
    """A pipe table of rows of cells; the first row is its header, since Markdown has no table without one.

    Rows may differ in length: short ones are filled up. Empty without any cell.
    """
    columns = max((len(row) for row in cells), default=0)
    if not columns:
        return ""
    rows = [_row([*row, *[""] * (columns - len(row))]) for row in cells]
    return "\n".join([rows[0], "|" + " --- |" * columns, *rows[1:]])


@dataclass(frozen=True, slots=True)
class SpanningCell:
    """``across`` and ``down``: how many columns and rows it stands over."""

    text: str
    across: int = 1
    down: int = 1


def html_table(cells: Sequence[Sequence[SpanningCell]]) -> str:
    """An HTML table of rows of equally many cells; places that another cell spans are left out.

    A cell whose place reaches over other text spans nothing: no text is lost.
    """
    cells = [[_alone(cells, r, c) for c in range(len(row))] for r, row in enumerate(cells)]
    covered = {
        (r + i, c + j)
        for r, row in enumerate(cells)
        for c, cell in enumerate(row)
        for i in range(cell.down)
        for j in range(cell.across)
        if i or j
    }
    lines = (
        "".join(_html_cell(cell) for c, cell in enumerate(row) if (r, c) not in covered) for r, row in enumerate(cells)
    )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _alone(cells: Sequence[Sequence[SpanningCell]], row: int, column: int) -> SpanningCell:
    """The cell of a place, without its span where that reaches over the text of others."""
    cell = cells[row][column]
    below = cells[row : row + cell.down]
    texts = sum(bool(other.text) for line in below for other in line[column : column + cell.across])
    return cell if texts <= bool(cell.text) else SpanningCell(cell.text)


def _html_cell(cell: SpanningCell) -> str:
    down = f' rowspan="{cell.down}"' if cell.down > 1 else ""
    across = f' colspan="{cell.across}"' if cell.across > 1 else ""
    return f"<td{down}{across}>{escape(cell.text, quote=False)}</td>"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(cell: str) -> str:
    return escape_currency(" ".join(cell.replace("|", r"\|").split()))


_PIPE = re.compile(r"(?<!\\)\|")
_RULE_CELL = re.compile(r"\s*:?-+:?\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """``source``: the row as it was written (``<tr>…</tr>`` or ``| … |``); ``columns``: its width in cells."""

    source: str
    cells: tuple[str, ...]
    columns: int


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: what opens it, its rows, what closes it. The opening of a Markdown table holds its head row."""

    kind: str  # "html" or "markdown"
    opening: str
    rows: tuple[Row, ...]
    closing: str

    @property
    def columns(self) -> int:
        return max((row.columns for row in self.rows), default=0)


def parse_table(content: str) -> Rows | None:
    """The table in a region's content, None where there is none."""
    text = content.strip()
    return _html_rows(text) if text.startswith("<table") else _markdown_rows(text)


def write_table(kind: str, opening: str, rows: list[str], closing: str) -> str:
    """A table from row sources, as ``parse_table`` gives them."""
    if kind == "html":
        return f"{opening}{''.join(rows)}{closing}"
    head, *body = rows
    columns = len(_split(head))
    return "\n".join([head, "|" + " --- |" * columns, *body])


def joined_row(kind: str, row: Row, rest: Row) -> Row:
    """``row`` with each cell of ``rest`` after its own; both have as many cells."""
    cells = tuple(join_lines([a, b]) if a and b else a or b for a, b in zip(row.cells, rest.cells, strict=True))
    if kind == "markdown":
        parts = zip(_split(row.source), _split(rest.source), strict=True)
        source = "| " + " | ".join(join_lines([a, b]) if a and b else a or b for a, b in parts) + " |"
        return Row(source, cells, row.columns)
    element, other = (html.fragment_fromstring(f"<table>{each.source}</table>").find(".//tr") for each in (row, rest))
    for cell, more in zip(_cells(element), _cells(other), strict=True):
        _append(cell, more)
    return Row(html.tostring(element, encoding="unicode", with_tail=False), cells, row.columns)


def _append(cell: html.HtmlElement, more: html.HtmlElement) -> None:
    text = more.text or ""
    if text and len(cell):
        cell[-1].tail = f"{(cell[-1].tail or '').rstrip()} {text}"
    elif text:
        cell.text = join_lines([cell.text or "", text])
    cell.extend(list(more))


def _html_rows(text: str) -> Rows | None:
    try:
        table = html.fragment_fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    rows = tuple(
        Row(
            source=html.tostring(row, encoding="unicode", with_tail=False),
            cells=tuple(" ".join(cell.text_content().split()) for cell in _cells(row)),
            columns=sum(_span(cell) for cell in _cells(row)),
        )
        for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    )
    return Rows("html", text[: text.index(">") + 1], rows, "</table>") if rows else None


def _cells(row: html.HtmlElement) -> list[html.HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _span(cell: html.HtmlElement) -> int:
    span = cell.get("colspan", "1")
    return min(int(span), 1000) if span.isdecimal() else 1


def _markdown_rows(text: str) -> Rows | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.startswith("|") for line in lines):
        return None
    cells = [_split(line) for line in lines]
    if not all(_RULE_CELL.fullmatch(cell) for cell in cells[1]):
        return None
    del lines[1], cells[1]
    rows = tuple(
        Row(source=line, cells=tuple(cell.replace("\\|", "|") for cell in row), columns=len(row))
        for line, row in zip(lines, cells, strict=True)
    )
    return Rows("markdown", "", rows, "")


def _split(line: str) -> list[str]:
    parts = _PIPE.split(line.strip().removeprefix("|"))
    if parts and not parts[-1].strip():
        parts.pop()
    return [part.strip() for part in parts]


def table_as_html(content: str) -> str | None:
    """The table as HTML; None where there is no table in it."""
    rows = parse_table(content)
    if rows is None or rows.kind == "html":
        return content if rows else None
    lines = ("".join(f"<td>{escape(cell, quote=False)}</td>" for cell in row.cells) for row in rows.rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def table_as_markdown(content: str) -> str | None:
    """The table as Markdown; None where there is none, or one that Markdown cannot hold: merged cells, figures."""
    rows = parse_table(content)
    if rows is None or rows.kind == "markdown":
        return content if rows else None
    uneven = len({len(row.cells) for row in rows.rows}) > 1
    if uneven or any(held in content for held in ("colspan=", "rowspan=", "<img")):
        return None
    return markdown_table([row.cells for row in rows.rows])


def table_in_form(region: RegionResult, form: Literal["html", "markdown"]) -> tuple[str, Literal["html", "markdown"]]:
    """A region's table in this form, and its form: HTML with merged cells stays, and so does what is no table."""
    content = table_as_html(region.content) if form == "html" else table_as_markdown(region.content)
    if content is not None:
        return content, form
    return region.content, "html" if region.format == "html" else "markdown"
