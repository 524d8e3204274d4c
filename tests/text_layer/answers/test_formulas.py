"""Formulas in other words, and other formulas."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.text_layer.answers.formulas import formulas_agree
from ocr_service.vlm.prompts import PromptSet


@pytest.mark.parametrize(
    ("answer", "proven"),
    [
        (r"\[x_1^2 + y\]", r"x^{2}_{1}+y"),
        (r"$$\dfrac ab = 1.$$", r"\frac{a}{b} = 1"),
        (r"\left( a \le b \right.", r"( a \leqslant b"),
        (r"f^{\prime}(x), \quad g", r"f'(x)\, g"),
        (r"\mathrm{sin}\,\varphi \to \mathbb{R}", r"\sin \phi \rightarrow R"),
        (r"\begin{array}{cc} a & b \\ c & d \end{array}", r"\begin{matrix} a & b \\ c & d \end{matrix}"),
        (r"\sqrt[3]{x} \tag{7}", r"\sqrt[3]{x}"),
        ("α + 1 ≤ 2", r"\alpha + 1 \leq 2"),
        (r"a \unknown{x} b", "a"),
        (r"a^{", "a"),
        (r"\frac{a}", "a"),
        ("{" * 500 + "a" + "}" * 500, "b"),
        (r"\sqrt" * 3000 + "a", "b"),
    ],
)
def test_another_way_to_write_a_formula_or_one_that_nobody_understands_is_no_lie(answer: str, proven: str) -> None:
    assert formulas_agree(answer, proven)
    assert formulas_agree(proven, answer)


@pytest.mark.parametrize(
    "lie",
    [
        r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} (x_{j} - \mu)^{2}",
        r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} (x^{i} - \mu)^{2}",
        r"\sigma^{3} = \frac{1}{n} \sum_{i=1}^{n} (x_{i} - \mu)^{2}",
        r"\sigma^{2} = \frac{n}{1} \sum_{i=1}^{n} (x_{i} - \mu)^{2}",
        r"\sigma^{2} = \frac{1}{n} \prod_{i=1}^{n} (x_{i} - \mu)^{2}",
        r"\sigma^{2} = \frac{1}{n} \sum_{i=0}^{n} (x_{i} - \mu)^{2}",
        r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} (x_{i} + \mu)^{2}",
        r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} (\mu - x_{i})^{2}",
        r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} \sqrt{x_{i} - \mu}",
        r"\delta^{2} \approx \frac{1}{n} \sum_{i=1}^{n} (x_{i} - \mu)^{2}",
        r"\hat{\sigma}^{2} = \frac{1}{n} \sum_{i=1}^{n} (x_{i} - \mu)^{2}",
    ],
)
def test_another_sign_or_a_sign_in_another_place_is_one(lie: str) -> None:
    assert not formulas_agree(lie, r"\sigma^{2} = \frac{1}{n} \sum_{i=1}^{n} (x_{i} - \mu)^{2}")


def test_a_formula_on_its_way_to_a_model_knows_what_its_own_signs_make() -> None:
    path = Path("tests/support/formula_pages/displays.pdf")
    page = prepare_page(
        PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, text_layer="auto"), PromptSet()
    )
    latex = [region.layer_latex for region in page.regions if region.region.label == "formula"]
    assert sum(map(bool, latex)) > 0.5 * len(latex) > 0
