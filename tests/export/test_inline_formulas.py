"""Which dollar signs delimit formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.export.inline_formulas import escape_currency, inline_formulas, replace_formulas


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$", ["x"]),
        ("$ ^{1} $", [" ^{1} "]),
        (r"$\alpha + 1$ and $E = mc^2$", [r"\alpha + 1", "E = mc^2"]),
        ("$1,200.50 $ ^{1} $", [" ^{1} "]),
        ("$5 and $6", []),
        ("$5-$6", []),
        ("5$, 6$", []),
        ("from $a to $b", []),
        ("$$x$$", []),
        (r"\$x$", []),
        ("$two words$", []),
        (r"$\$5 + x$", [r"\$5 + x"]),
    ],
)
def test_formulas_are_told_from_prices(text: str, formulas: list[str]) -> None:
    assert [match[1] for match in inline_formulas(text)] == formulas


def test_only_formulas_are_replaced() -> None:
    assert replace_formulas("$5 is $x$ and $6", lambda body: f"<{body}>") == "$5 is <x> and $6"


def test_currency_is_escaped_where_it_could_open_a_formula() -> None:
    assert escape_currency("$5") == "$5"
    assert escape_currency("$5, $x$, $$y$$, $6") == r"\$5, $x$, $$y$$, \$6"


@given(st.text(alphabet="$\\x5 ^\n{}", max_size=40))
def test_no_text_changes_but_by_escapes(text: str) -> None:
    assert escape_currency(text).replace("\\$", "$") == text.replace("\\$", "$")
