"""OTSL answers, whole and damaged, as HTML tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.vlm.otsl import otsl_to_html, put_figures_back


@pytest.mark.parametrize(
    ("otsl", "html"),
    [
        ("<fcel>a<fcel>b<nl><fcel>c<ecel><nl>", "<tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr>"),
        ("<fcel>a<lcel><nl><fcel>b<fcel>c<nl>", '<tr><td colspan="2">a</td></tr><tr><td>b</td><td>c</td></tr>'),
        ("<fcel>a<fcel>b<nl><ucel><fcel>c<nl>", '<tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr>'),
        ("<fcel>a<lcel><nl><ucel><xcel><nl>", '<tr><td rowspan="2" colspan="2">a</td></tr><tr></tr>'),
        ("<fcel>a & <b><nl>", "<tr><td>a &amp; &lt;b&gt;</td></tr>"),
        ("<fcel>a<fcel>b<nl><fcel>c<nl>", "<tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr>"),
        ("<fcel>a<fcel>b", "<tr><td>a</td><td>b</td></tr>"),
        ("<fcel>a<nl><fcel>b<ecel><nl><fcel>c<nl>", "<tr><td>a</td></tr><tr><td>b</td></tr><tr><td>c</td></tr>"),
        ("<fcel><fcel>b<nl>", "<tr><td></td><td>b</td></tr>"),
        ("stray <fcel>a<nl>", "<tr><td>a</td></tr>"),
    ],
)
def test_otsl_becomes_html(otsl: str, html: str) -> None:
    assert otsl_to_html(otsl) == f"<table>{html}</table>"


@pytest.mark.parametrize("answer", ["", "no table here", "<nl>", "<nl><nl>"])
def test_an_answer_without_cells_is_no_table(answer: str) -> None:
    assert otsl_to_html(answer) == ""


@given(st.lists(st.sampled_from(["<nl>", "<fcel>", "<ecel>", "<lcel>", "<ucel>", "<xcel>", "x", "<"])))
def test_no_answer_breaks_the_conversion(parts: list[str]) -> None:
    html = otsl_to_html("".join(parts))
    assert html == "" or html.startswith("<table><tr>")
    assert html.count("<tr>") == html.count("</tr>")


def test_figures_return_to_their_table() -> None:
    table = "<table><tr><td>[F23]</td><td>[F7]</td></tr></table>"
    assert put_figures_back(table, {"[F23]": "images/a.jpg"}) == (
        '<table><tr><td><img src="images/a.jpg" alt="Image" /></td><td>[F7]</td></tr></table>'
    )
