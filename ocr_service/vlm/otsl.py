"""OTSL, the table language of PaddleOCR-VL, to an HTML table with row and column spans.

Tokens: ``<fcel>`` cell, ``<ecel>`` empty cell, ``<lcel>`` merged with the left one, ``<ucel>`` with the upper one,
``<xcel>`` with both, ``<nl>`` end of row. Source: Lysak et al., "Optimized Table Tokenization for Table Structure
Recognition" (2023); what is done with damaged answers follows ``convert_otsl_to_html`` in paddlex 3.7.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_NEW_LINE, _FULL, _EMPTY, _LEFT, _UP, _CROSS = "<nl>", "<fcel>", "<ecel>", "<lcel>", "<ucel>", "<xcel>"
_CELL_TOKEN = re.compile(r"(<[felux]cel>)")
_FIGURE_TOKEN = re.compile(r"\[F(\d+)\]")


@dataclass(frozen=True, slots=True)
class _Cell:
    token: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    text: str
    row: int
    column: int
    rows: int
    columns: int

    def covers(self) -> Iterator[tuple[int, int]]:
        return itertools.product(range(self.row, self.row + self.rows), range(self.column, self.column + self.columns))

    def html(self) -> str:
        spans = (f' rowspan="{self.rows}"' if self.rows > 1 else "") + (
            f' colspan="{self.columns}"' if self.columns > 1 else ""
        )
        return f"<td{spans}>{html.escape(self.text)}</td>"


def otsl_to_html(answer: str, convert: Callable[[str], str] = str) -> str:
    """The HTML table of an OTSL answer; an empty string without OTSL tokens. ``convert``: of a cell's text."""
    rows = _rectangular(_rows(answer, convert))
    cells_by_place = {(cell.row, cell.column): cell for cell in _spans(rows)}
    covered = {place for cell in cells_by_place.values() for place in cell.covers()}
    body = ""
    for row, cells in enumerate(rows):
        body += "<tr>"
        for column in range(len(cells)):
            if cell := cells_by_place.get((row, column)):
                body += cell.html()
            elif (row, column) not in covered:  # merged with a cell that is not there
                body += "<td></td>"
        body += "</tr>"
    return f"<table>{body}</table>" if rows else ""


def put_figures_back(table: str, figures: Mapping[str, str]) -> str:
    """Each token such as ``[F23]`` that was painted over a figure becomes its ``<img>``; other text stays."""

    def image(match: re.Match[str]) -> str:
        path = figures.get(match[0])
        return match[0] if path is None else f'<img src="{html.escape(path)}" alt="Image" />'

    return _FIGURE_TOKEN.sub(image, table)


def _rows(answer: str, convert: Callable[[str], str]) -> list[list[_Cell]]:
    """Cells by row. Text before a row's first token is no cell's, and is left out."""
    rows: list[list[_Cell]] = []
    for line in answer.strip().split(_NEW_LINE):
        parts = _CELL_TOKEN.split(line)  # text before, then each token and the text after it
        cells = [
            _Cell(token, convert(text.strip()).strip()) for token, text in zip(parts[1::2], parts[2::2], strict=True)
        ]
        if cells:
            rows.append(cells)
    return rows


def _rectangular(rows: Sequence[Sequence[_Cell]]) -> list[list[_Cell]]:
    """All rows of one width: the one at which the fewest cells are added or cut, but never a cell with text."""
    if not rows:
        return []
    least = max(_last_full(row) for row in rows)
    most = max(least, *(len(row) for row in rows))
    width = min(range(least, most + 1), key=lambda width: sum(abs(len(row) - width) for row in rows))
    return [[*row[:width], *itertools.repeat(_Cell(_EMPTY), width - len(row))] for row in rows]


def _last_full(row: Sequence[_Cell]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell.token == _FULL), default=0)


def _spans(rows: Sequence[Sequence[_Cell]]) -> list[_Span]:
    """Every cell that begins somewhere, with the tokens to its right and below that are merged with it."""
    return [
        _Span(
            cell.text,
            row,
            column,
            rows=1 + _merged((below[column] for below in rows[row + 1 :]), {_UP, _CROSS}),
            columns=1 + _merged(cells[column + 1 :], {_LEFT, _CROSS}),
        )
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell.token in (_FULL, _EMPTY)
    ]


def _merged(following: Iterable[_Cell], tokens: set[str]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda cell: cell.token in tokens, following))
