"""A table in the other of its two forms: HTML or Markdown."""

from __future__ import annotations

from html import escape

from ocr_service.assembly.table_rows import parse_table
from ocr_service.assembly.tables import markdown_table


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
