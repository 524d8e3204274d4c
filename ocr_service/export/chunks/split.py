"""A block that is longer than a chunk may be, in pieces: text at sentences, tables between rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace

from lxml import html

from ocr_service.export.chunks.blocks import Block, Part
from ocr_service.export.chunks.tokens import count_tokens
from ocr_service.export.table_grid import Cell, table_grid
from ocr_service.export.tables import parse_table, write_table

# What no cut goes through: a formula, a picture or link, a tag, a word; with the space that follows.
_ATOM = re.compile(r"(?:\$[^$\n]{1,400}\$|!?\[[^\]\n]{0,400}\]\([^)\n]{0,400}\)|<[^<>\n]{1,400}>|\S)\S*\s*")
_SENTENCE_END = re.compile(r"[.!?…;][\"'»”’)\]]*\Z")
# Characters of an atom; a longer one is cut: scripts without spaces have no words to cut between. MARKED: not a word.
_LONGEST_WORD, _LONGEST_MARKED = 40, 900


def split_block(block: Block, most: int) -> Iterator[Block]:
    """The block, or pieces of at most ``most`` tokens of it, each with the parts that it comes from.

    A formula on lines of its own, a figure and a row of a table stay whole, whatever their size. Each piece of a table
    begins with the table's head; a cell over several rows is in each piece that has one of its rows.
    """
    if count_tokens(block.markdown) <= most or block.kind == "figure" or block.markdown.startswith("$$"):
        yield block
    elif block.kind == "table":
        yield from _table_pieces(block, most)
    else:
        yield from _text_pieces(block, most)


def _text_pieces(block: Block, most: int) -> Iterator[Block]:
    start = 0
    for text in _cut(block.markdown, most):
        end = start + len(text)
        if text.strip():
            parts = _between(block.parts, start / len(block.markdown), end / len(block.markdown))
            yield replace(block, markdown=text.strip(), parts=parts)
        start = end


def _cut(text: str, most: int) -> Iterator[str]:
    """Texts of up to ``most`` tokens that concatenate to ``text``, cut after a sentence where one ends late enough."""
    held: list[str] = []
    sizes: list[int] = []
    total = 0
    for atom in _atoms(text, most):
        size = count_tokens(atom)
        if held and total + size > most:
            end = _last_sentence(held, sizes, most / 2)
            yield "".join(held[:end])
            total -= sum(sizes[:end])
            del held[:end], sizes[:end]
        held.append(atom)
        sizes.append(size)
        total += size
    yield "".join(held)


def _atoms(text: str, most: int) -> Iterator[str]:
    lead = len(text) - len(text.lstrip())
    if lead:
        yield text[:lead]
    for found in _ATOM.finditer(text, lead):
        atom = found[0]
        longest = _LONGEST_MARKED if atom[0] in "$![<" else min(_LONGEST_WORD, most)
        yield from (atom[place : place + longest] for place in range(0, len(atom), longest))


def _last_sentence(atoms: Sequence[str], sizes: Sequence[int], least: float) -> int:
    """How many atoms stand before the last sentence's end that leaves ``least`` tokens; all where there is none."""
    left = sum(sizes)
    for count in range(len(atoms), 0, -1):
        if left < least:
            break
        if _ends_sentence(atoms[count - 1]):
            return count
        left -= sizes[count - 1]
    return len(atoms)


def _ends_sentence(atom: str) -> bool:
    """Whether a sentence or a line ends with the atom, whose space stands behind it."""
    text = atom.rstrip()
    space = atom[len(text) :]
    return "\n" in space or (bool(space) and _SENTENCE_END.search(text) is not None)


def _table_pieces(block: Block, most: int) -> Iterator[Block]:
    content = block.markdown.strip()
    rows = parse_table(content)
    if rows is None:
        yield from _text_pieces(block, most)
        return
    table = _HtmlTable(content, rows.opening) if rows.kind == "html" else _PipeTable([row.source for row in rows.rows])
    for start, end in _row_ranges(table, most):
        parts = _between(block.parts, 0 if start == table.head else start, end)
        yield replace(block, markdown=table.piece(start, end), parts=parts)


def _row_ranges(table: _HtmlTable | _PipeTable, most: int) -> Iterator[tuple[int, int]]:
    room = most - sum(table.sizes[: table.head])
    start, size = table.head, 0
    for row in range(table.head, len(table.sizes)):
        if row > start and size + table.sizes[row] > room:
            yield start, row
            start, size = row, 0
        size += table.sizes[row]
    yield start, len(table.sizes)


class _PipeTable:
    """``head``: how many rows are its head; ``sizes``: tokens of each row."""

    head = 1

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows
        self.sizes = [count_tokens(row) for row in rows]

    def piece(self, start: int, end: int) -> str:
        return write_table("markdown", "", [self._rows[0], *self._rows[start:end]], "")


class _HtmlTable:
    """The same for HTML. Its head: the first rows of ``th`` alone, else the first row; and rows it reaches into."""

    def __init__(self, content: str, opening: str) -> None:
        grid = table_grid(content)
        assert grid is not None  # parse_table found rows with cells in it
        self._opening = opening
        self._by_row: list[list[Cell]] = [[] for _ in range(grid.rows)]
        for cell in grid.cells:
            for row in range(cell.row, cell.row + cell.rows):
                self._by_row[row].append(cell)
        self.head = self._head_rows()
        self.sizes = [count_tokens(self._row(row, row, row + 1)) for row in range(grid.rows)]

    def piece(self, start: int, end: int) -> str:
        head = (self._row(row, 0, self.head) for row in range(self.head))
        body = (self._row(row, start, end) for row in range(start, end))
        return f"{self._opening}{''.join(head)}{''.join(body)}</table>"

    def _head_rows(self) -> int:
        head = 0
        while head < len(self._by_row) and all(cell.is_head for cell in self._by_row[head]):
            head += 1
        head = head or 1
        return min(max(cell.row + cell.rows for row in self._by_row[:head] for cell in row), len(self._by_row))

    def _row(self, row: int, first: int, last: int) -> str:
        """A row in a piece of the rows from ``first`` to before ``last``: cells that reach beyond are cut there."""
        begun = [cell for cell in self._by_row[row] if max(cell.row, first) == row]
        cells = (_written(cell, min(cell.row + cell.rows, last) - row) for cell in sorted(begun, key=_column))
        return f"<tr>{''.join(cells)}</tr>"


def _column(cell: Cell) -> int:
    return cell.column


def _written(cell: Cell, rows: int) -> str:
    element = cell.element
    if element.get("rowspan", "1") != str(rows):
        element = deepcopy(element)
        element.attrib.pop("rowspan", None)
        if rows > 1:
            element.set("rowspan", str(rows))
    text: str = html.tostring(element, encoding="unicode", with_tail=False)
    return text


def _between(parts: Sequence[Part], start: float, end: float) -> tuple[Part, ...]:
    """The parts that have something between ``start`` and ``end``."""
    ends = [*(part.start for part in parts[1:]), float("inf")]
    return tuple(part for part, its_end in zip(parts, ends, strict=True) if part.start < end and its_end > start)
