"""The sizes of a page's formulas, by the signs that are sure."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.reading.ink_formulas.matching import Match
from ocr_service.reading.ink_formulas.sizes import Sizes, sizes_of
from ocr_service.reading.ink_formulas.table import ink_table
from ocr_service.text_layer.proof.known_glyphs import Symbol


def symbol_of(latex: str) -> Symbol:
    return next(s for s in ink_table().symbols if s.latex == latex and s.encoding == "OMX")


def signs(count: int, size: float) -> list[list[Match]]:
    """Letters that are read for sure."""
    table = ink_table()
    row = next(r for r, n in enumerate(table.symbol.tolist()) if table.symbols[n].latex == "x")
    symbol = table.symbols[int(table.symbol[row])]
    return [[Match(row, symbol, 0.99, size, 0.0, 0.0, (0.0, 0.0, 0.5 * size, 0.5 * size))] for _ in range(count)]


def test_the_largest_letters_in_use_are_those_of_the_line() -> None:
    sizes = sizes_of([*signs(20, 27.7), *signs(30, 19.4)])
    assert sizes is not None
    assert abs(sizes.line - 27.7) < 0.1
    assert abs(sizes.scripts[0] - 19.4) < 0.1


def test_small_letters_may_be_more_like_another_design() -> None:
    small = [[m, replace(m, size=21.9, likeness=0.97)] for [m] in signs(4, 21.2)]
    sizes = sizes_of([*signs(20, 32.9), *small])
    assert sizes is not None
    assert abs(sizes.scripts[0] - 21.9) < 0.1
    assert sizes_of([*signs(20, 32.9), *signs(4, 21.2)]) is None


def test_an_operator_in_type_of_12_points_may_have_the_size_of_10() -> None:
    sizes = Sizes(33.2, (22.1, 16.6))
    operator, bracket = (replace(signs(1, 27.7)[0][0], symbol=symbol_of(latex)) for latex in ("\\sum", "\\lceil"))
    assert sizes.off(operator) == 0.0
    assert sizes.off(bracket) is None
