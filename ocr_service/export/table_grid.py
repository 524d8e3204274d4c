"""The cells of an HTML table in their places in the grid, merged cells too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

_MOST_COLUMNS = 200
_MOST_SPAN = 1000
_NUMBER = re.compile(
    r"[(+−–-]?\s{0,9}(?:[$€£₽¥]\s?)?\d[\d\s.,'\u00a0\u202f]{0,25}\)?\s?(?:[%‰$€£₽¥]|руб\.?|р\.)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of ``rows`` x ``columns`` places, its upper left one at ``row``, ``column`` (from 0)."""

    row: int
    column: int
    rows: int
    columns: int
    is_head: bool
    element: html.HtmlElement

    @property
    def is_number(self) -> bool:
        return is_number(self.element.text_content())


@dataclass(frozen=True, slots=True)
class Grid:
    rows: int
    columns: int
    cells: tuple[Cell, ...]


def is_number(text: str) -> bool:
    """Whether a cell holds a number, an amount of money or a share: ``84 500,00``, ``$1,200.50``, ``−3.5 %``."""
    return _NUMBER.fullmatch(text.strip()) is not None


def table_grid(content: str) -> Grid | None:
    """The grid of the first table in ``content``; None where there is no row in it."""
    try:
        table = html.fragment_fromstring(content.strip())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        column = 0
        for element in (child for child in row if child.tag in ("td", "th")):
            while (number, column) in taken:
                column += 1
            columns = min(_span(element, "colspan"), max(1, _MOST_COLUMNS - column))
            # A row that is not there is not filled.
            cell = Cell(
                number,
                column,
                min(_span(element, "rowspan"), len(rows) - number),
                columns,
                element.tag == "th",
                element,
            )
            taken |= set(_places(cell))
            cells.append(cell)
            column += columns
    if not cells:
        return None
    return Grid(len(rows), max(column for _, column in taken) + 1, tuple(cells))


def _places(cell: Cell) -> Iterator[tuple[int, int]]:
    for row in range(cell.row, cell.row + cell.rows):
        for column in range(cell.column, cell.column + cell.columns):
            yield row, column


def _span(element: html.HtmlElement, name: str) -> int:
    value = element.get(name, "1")
    return max(1, min(int(value), _MOST_SPAN)) if value.isdecimal() else 1
