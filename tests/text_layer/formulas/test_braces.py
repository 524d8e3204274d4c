"""Level braces: which pieces are one, and that the rules which fill them part nothing."""

from __future__ import annotations

import pytest

from ocr_service.text_layer.formulas.braces import level_braces
from ocr_service.text_layer.formulas.items import Bar, Item, Unbuildable
from ocr_service.text_layer.formulas.rows import rows

OVER, UNDER = (0, 3, 2, 1), (2, 1, 0, 3)


def sign(latex: str, x: float, base: float = 100.0, size: float = 20.0, kind: str = "ord", wide: float = 10.0) -> Item:
    return Item(latex, kind, x, base - 0.6 * size, x + wide, base, base, size, x + wide)


def brace(x: float, y: float, order: tuple[int, ...], width: float = 100) -> list[Item]:
    """Four pieces, of which those of the tip stand 2 pixels lower than the ends."""
    places = (x, x + width / 2 - 9, x + width / 2, x + width - 9)
    downs = (0, 2, 2, 0)
    return [
        Item(f"brace:{n}", "brace", at, y + down, at + 9, y + down + 4, y, 20.0, at + 9)
        for n, at, down in zip(order, places, downs, strict=True)
    ]


def filling(x: float, y: float, width: float = 100) -> list[Bar]:
    return [Bar(x + 9, x + width / 2 - 9, y + 1, y + 2), Bar(x + width / 2 + 9, x + width - 9, y + 1, y + 2)]


def test_pieces_of_braces_side_by_side_and_one_over_the_other_are_told_apart() -> None:
    pieces = [*brace(0, 110, UNDER), *brace(150, 110.6, UNDER), *brace(20, 60, OVER)]
    found = level_braces(pieces[::-1])
    assert [(brace.over, brace.x0, brace.x1) for brace in found] == [
        (True, 20, 120),
        (False, 0, 100),
        (False, 150, 250),
    ]


def test_pieces_that_make_no_brace_are_not_built() -> None:
    for pieces in (
        brace(0, 110, UNDER)[:3],
        brace(0, 110, (2, 1, 3, 0)),
        [*brace(0, 110, UNDER), brace(0, 300, OVER)[0]],
    ):
        with pytest.raises(Unbuildable):
            level_braces(pieces)


def test_what_a_brace_says_under_a_line_is_no_denominator() -> None:
    spanned = [sign("x", 14), sign("+", 40, kind="bin"), sign("y", 70)]
    scripts = [sign("i", 24, 104, 14), sign("j", 82, 104, 14)]
    said = [sign(latex, x, 130, 14) for latex, x in (("S", 28), ("T", 43), ("U", 62))]
    items = [sign("=", -40, kind="rel"), *spanned, *scripts, *brace(0, 112, UNDER), *said]
    assert len(rows(items, filling(0, 112))) == 1
