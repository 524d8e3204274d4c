"""Tables as Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def markdown_table(cells: Sequence[Sequence[str]]) -> str:
    """A pipe table of rows of cells; the first row is its header, since Markdown has no table without one.

    Rows may differ in length: short ones are filled up. Empty without any cell.
    """
    columns = max((len(row) for row in cells), default=0)
    if not columns:
        return ""
    rows = [_row([*row, *[""] * (columns - len(row))]) for row in cells]
    return "\n".join([rows[0], "|" + " --- |" * columns, *rows[1:]])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(cell: str) -> str:
    return " ".join(cell.replace("|", r"\|").split())
