"""A formula that lost a sign, or says one twice, is found out."""

from __future__ import annotations

import pytest

from ocr_service.text_layer.formulas.completeness import says_all


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\frac{a}{b} + \log x", ["a", "b", "+", "l", "o", "g", "x"]),
        (r"a_{1} , \ldots , a_{n}", ["a", "1", ",", ".", ".", ".", ",", "a", "n"]),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", ["a", "b", "c", "d"]),
        (r"\mathbf{A} \text{if } x", [r"\mathbf{A}", "i", "f", "x"]),
        (r"\binom{n}{k} f ( x )", ["(", "n", "k", ")", "f", "(", "x", ")"]),
        (r"\left( x \right)", ["x"]),  # brackets of pieces
    ],
)
def test_the_same_signs_in_any_order(latex: str, signs: list[str]) -> None:
    assert says_all(latex, signs)


@pytest.mark.parametrize("latex", [r"\frac{a}{}", r"\frac{a}{b} b", r"\frac{a}{c}", "a b ."])
def test_signs_that_are_missing_doubled_or_others(latex: str) -> None:
    assert not says_all(latex, ["a", "b"])


def test_brackets_that_are_missing() -> None:
    assert not says_all(r"\sum_{i} p_{i}", ["(", r"\sum", "i", "p", "i", ")"])
