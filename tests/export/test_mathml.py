"""Formulas as MathML, read back by an XML parser."""

from __future__ import annotations

import pytest
from lxml import html

from ocr_service.export.mathml import formula_html


def _elements(latex: str) -> set[str]:
    return {str(element.tag) for element in html.fragment_fromstring(formula_html(latex, display=False)).iter()}


@pytest.mark.parametrize(
    ("latex", "element"),
    [
        (r"\frac{a}{b}", "mfrac"),
        ("x^2_i", "msubsup"),
        (r"\sqrt{x}", "msqrt"),
        (r"\sqrt[3]{x}", "mroot"),
        (r"\begin{matrix} a & b \\ c & d \end{matrix}", "mtable"),
        (r"\sum_{i=1}^{n} i", "mo"),
    ],
)
def test_a_formula_has_its_elements(latex: str, element: str) -> None:
    assert {"math", element} <= _elements(latex)


def test_dollar_signs_around_a_formula_are_no_part_of_it() -> None:
    assert formula_html("$$x$$", display=True) == formula_html("x", display=True)
    assert 'display="block"' in formula_html("x", display=True)
    assert 'display="inline"' in formula_html("x", display=False)


def test_brackets_of_chosen_sizes_are_signs() -> None:
    written = formula_html(r"\bigl\{ x \bigm| y \bigr\} \bigcup \Biggl\| z \Biggr\|", display=True)
    assert "\\" not in written and "big" not in written.lower()


@pytest.mark.parametrize(
    ("latex", "text"), [(r"\operatorname*{arg\,min}_{x} f", "argminxf"), (r"\mathop{\mathbf{E}}_{x} f", "𝐄xf")]
)
def test_operators_of_their_own_have_their_letters(latex: str, text: str) -> None:
    assert html.fragment_fromstring(formula_html(latex, display=True)).text_content() == text


def test_less_than_is_an_operator() -> None:
    assert "<mo>&lt;</mo>" in formula_html("a < b", display=False)


@pytest.mark.parametrize("latex", [r"\left( x", "x^", r"\begin{matrix}"])
def test_a_formula_that_cannot_be_understood_stays_as_its_source(latex: str) -> None:
    assert formula_html(latex, display=True) == f'<code class="formula">{latex}</code>'


def test_a_formula_of_more_than_5000_characters_is_not_converted() -> None:
    assert formula_html("x" * 5001, display=True) == f'<code class="formula">{"x" * 5001}</code>'


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"<img src=x onerror=alert(1)>",
        r"\frac{<svg onload=alert(1)>",
    ],
)
def test_nothing_of_a_formula_can_run(latex: str) -> None:
    fragment = html.fragment_fromstring(formula_html(latex, display=False), create_parent="div")
    assert not {"script", "img", "svg", "a"} & {element.tag for element in fragment.iter()}
    assert not [name for element in fragment.iter() for name in element.attrib if name.startswith(("on", "href"))]


@pytest.mark.parametrize("name", ["aligned", "gathered"])
def test_lines_of_an_equation_are_a_table_and_their_marks_no_signs(name: str) -> None:
    written = formula_html(rf"\begin{{{name}}} a & = b \\ & = c \end{{{name}}} \tag{{1}}", display=True)
    assert written.count("<mtr>") == 2 and "&amp;" not in written
