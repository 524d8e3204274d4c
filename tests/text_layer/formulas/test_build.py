"""LaTeX from places: what it takes for what, and that it stops where nothing is certain, and never otherwise."""

from __future__ import annotations

import random

import pytest

from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.items import Bar, Item, Unbuildable
from ocr_service.text_layer.formulas.rows import rows


def sign(latex: str, x: float, base: float = 100.0, size: float = 20.0, kind: str = "ord", wide: float = 10.0) -> Item:
    return Item(latex, kind, x, base - 0.6 * size, x + wide, base, base, size, x + wide)


@pytest.mark.parametrize(
    ("items", "bars", "latex"),
    [
        ([sign("x", 0), sign("2", 10, 92, 14)], [], "x^{2}"),
        ([sign("x", 0), sign("i", 10, 104, 14), sign("2", 10, 92, 14)], [], "x_{i}^{2}"),
        ([sign("x", 0), sign("\\prime", 10, 94, 14, "prime", 4)], [], "x'"),
        ([sign("x", 0), sign("\\dprime", 10, 94, 14, "prime", 6)], [], "x''"),
        ([sign("a", 0, 88), sign("b", 0, 118)], [Bar(-1, 11, 94.5, 95.5)], "\\frac{a}{b}"),
        ([sign("1", 0, 88), sign("2", 0, 119)], [Bar(-1, 11, 94, 95)], "\\frac{1}{2}"),  # of a line with larger type
        ([sign("a", 0)], [Bar(-1, 11, 84, 85)], "\\overline{a}"),
        # In the smallest type a script is as large as its letter.
        ([sign("z", 0, 90), sign("2", 10, 79), sign("c", 2, 112)], [Bar(-1, 21, 94, 95)], "\\frac{z^{2}}{c}"),
        ([sign("1", 0), sign("2", 10), sign(".", 20, kind="punct", wide=4), sign("5", 24)], [], "12.5"),
        ([sign(c, 10 * n, kind="letter") for n, c in enumerate("log")] + [sign("x", 33)], [], "\\log x"),
        ([sign("x", 0), sign("=", 14, kind="rel"), sign("y", 44)], [], "x = \\quad y"),
        ([sign("a", 0), sign("<", 14, kind="rel"), sign("b", 28)], [], "a \\lt b"),
        ([sign("a", 0), sign("\\vdash", 14, kind="rel"), sign("Q", 25, 104, 14), sign("b", 42)], [], "a \\vdash_{Q} b"),
        ([sign("S", 0, kind="letter"), sign("E", 11, size=15, kind="letter", wide=8)], [], "\\text{SE}"),
    ],
)
def test_places_say_what_belongs_together(items: list[Item], bars: list[Bar], latex: str) -> None:
    assert build(items, bars) == latex


@pytest.mark.parametrize(
    ("items", "bars"),
    [
        ([sign("2", 0, 92, 14), sign("x", 10)], []),  # a script before its sign
        ([sign("x", 0), sign("2", 10, 100, 14)], []),  # neither up nor down
        ([sign("\\leq", 0, kind="rel"), sign("t", 16, 92, 14), sign("A", 25)], []),  # a script before its sign
        ([sign("=", 0, kind="rel"), sign("=", 4, kind="rel")], []),  # one on the other
        ([sign("x", 0)], [Bar(200, 300, 94, 95)]),  # a rule that spans nothing
        ([sign("\\hat", 50, kind="accent"), sign("x", 0)], []),  # an accent on nothing
        ([sign("\\widehat", 0, 88, kind="accent", wide=20), sign("x", 5)], []),  # it is wider than its letter
        ([], []),
    ],
)
def test_what_has_no_certain_reading_is_not_built(items: list[Item], bars: list[Bar]) -> None:
    with pytest.raises(Unbuildable):
        build(items, bars)


def test_signs_anywhere_are_built_or_refused() -> None:
    kinds = [
        "ord",
        "letter",
        "rel",
        "bin",
        "op",
        "open",
        "close",
        "fence",
        "radical",
        "accent",
        "prime",
        "piece",
        "brace",
        "not",
    ]
    names = {"piece": ["(:t", "(:b", "\\{:t", "\\{:c", "\\{:b", "|:m"], "brace": [f"brace:{n}" for n in range(4)]}
    chance = random.Random(16)
    refused = 0
    for _ in range(1500):
        items = []
        for _ in range(chance.randint(1, 9)):
            kind = chance.choice(kinds)
            size = chance.choice([20.0, 20.0, 14.0, 10.0])
            made = sign(
                chance.choice(names.get(kind, ["x", "."])), chance.uniform(0, 90), chance.uniform(60, 140), size, kind
            )
            items.append(made)
        bars = [
            Bar(x, x + chance.uniform(5, 60), y, y + 1) for x, y in [(chance.uniform(0, 80), chance.uniform(60, 140))]
        ]
        try:
            for line, inside in rows(items, bars[: chance.randint(0, 1)]):
                assert build(line, inside)
        except Unbuildable:
            refused += 1
    assert refused > 500
