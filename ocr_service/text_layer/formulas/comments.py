"""Words at the right of a formula's rows, which say why each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.text_layer.formulas.display import Display
from ocr_service.text_layer.formulas.inline_runs import SymbolsOfPage, kind_of
from ocr_service.text_layer.formulas.prose import has_gutter, is_long_word
from ocr_service.text_layer.lines.words import LayerLine

_WHITE = 1.5  # em before a comment


def without_comment(line: LayerLine, page: SymbolsOfPage) -> list[LayerLine]:
    """A line, and the words in brackets that white parts from what it relates, apart."""
    for at in range(1, len(line.words)):
        row, comment = replace(line, words=line.words[:at]), replace(line, words=line.words[at:])
        wide = comment.box[0] - line.words[at - 1].box[2] > _WHITE * line.size
        if wide and is_in_brackets(comment, page) and _relates(row, page):
            return [row, comment]
    return [line]


def is_in_brackets(line: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether it is words between a bracket that opens and the one that closes it."""
    text = line.text.rstrip(".,;")
    return text.startswith("(") and text.endswith(")") and any(is_long_word(word, page) for word in line.words)


def beside_rows(
    lines: Sequence[LayerLine], strips: Sequence[tuple[float, float]], page: SymbolsOfPage
) -> list[LayerLine]:
    """The words in brackets that stand at the right of what relates something, and nothing at the right of them."""
    return [line for line in lines if is_in_brackets(line, page) and _is_last(line, lines, strips, page)]


def _is_last(
    line: LayerLine, lines: Sequence[LayerLine], strips: Sequence[tuple[float, float]], page: SymbolsOfPage
) -> bool:
    level = [other for other in lines if other is not line and _is_level(line, other)]
    column = [other for other in level if not has_gutter(other.box, line.box, strips)]
    before = all(line.box[0] - other.box[2] > _WHITE * line.size for other in column)
    return before and any(_relates(other, page) for other in column)


def comments_of(
    zone: Display,
    words: Sequence[LayerLine],
    in_brackets: Sequence[LayerLine],
    strips: Sequence[tuple[float, float]],
    page: SymbolsOfPage,
) -> list[LayerLine]:
    """Those of ``in_brackets`` at the height of a formula, and of ``words`` at that of its numbers.

    Words without brackets beside formulas without a number may be a table's.
    """
    _, y0, x1, y1 = zone.box
    levels = [(number.box[1] + number.box[3]) / 2 for number in zone.numbers]
    found = []
    for line in words:
        middle = (line.box[1] + line.box[3]) / 2
        numbered = any(abs(middle - level) < 0.5 * line.size for level in levels)
        behind = line.box[0] > x1 and y0 < middle < y1 and not has_gutter(zone.box, line.box, strips)
        if numbered and behind and is_long_word(line.words[0], page):
            found.append(line)
    taken = {id(line) for line in found}
    rest = (line for line in in_brackets if id(line) not in taken)
    return found + [line for line in rest if any(_is_level(line, row) and _precedes(row, line) for row in zone.lines)]


def _relates(line: LayerLine, page: SymbolsOfPage) -> bool:
    return any(kind_of(i, page) == "rel" for i in line.glyphs)


def _is_level(line: LayerLine, other: LayerLine) -> bool:
    return other.box[1] < (line.box[1] + line.box[3]) / 2 < other.box[3]


def _precedes(row: LayerLine, line: LayerLine) -> bool:
    return row.box[2] < line.box[0]
