"""OTSL, the table language of PaddleOCR-VL, to an HTML table with row and column spans.

Tokens: ``<fcel>`` cell, ``<ecel>`` empty cell, ``<lcel>`` merged with the left one, ``<ucel>`` with the upper one,
``<xcel>`` with both, ``<nl>`` end of row. Source: Lysak et al., "Optimized Table Tokenization for Table Structure
Recognition" (2023); what is done with damaged answers follows ``convert_otsl_to_html`` in paddlex 3.7.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NEW_LINE, _FULL, _EMPTY, _LEFT, _UP, _CROSS = "<nl>", "<fcel>", "<ecel>", "<lcel>", "<ucel>", "<xcel>"
_CELL_TOKEN = re.compile(r"(<[felux]cel>)")
_FIGURE_TOKEN = re.compile(r"\[F(\d+)\]")


@dataclass(frozen=True, slots=True)
class _Cell:
    token: str
    text: str = ""


def otsl_to_html(answer: str) -> str:
    """The HTML table of an OTSL answer; an empty string when there is no table in it."""
    rows = _rectangular(_rows(answer))
    body = "".join(f"<tr>{_row_html(rows, row)}</tr>" for row in range(len(rows)))
    return f"<table>{body}</table>" if rows else ""


def put_figures_back(table: str, figures: Mapping[str, str]) -> str:
    """Each token such as ``[F23]`` that was painted over a figure becomes its ``<img>``; other text stays."""

    def image(match: re.Match[str]) -> str:
        path = figures.get(match[0])
        return match[0] if path is None else f'<img src="{html.escape(path)}" alt="Image" />'

    return _FIGURE_TOKEN.sub(image, table)


def _rows(answer: str) -> list[list[_Cell]]:
    """Cells by row. Text before a row's first token is no cell's, and is left out."""
    rows: list[list[_Cell]] = []
    for line in answer.strip().split(_NEW_LINE):
        parts = _CELL_TOKEN.split(line)  # text before, then each token and the text after it
        cells = [_Cell(token, text.strip()) for token, text in zip(parts[1::2], parts[2::2], strict=True)]
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


def _row_html(rows: Sequence[Sequence[_Cell]], row: int) -> str:
    return "".join(
        _cell_html(cell, rows, row, column) for column, cell in enumerate(rows[row]) if cell.token in (_FULL, _EMPTY)
    )


def _cell_html(cell: _Cell, rows: Sequence[Sequence[_Cell]], row: int, column: int) -> str:
    right = sum(1 for _ in itertools.takewhile(lambda c: c.token in (_LEFT, _CROSS), rows[row][column + 1 :]))
    below = sum(1 for _ in itertools.takewhile(lambda r: r[column].token in (_UP, _CROSS), rows[row + 1 :]))
    spans = (f' rowspan="{below + 1}"' if below else "") + (f' colspan="{right + 1}"' if right else "")
    return f"<td{spans}>{html.escape(cell.text)}</td>"
