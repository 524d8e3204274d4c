"""Levels of headings over a document, by number and by size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.document import Box, PageResult, RegionResult
from ocr_service.export.heading_levels import (
    DEEPEST,
    FIRST,
    TitleSizes,
    estimated_lines,
    title_level,
    title_points,
    title_sizes,
)
from tests.support.pages import page, region


def _title(text: str, height: int, label: str = "paragraph_title") -> RegionResult:
    box: Box = (100, 300, 900, 300 + height)
    return region(label, text, box)


def _levels(*titles: RegionResult) -> list[int]:
    pages: list[PageResult] = [page(number, title) for number, title in enumerate(titles, start=1)]
    sizes = title_sizes(lambda: pages)
    return [title_level(kept, kept.regions[0], sizes) for kept in pages]


def test_the_documents_title_is_level_1() -> None:
    assert _levels(_title("Отчёт", 60, "doc_title"), _title("Введение", 30)) == [1, FIRST]


def test_smaller_type_is_a_deeper_level() -> None:
    title = _title("Отчёт", 80, "doc_title")
    assert _levels(title, _title("Первая", 40), _title("Вторая", 26), _title("Первая", 41)) == [1, 2, 3, 2]


def test_numbers_decide_before_size() -> None:
    title = _title("Отчёт", 80, "doc_title")
    assert _levels(title, _title("1. Первая", 26), _title("1.1 Вторая", 40), _title("1.1.1 Третья", 26)) == [1, 2, 3, 4]


def test_the_one_largest_heading_of_a_document_without_a_title_is_its_title() -> None:
    assert _levels(_title("Название", 60), _title("Первая", 30), _title("Вторая", 30)) == [1, 2, 2]


def test_no_level_is_deeper_than_six() -> None:
    steps = [_title("Название", 200, "doc_title"), *(_title("Глава", round(190 * 0.7**n)) for n in range(8))]
    assert max(_levels(*steps)) == DEEPEST


def test_a_size_below_all_known_ones_has_the_deepest_of_their_levels() -> None:
    sizes = TitleSizes(((20.0, 2), (14.0, 3)))
    assert [sizes.level(size) for size in (30, 20, 15, 9)] == [2, 2, 3, 3]
    assert TitleSizes().level(12) == FIRST


def test_the_size_of_a_heading_does_not_depend_on_its_number_of_lines() -> None:
    one = title_points(page(1), _title("Первая строка", 30))
    two = title_points(page(1), _title("Первая строка\nВторая строка", 66))
    assert two == pytest.approx(one, rel=0.1)


@pytest.mark.parametrize(
    ("letters", "width", "height", "lines"), [(40, 800, 40, 1), (160, 800, 160, 4), (0, 10, 10, 1)]
)
def test_lines_are_estimated_from_the_shape_of_the_box(letters: int, width: int, height: int, lines: int) -> None:
    assert estimated_lines("a" * letters, width, height) == lines


def test_sizes_that_the_file_tells_part_levels_that_boxes_cannot() -> None:
    def told(text: str, points: float, height: int) -> RegionResult:
        return replace(_title(text, height), type_size=points)

    title = _title("Отчёт", 80, "doc_title")
    assert _levels(title, told("Первая", 15.0, 31), told("Вторая", 12.5, 32), told("Третья", 11.0, 30)) == [1, 2, 3, 4]


def test_letters_are_parts_of_sections_with_roman_numbers() -> None:
    texts = ["I. INTRODUCTION", "A. Scope", "B. Method", "II. RESULTS", "A. Data"]
    assert _levels(*(_title(text, 30) for text in texts)) == [2, 3, 3, 2, 3]
    assert _levels(_title("Отчёт", 80, "doc_title"), _title("A. Scope", 30), _title("B. Scope", 30)) == [1, 2, 2]
