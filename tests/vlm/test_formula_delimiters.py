r"""Formulas between ``\( … \)`` become formulas between dollar signs; prices and links stay what they are."""

from __future__ import annotations

import pytest

from ocr_service.vlm.formula_delimiters import with_dollars


@pytest.mark.parametrize(
    ("answer", "label", "markdown"),
    [
        (r"\( x \)", "text", " $  x  $"),
        (r"\[ x \]", "display_formula", " $$  x  $$ "),
        (r"\[[ x \]]", "display_formula", r" $$ [ x  $$ ]"),
        (r"\[\[ a \]\]", "text", " $$  a  $$ "),
        (r"$ z $ \[ z \]", "display_formula", " z   $$  z  $$ "),
        (r"\( 1 \)", "formula_number", "   1  "),
        (r"open \( only", "text", r"open \( only"),
        (r"\(\$5\)", "text", r" $ \$5 $"),
    ],
)
def test_formulas_get_dollar_signs(answer: str, label: str, markdown: str) -> None:
    assert with_dollars(answer, label) == markdown


@pytest.mark.parametrize(
    ("answer", "markdown"),
    [
        ("costs $5", "costs $5"),
        (r"$5 and \(x\)", r"\$5 and  $ x $"),
        ("from $5 to $6", r"from \$5 to \$6"),
        (r"$1,200.50\(^{1}\) of $3", r"\$1,200.50 $ ^{1} $ of \$3"),
        ("5$ or 6$ a piece", r"5\$ or 6\$ a piece"),
        (r"already \$5 and \(x\)", r"already \$5 and  $ x $"),
        ("where $x^2$ is", "where $x^2$ is"),
        ("$x$ costs $5", r"$x$ costs \$5"),
    ],
)
def test_prices_survive_beside_formulas(answer: str, markdown: str) -> None:
    assert with_dollars(answer, "text") == markdown


def test_a_cell_of_html_keeps_the_price_as_it_is() -> None:
    assert with_dollars(r"$1,200.50 \(^{1}\)", "table", is_html=True) == "$1,200.50  $ ^{1} $"


@pytest.mark.parametrize(
    ("answer", "markdown"),
    [
        (r"see \[the site\]\(https://a.example/x?y=1\)", "see [the site](https://a.example/x?y=1)"),
        (r"see \(https://a.example\)", "see (https://a.example)"),
        (r"\[write\]\(mailto:a@b.example\) and \(x\)", "[write](mailto:a@b.example) and  $ x $"),
    ],
)
def test_a_link_is_no_formula(answer: str, markdown: str) -> None:
    assert with_dollars(answer, "text") == markdown
