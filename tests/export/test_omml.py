"""Formulas for Word, made of MathML that the service itself writes."""

from __future__ import annotations

import pytest
from lxml import etree

from ocr_service.export.mathml import formula_mathml
from ocr_service.export.omml import omml

_M = {"m": "http://schemas.openxmlformats.org/officeDocument/2006/math"}


def _formula(latex: str) -> etree._Element:
    mathml = formula_mathml(latex, display=False)
    assert mathml is not None
    return omml(mathml, display=False)


def _texts(formula: etree._Element, path: str) -> list[str]:
    return ["".join(element.xpath(".//m:t/text()", namespaces=_M)) for element in formula.xpath(path, namespaces=_M)]


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        (r"\frac{a}{b}", {"m:f/m:num": "a", "m:f/m:den": "b"}),
        ("x^2", {"m:sSup/m:e": "x", "m:sSup/m:sup": "2"}),
        ("x_i", {"m:sSub/m:e": "x", "m:sSub/m:sub": "i"}),
        ("x_i^2", {"m:sSubSup/m:sub": "i", "m:sSubSup/m:sup": "2"}),
        (r"\sqrt{x+1}", {"m:rad/m:e": "x+1", "m:rad/m:deg": ""}),
        (r"\sqrt[3]{x}", {"m:rad/m:e": "x", "m:rad/m:deg": "3"}),
        (r"\overline{ab}", {"m:bar/m:e": "ab"}),
        (r"\left( a \right)", {"m:d/m:e": "a"}),
        (r"\sum_{i=1}^{n} a", {"m:nary/m:sub": "i=1", "m:nary/m:sup": "n", "m:nary/m:e": "a"}),
        (r"\int_0^1 f", {"m:nary/m:sub": "0", "m:nary/m:sup": "1", "m:nary/m:e": "f"}),
    ],
)
def test_each_construction_has_its_parts(latex: str, parts: dict[str, str]) -> None:
    formula = _formula(latex)
    assert {path: _texts(formula, f".//{path}")[0] for path in parts} == parts


def test_a_matrix_has_its_rows_and_cells() -> None:
    rows = _formula(r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}").xpath(".//m:m/m:mr", namespaces=_M)
    assert [_texts(row, "m:e") for row in rows] == [["a", "b"], ["c", "d"]]


def test_words_are_upright_and_letters_are_not() -> None:
    formula = _formula(r"\sin x \text{ if}")
    assert "sin" in _texts(formula, ".//m:r[m:rPr/m:sty[@m:val='p']]")
    assert _texts(formula, ".//m:r[m:rPr/m:nor]")[0].split() == ["if"]
    assert "x" in _texts(formula, ".//m:r[not(m:rPr)]")


@pytest.mark.parametrize(
    "latex", ["E = mc^2", r"\vec{a} \cdot \hat{b}", r"\lim_{x \to 0} f(x)", r"\binom{n}{k}", "a < b"]
)
def test_no_symbol_is_lost(latex: str) -> None:
    mathml = formula_mathml(latex, display=False)
    assert mathml is not None
    shown = "".join(etree.fromstring(mathml).itertext())
    letters = {letter for letter in shown if letter.isalnum() or letter in "=<+()"}
    formula = omml(mathml, display=False)
    marks = "".join(formula.xpath(".//m:begChr/@m:val | .//m:endChr/@m:val", namespaces=_M))
    assert letters <= set("".join(_texts(formula, ".")) + marks)


def test_a_display_formula_is_a_paragraph_of_its_own() -> None:
    mathml = formula_mathml("x", display=True)
    assert mathml is not None
    assert omml(mathml, display=True).tag.endswith("}oMathPara")
    assert omml(mathml, display=False).tag.endswith("}oMath")


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(etree.XMLSyntaxError):
        omml("<math><mi>", display=False)
