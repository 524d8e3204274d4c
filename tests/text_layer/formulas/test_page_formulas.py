"""Mathematics of born-digital pages: LaTeX by geometry, and none where none is meant or nothing is certain."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Name

from ocr_service.document import PageResult
from ocr_service.export.inline_formulas import inline_formulas
from ocr_service.reading.page_tasks import PageTask, prepare_page, read_page
from ocr_service.vlm.prompts import PromptSet
from tests.support.formula_pages import (
    ALIGNED,
    COLUMNS,
    COMBINED,
    CONDITIONS,
    CONSTRUCTIONS,
    DVIPS,
    FOLDER,
    FRAMES,
    HIGHER,
    LIMITS,
    NAMES,
    NAMES_INLINE,
    NUMBERED,
    REASONS,
    ROWS,
    TIMES,
    TIMES_INLINE,
    groups,
    tree,
)
from tests.support.paper_formulas import INLINE_PAPERS, PAPERS

_PAGES = list(groups())
_SLOW = (4, 6, 8, 10)
_NUMBERS = [
    pytest.param(number, marks=pytest.mark.slow) if number in _SLOW else number for number in range(1, len(_PAGES) + 1)
]


@lru_cache
def read(path: Path, number: int = 1, dpi: int = 200) -> PageResult:
    return read_page(PageTask(path, "pdf", number, dpi, 40_000_000, "", "embedded", "eng", None, text_layer="auto"))


def displays(page: PageResult) -> list[str]:
    return [region.content for region in page.regions if region.format == "latex"]


def inline(page: PageResult) -> list[str]:
    text = "\n".join(region.content for region in page.regions if region.format == "markdown")
    return [match[1] for match in inline_formulas(text)]


@pytest.mark.parametrize("number", _NUMBERS)
def test_formulas_of_a_page_come_out_as_they_were_written(number: int) -> None:
    page = read(FOLDER / "displays.pdf", number)
    wanted, in_prose = _PAGES[number - 1]
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in wanted]
    assert Counter(map(tree, inline(page))) == Counter(map(tree, in_prose))
    assert {region.source for region in page.regions} == {"text_layer"}
    assert {region.label for region in page.regions if region.format == "latex"} == {"display_formula"}


def test_equations_have_their_own_numbers_and_operators_their_own_limits() -> None:
    page = read(FOLDER / "numbered.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in NUMBERED]
    assert [latex.rpartition(" ")[2] for latex in displays(page)] == [rf"\tag{{{n}}}" for n in (1, 2, 3)]


def test_constructions_of_papers_are_whole_formulas() -> None:
    page = read(FOLDER / "constructions.pdf")
    wanted = [tree(latex) for _, formulas in CONSTRUCTIONS for latex in formulas]
    assert [tree(latex) for latex in displays(page)] == wanted
    assert [latex.rpartition("\\tag")[2] for latex in displays(page) if "\\tag" in latex] == [
        f"{{{number}}}" for number in range(1, 7)
    ]
    assert [latex for latex in inline(page) if "matrix" in latex] == [
        r"\left(\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right)"
    ]


def test_italics_of_text_are_no_formulas_where_the_font_sets_both() -> None:
    page = read(FOLDER / "times.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in TIMES]
    assert [tree(latex) for latex in inline(page)] == [tree(latex) for latex in TIMES_INLINE]


def test_displays_of_two_columns_are_not_merged() -> None:
    assert [tree(latex) for latex in displays(read(FOLDER / "columns.pdf"))] == [tree(latex) for latex in COLUMNS]


def test_limits_and_fractions_may_be_higher_than_the_delimiters_around_them() -> None:
    page = read(FOLDER / "higher.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for _, formulas in HIGHER for latex in formulas]


def test_lines_of_aligned_equations_keep_their_signs() -> None:
    page = read(FOLDER / "aligned.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for _, formulas in ALIGNED for latex in formulas]


def test_rules_and_scripts_stay_with_their_signs() -> None:
    page = read(FOLDER / "combined.pdf")
    found = [tree(latex.replace("*", r"\ast")) for latex in displays(page)]
    assert found == [tree(latex) for _, formulas in COMBINED for latex in formulas]


def test_rows_of_matrices_and_cases_keep_their_signs() -> None:
    page = read(FOLDER / "rows.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in ROWS]


def test_conditions_of_words_and_the_point_behind_cases_are_the_formulas() -> None:
    page = read(FOLDER / "conditions.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in CONDITIONS]


def test_reasons_stand_behind_the_rows_that_they_are_for() -> None:
    page = read(FOLDER / "reasons.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in REASONS]
    assert [latex.rpartition("\\tag")[2] for latex in displays(page) if "\\tag" in latex] == ["{II.8}"]


def test_limits_over_and_under_operators_of_prose_are_theirs() -> None:
    page = read(FOLDER / "limits.pdf")
    assert displays(page) == []
    assert [tree(latex) for latex in inline(page)] == [tree(latex) for latex in LIMITS]


def test_names_of_functions_are_no_words_of_prose() -> None:
    page = read(FOLDER / "names.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in NAMES]
    assert [tree(latex) for latex in inline(page)] == [tree(latex) for latex in NAMES_INLINE]


def test_displays_of_papers_keep_their_names_words_dots_and_sizes() -> None:
    pages = [read(FOLDER / "papers.pdf", number) for number in (1, 2)]
    assert [latex for page in pages for latex in displays(page)] == [*(latex for _, latex in PAPERS), "A = B"]
    assert [latex for page in pages for latex in inline(page)] == list(INLINE_PAPERS)


def test_formulas_in_frames_and_cells_are_read() -> None:
    page = read(FOLDER / "frames.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in FRAMES]
    assert not any(region.label == "image" for region in page.regions)
    for row in (
        r"| Gaussian | $\frac{\eta^{2}}{2}$ | $\frac{1}{\sqrt{2 \pi}} \exp \left( - \frac{y^{2}}{2} \right)$ |",
        r"| Poisson | $e^{\eta}$ | $\frac{1}{y !}$ |",
        r"| Uniform | $\frac{a + b}{2}$ | 12.5 | $\frac{1}{x}$ |",
        r"| Beta | $\frac{\alpha}{\alpha + \beta}$ | 13.5 | $\frac{2}{x}$ |",
        r"| Gamma | $\frac{\alpha}{\beta}$ | 14.5 | $\frac{3}{x}$ |",
    ):
        assert row in page.markdown


def test_rules_that_are_images_part_fractions() -> None:
    page = read(FOLDER / "dvips.pdf")
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in DVIPS]
    assert inline(page) == [r"\frac{1}{2}"]


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_resolution_of_the_page_does_not_matter(dpi: int) -> None:
    page = read(FOLDER / "displays.pdf", 1, dpi)
    assert [tree(latex) for latex in displays(page)] == [tree(latex) for latex in _PAGES[0][0]]


def test_prose_of_an_article_keeps_its_formulas_and_its_prices_apart() -> None:
    page = read(FOLDER / "article.pdf")
    assert page.markdown.startswith("# 1 The $k$-means problem")
    for wanted in (
        "sample of size $n$ from", "An $n$-th root", r"$\sqrt[n]{z}$;", r"(with $\sigma \gt 0$)", r"$p \lt 0.05$, then",
        r"the cost of \$5 or", r"The $\chi^{2}$-test", r"$x \notin S$", r"$\frac{1}{2}$.",
        r"- The set $\mathbb{N}$ of numbers $n \geq 0$.", r"| Lasso | $\lambda = 0.1$ | 0.93 |",
    ):  # fmt: skip
        assert wanted in page.markdown
    assert "By Lemma 3: $a = b$." in page.markdown
    assert r"\bar{x} = \frac{1}{n} \sum_{i = 1}^{n} x_{i}" in page.markdown
    words = [word.text for region in page.regions for word in region.words]
    assert not any(
        "\U000f0000" <= sign <= "\U000fffff" or sign == "$" for word in words for sign in word if word != "$5"
    )


def test_signs_and_numbers_of_prose_tables_and_code_are_no_mathematics() -> None:
    page = read(FOLDER / "prose.pdf")
    assert displays(page) == [] and inline(page) == []
    assert page.markdown.count("$") == 2
    for kept in (
        "from $25 to $40 in 2013", "(or ±5 %)", "−20 degrees", "10–15 by day", "10−³ mol", "25 m² of land", "CO₂",
        "≤ 5 %", "Smith¹,²", "5 × 10⁶ to 7 · 10⁶", "≥ 90", "arrow → means", "| Oak board | 12.50 | −3.5 |",
        "sum += a[i] * b[i];",
    ):  # fmt: skip
        assert kept in page.markdown


def with_map(path: Path, font_name: str, pairs: dict[int, int]) -> bytes:
    """The PDF with a map to Unicode for one of its fonts, code by code."""
    lines = "\n".join(f"<{code:02X}> <{sign:04X}>" for code, sign in pairs.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(pairs)} beginbfchar\n{lines}\nendbfchar endcmap end"
    )
    with pikepdf.open(path) as pdf:
        for item in pdf.objects:
            is_font = isinstance(item, pikepdf.Dictionary) and item.get(Name.Type) == Name.Font
            if is_font and str(item.get(Name.BaseFont)).endswith(font_name):
                item[Name.ToUnicode] = pdf.make_stream(cmap.encode())
        made = io.BytesIO()
        pdf.save(made)
        return made.getvalue()


@pytest.mark.slow
def test_a_font_of_mathematics_whose_map_lies_is_refused(tmp_path: Path) -> None:
    swapped = {code: code for code in range(97, 123)} | {ord("n"): ord("m"), ord("x"): ord("y"), ord("a"): ord("b")}
    lying = tmp_path / "lying.pdf"
    lying.write_bytes(with_map(FOLDER / "article.pdf", "CMMI10", swapped))
    page = read(lying)
    assert page.text_layer is not None
    assert any("CMMI10" in font for font in page.text_layer.rejected_fonts)
    assert "size $m$ from" not in page.markdown and "size m from" not in page.markdown
    assert "$k$-means" in page.markdown  # another font's, which does not lie


def test_a_map_that_says_what_is_seen_changes_nothing(tmp_path: Path) -> None:
    honest = tmp_path / "honest.pdf"
    honest.write_bytes(with_map(FOLDER / "article.pdf", "CMMI10", {code: code for code in range(97, 123)}))
    assert read(honest).markdown == read(FOLDER / "article.pdf").markdown


def test_a_map_that_gives_the_numbers_of_tex_says_nothing(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.pdf"
    numbers.write_bytes(with_map(FOLDER / "article.pdf", "CMSY10", {code: code for code in range(33, 127)}))
    assert read(numbers).markdown == read(FOLDER / "article.pdf").markdown


def test_hidden_signs_are_in_no_formula(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.pdf"
    with pikepdf.open(FOLDER / "displays.pdf") as pdf:
        content = pdf.pages[0].Contents.read_bytes()
        pdf.pages[0].Contents = pdf.make_stream(content.replace(b"BT\n", b"BT 3 Tr\n"))
        pdf.save(hidden)
    page = read(hidden)
    assert page.hidden_text is not None and page.hidden_text.characters > 10
    assert displays(page) == [] and inline(page) == [] and page.markdown == ""


def test_a_formula_without_a_certain_reading_is_a_picture(tmp_path: Path) -> None:
    task = PageTask(FOLDER / "uncertain.pdf", "pdf", 1, 200, 40_000_000, "", "embedded", "eng", tmp_path)
    page = read_page(replace(task, text_layer="auto"))
    assert [region.label for region in page.regions] == ["text", "unread", "text", "text"]
    unread = page.regions[1]
    assert unread.error is not None and unread.error.code == "unread" and page.status == "partial"
    assert unread.image is not None and (tmp_path / Path(unread.image).name).exists()
    assert "tensors do." in page.markdown and "The prose behind it" in page.markdown and "$" not in page.markdown


def test_text_with_mathematics_is_still_sent_to_the_vlm() -> None:
    task = PageTask(FOLDER / "article.pdf", "pdf", 1, 200, 40_000_000, "", "embedded", "eng", None, text_layer="auto")
    page = prepare_page(task, PromptSet())
    told = " ".join(region.layer_text or "" for region in page.regions)
    assert "sample of size" not in told
    assert any(region.crop is not None for region in page.regions)
