r"""Letters that are operators: what stands under one is its limit where its middle is (``\mathop{\mathbb{E}}_{x}``)."""

from __future__ import annotations

from ocr_service.text_layer.formulas.items import Item
from ocr_service.text_layer.formulas.limits import with_letters_as_operators


def sign(latex: str, x: float, *, base: float = 100, size: float = 20, kind: str = "ord", wide: float = 10) -> Item:
    return Item(latex, kind, x, base - 0.6 * size, x + wide, base, base, size, x + wide)


def limit(x: float, signs: str = "xiS", step: float = 11.0) -> list[Item]:
    """Signs in the size of limits, one em of the line's below its baseline."""
    return [sign(latex, x + step * n, base=116, size=14) for n, latex in enumerate(signs)]


def operators(items: list[Item]) -> list[str]:
    return [item.latex for item in with_letters_as_operators(items) if item.kind == "op"]


def test_a_capital_over_the_middle_of_its_limit_is_an_operator() -> None:
    expected, body = sign("\\mathbb{E}", 60, kind="letter"), sign("f", 110)
    assert operators([expected, body, *limit(49.5)]) == ["\\mathbb{E}"]
    assert operators([expected, body, *limit(62)]) == []  # a subscript begins under it


def test_limits_of_two_operators_side_by_side_are_parted_at_the_white_between() -> None:
    least = [sign(letter, 10 + 9 * n, kind="letter", wide=8) for n, letter in enumerate("min")]
    expected = sign("\\mathbb{E}", 62, kind="letter")
    under = [*limit(1, "yiznM", step=8.8), *limit(51.5)]
    assert operators([*least, expected, sign("f", 110), *under]) == ["\\mathbb{E}"]


def test_what_hangs_deep_in_a_limit_is_of_it() -> None:
    expected, body = sign("\\mathbb{E}", 60, kind="letter"), sign("f", 110)
    deep = [sign(",", 53, base=121, size=10, wide=3), sign("-", 71, base=124, size=10, wide=6)]
    spread = [sign(latex, x, base=116, size=14) for latex, x in (("x", 42), ("n", 60), ("S", 78))]
    assert operators([expected, body, *deep, *spread]) == ["\\mathbb{E}"]
