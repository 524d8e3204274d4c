"""Formulas of pages that are read by eye become LaTeX where all of their ink is certain, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray, Region, RegionResult
from ocr_service.reading.ink_formulas.displays import find_displays
from ocr_service.reading.page_tasks import PageTask, read_page
from ocr_service.render.pdfium import open_pdf
from ocr_service.tesseract.sheet import prepare_sheet
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.formula_pages import ALIGNED, CLOSE, CONDITIONS, DISPLAYS, EACH, FOLDER, LINES, REASONS, tree
from tests.support.sheets import DrawnPage

_WRITTEN = {tree(latex) for latex in (*DISPLAYS, *LINES)}


@lru_cache
def page_of(number: int, dpi: int = 200, file: str = "displays.pdf", inches: tuple[float, float] = (1.7, 4.5)) -> Gray:
    """A part of a page, by default one that has three or four formulas."""
    with open_pdf(FOLDER / file, "") as pdf:
        picture = pdf[number].render(scale=dpi / 72).to_pil().convert("L")
    whole: Gray = np.asarray(picture).astype(np.uint8)
    return whole[int(inches[0] * dpi) : int(inches[1] * dpi)]


@lru_cache
def formulas_of(number: int) -> list[RegionResult]:
    return seen(page_of(number))


def seen(gray: Gray, dpi: int = 200, lines: Sequence[Line] = ()) -> list[RegionResult]:
    """The formulas of a page of which the layout model would say that all of it may be one."""
    height, width = gray.shape
    return find_displays(prepare_sheet(gray, dpi), lines, [Region("formula", (0, 0, width, height), 0, 0.9)])


def scanned(gray: Gray) -> Gray:
    """As from a scanner: a little slanted, soft and noisy."""
    height, width = gray.shape
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), 0.5, 1)
    slanted = cv2.warpAffine(gray, turned, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    soft = cv2.GaussianBlur(slanted, (0, 0), 0.5)
    noise = np.random.default_rng(7).normal(0, 6, soft.shape)
    scan: Gray = np.clip(soft * 0.88 + 18 + noise, 0, 255).astype(np.uint8)
    return scan


@pytest.mark.parametrize("number", [0, *(pytest.param(other, marks=pytest.mark.slow) for other in (1, 7))])
def test_what_is_built_is_what_was_written(number: int) -> None:
    built = [tree(region.content) for region in formulas_of(number)]
    assert len(built) >= 3
    assert _WRITTEN.issuperset(built)


def test_a_rule_over_a_letter_is_no_minus_sign() -> None:
    built = seen(page_of(0, file="aligned.pdf", inches=(5.1, 6.75)))
    written = ALIGNED[2][1][0].replace(r"\overline{b}", r"\bar{b}")  # b is as narrow as a bar
    assert [tree(region.content) for region in built] == [tree(written)]


@pytest.mark.slow
def test_print_of_another_font_hides_no_formula_elsewhere() -> None:
    formulas = page_of(0)
    height, width = formulas.shape
    other = DrawnPage(width, 1200)
    for row in range(24):
        other.text(200, 20 + 48 * row, "while (k < 28) { q := f[k]; k += 4 }", 10, bold=True)
    gray = np.concatenate([formulas, np.full((120, width), 255, np.uint8), other.gray()])
    hints = [
        Region("formula", (0, 0, width, height), 0, 0.9),
        Region("formula", (0, height + 120, width, height + 1320), 1, 0.9),
    ]
    built = find_displays(prepare_sheet(gray, 200), [], hints)
    assert len(built) >= 3
    assert _WRITTEN.issuperset(tree(region.content) for region in built)


def test_formulas_level_with_each_other_in_two_columns_are_both_built() -> None:
    page = page_of(0)
    x0, y0, x1, y1 = min(formulas_of(0), key=lambda region: region.bbox[1]).bbox
    formula = page[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2]
    gray = np.full((300, 1600), 255, np.uint8)
    prose = []
    for left in (100, 900):
        gray[220 : 220 + formula.shape[0], left + 200 : left + 200 + formula.shape[1]] = formula
        for y in (10, 50, 90, 130):
            prose.append(
                make_line([Word("words", (left + n, y, left + n + 100, y + 22), 95.0) for n in range(0, 600, 120)])
            )
    assert [tree(region.content) for region in seen(gray, lines=prose)] == [tree("E = mc^2")] * 2


def test_braces_under_a_sum_small_commas_and_points_behind_fractions_are_known() -> None:
    built = [tree(region.content) for region in seen(page_of(0, file="reasons.pdf", inches=(1.7, 5.0)))]
    assert built == [tree(latex) for latex in REASONS[:2]]


@pytest.mark.slow
def test_cases_behind_a_brace_that_nothing_closes_are_built() -> None:
    built = [tree(region.content) for region in seen(page_of(0, file="conditions.pdf"))]
    assert built
    assert {tree(latex) for latex in CONDITIONS}.issuperset(built)


def test_formulas_that_nearly_touch_are_told_apart_with_their_numbers() -> None:
    page = page_of(0, file="close.pdf", inches=(1.5, 5.0))
    ends = [(1, 86), (2, 198), (3, 323)]  # of six
    numbers = [make_line([Word(f"({n})", (1345, y, 1385, y + 30), 95.0)]) for n, y in ends]
    built = sorted(seen(page, lines=numbers), key=lambda region: region.bbox[1])
    written = [latex.replace(r"\mkern-3mu", "").replace("*", r"\ast") for latex in CLOSE]
    assert [tree(region.content) for region in built] == [tree(latex) for latex in written]
    assert [region.content.rpartition(" ")[2] for region in built] == [f"\\tag{{{n}}}" for n in range(1, 7)]


@pytest.mark.slow
def test_a_scan_is_read_as_far_as_it_is_certain() -> None:
    built = [tree(region.content) for region in seen(scanned(page_of(0, 300)), 300)]
    assert len(built) >= 3
    assert _WRITTEN.issuperset(built)


def test_a_formula_says_where_it_stands_and_how_sure_it_is() -> None:
    first = min(formulas_of(0), key=lambda region: region.bbox[1])
    assert (first.label, first.format) == ("display_formula", "latex")
    assert tree(first.content) == tree("E = mc^2")
    assert first.confidence is not None and first.confidence > 0.9
    x0, y0, x1, y1 = first.bbox
    ink = page_of(0)[y0:y1, x0:x1] < 128
    assert ink.any(axis=1).sum() > 0.9 * (y1 - y0) and (page_of(0)[y0:y1, x0 - 30 : x0 - 5] > 200).all()


@pytest.mark.slow
def test_a_sign_that_is_not_known_keeps_its_formula_from_being_built() -> None:
    gray = page_of(0).copy()
    first = min(formulas_of(0), key=lambda region: region.bbox[1])
    _, y0, x1, y1 = first.bbox
    cv2.ellipse(gray, (x1 + 16, (y0 + y1) // 2), (11, 7), 30, 20, 330, 0, 2)
    others = [tree(region.content) for region in seen(gray)]
    assert tree(first.content) not in others
    assert len(others) == len(formulas_of(0)) - 1


@pytest.mark.parametrize("text", ["Счёт на оплату № 25 от 12 мая 2013 г.", "Total price including delivery: 25.40"])
def test_text_of_other_fonts_is_no_formula(text: str) -> None:
    page = DrawnPage()
    for row in range(6):
        page.text(200, 200 + 60 * row, text)
    assert seen(page.gray()) == []


@pytest.mark.slow
def test_a_page_is_read_with_its_formulas_in_their_places() -> None:
    task = PageTask(FOLDER / "displays.pdf", "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, "ignore")
    page = read_page(task)
    built = [region for region in page.regions if region.format == "latex"]
    assert len(built) >= EACH - 1
    assert _WRITTEN.issuperset(tree(region.content) for region in built)
    assert {region.source for region in built} == {"tesseract"}
    first, second = page.regions[0], page.regions[1]
    assert first.content.startswith("The following statement is well known") and tree(second.content) == tree("E=mc^2")


@pytest.mark.slow
def test_a_product_on_its_head_is_a_coproduct() -> None:
    with open_pdf(FOLDER / "displays.pdf", "") as pdf:
        page = np.asarray(pdf[0].render(scale=200 / 72).to_pil().convert("L")).astype(np.uint8)
    formula = page[1420:1560]  # \prod_{p} \frac{1}{1 - p^{-s}} = \zeta(s)
    _, _, stats, _ = cv2.connectedComponentsWithStats((formula < 128).astype(np.uint8))
    x, y, w, h, _ = max(stats[1:].tolist(), key=lambda piece: min(piece[2], piece[3]))
    turned = formula.copy()
    turned[y : y + h, x : x + w] = formula[y : y + h, x : x + w][::-1]
    assert [region.content.split("_")[0] for region in seen(formula)] == ["\\prod"]
    assert [region.content.split("_")[0] for region in seen(turned)] == ["\\coprod"]
