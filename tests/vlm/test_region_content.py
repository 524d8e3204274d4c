"""Answers by label, as contents of a result."""

from __future__ import annotations

import pytest

from ocr_service.document import PageResult, RegionResult
from ocr_service.export.html import html_chunks
from ocr_service.export.plain_text import region_text
from ocr_service.export.tables import table_as_markdown
from ocr_service.vlm.region_content import Content, block_content, region_content, with_formula_numbers

PRICED = r"<fcel>Total<fcel>$1,200.50 \(^{1}\)<nl><fcel>VAT<fcel>$200.00<nl>"


@pytest.mark.parametrize(
    ("label", "answer", "content"),
    [
        ("text", "one\ntwo", Content("markdown", "one\n\ntwo")),
        ("doc_title", "A long-\ntitle", Content("markdown", "A longtitle", 1)),
        ("paragraph_title", "1.2.Scope", Content("markdown", "1.2. Scope", 3)),
        ("paragraph_title", "Scope.", Content("markdown", "Scope", 2)),
        ("content", "1 One\n2 Two", Content("markdown", "1 One  \n2 Two")),
        ("abstract", "Abstract We show", Content("markdown", "## Abstract\n We show")),
        ("display_formula", r"\[ x \]", Content("latex", "$$  x  $$")),
        ("formula", "x^2", Content("latex", "x^2")),
        ("table", "<fcel>a<nl>", Content("html", "<table><tr><td>a</td></tr></table>")),
        ("table", "no cells", Content("markdown", "no cells")),
        (
            "table",
            "<table><tr><td>$5 \\(x\\)</td></tr></table>",
            Content("html", "<table><tr><td>$5  $ x $</td></tr></table>"),
        ),
        ("chart", "a | 1\nb | 2", Content("markdown", "| a | 1 |\n| --- | --- |\n| b | 2 |")),
        ("chart", "no rows", Content("markdown", "no rows")),
        ("seal", "\nACME\n", Content("markdown", "ACME")),
    ],
)
def test_an_answer_becomes_the_content_of_its_label(label: str, answer: str, content: Content) -> None:
    assert region_content(label, answer, {}) == content


def test_a_figure_returns_to_its_table() -> None:
    content = region_content("table", "<fcel>[F23]<nl>", {"[F23]": "images/a.jpg"}).content
    assert content == '<table><tr><td><img src="images/a.jpg" alt="Image" /></td></tr></table>'


@pytest.mark.parametrize(
    ("label", "text", "content"),
    [
        ("doc_title", "# The title", Content("markdown", "The title", 1)),
        ("paragraph_title", "### 2.1 Scope", Content("markdown", "2.1 Scope", 3)),
        ("paragraph_title", "Scope", Content("markdown", "Scope", 2)),
        ("display_formula", "$$E = mc^2$$", Content("latex", "E = mc^2")),
        ("display_formula", r"\[ E = mc^2 \]", Content("latex", "E = mc^2")),
        ("table", "<table><tr><td>1</td></tr></table>", Content("html", "<table><tr><td>1</td></tr></table>")),
        ("table", "| a |\n|---|\n| 1 |", Content("markdown", "| a |\n|---|\n| 1 |")),
        ("text", r"from $5 to \(x\)", Content("markdown", r"from \$5 to  $ x $")),
        ("text", "a\n```\n$x $5\n```\n", Content("markdown", "a\n```\n$x $5\n```\n")),
        (
            "text",
            r"<table><tr><td>$5 and $6 \(x\)</td></tr></table>",
            Content("markdown", "<table><tr><td>$5 and $6  $ x $</td></tr></table>"),
        ),
    ],
)
def test_a_block_of_a_page_is_the_content_of_its_label(label: str, text: str, content: Content) -> None:
    assert block_content(label, text) == content


def test_a_price_beside_a_formula_is_right_in_every_form() -> None:
    content = region_content("table", PRICED, {})
    assert content.content == (
        "<table><tr><td>Total</td><td>$1,200.50  $ ^{1} $</td></tr><tr><td>VAT</td><td>$200.00</td></tr></table>"
    )
    assert table_as_markdown(content.content) == "| Total | \\$1,200.50 $ ^{1} $ |\n| --- | --- |\n| VAT | $200.00 |"
    region = RegionResult("table", (0, 0, 9, 9), 0, 1.0, format="html", content=content.content)
    page = PageResult(1, "completed", 9, 9, 200, 0, "vlm", "", regions=(region,))
    html = "".join(html_chunks([page], title="t", language="en", image_of=lambda name: None))
    assert "<td>$1,200.50  <math" in html
    assert '<td class="number">$200.00</td>' in html
    assert region_text(region) == "Total\t$1,200.50 $ ^{1} $\nVAT\t$200.00"


def test_a_price_in_text_is_right_in_every_form() -> None:
    region = RegionResult("text", (0, 0, 9, 9), 0, 1.0, format="markdown")
    region = RegionResult(
        region.label,
        region.bbox,
        0,
        1.0,
        format="markdown",
        content=region_content("text", r"$5 or $6 \(x\)", {}).content,
    )
    page = PageResult(1, "completed", 9, 9, 200, 0, "vlm", "", regions=(region,))
    html = "".join(html_chunks([page], title="t", language="en", image_of=lambda name: None))
    assert "<p>$5 or $6" in html
    assert html.count("<math") == 1
    assert region_text(region).startswith("$5 or $6")


def test_a_formula_number_becomes_the_tag_of_the_formula_before_it() -> None:
    formula = RegionResult("display_formula", (0, 0, 9, 9), 0, 1.0, format="latex", content="$$ x $$")
    number = RegionResult("formula_number", (9, 0, 12, 9), 1, 1.0, format="markdown", content="(1)")
    assert [region.content for region in with_formula_numbers([formula, number])] == [r"$$x \tag*{(1)}$$"]
    assert with_formula_numbers([number]) == [number]
