"""Lines at the edges of pages that are no part of the text."""

from __future__ import annotations

import pytest

from ocr_service.document import Box
from ocr_service.export.running_headers import REPEATS, is_marginal, repeated_edges
from tests.support.pages import HEIGHT, page, region

_TOP: Box = (100, 40, 900, 80)
_BOTTOM: Box = (100, HEIGHT - 80, 900, HEIGHT - 40)
_MIDDLE: Box = (100, 600, 900, 640)


def test_a_line_at_the_edge_of_three_pages_is_a_running_one_whatever_number_is_in_it() -> None:
    pages = [page(n, region("text", f"Отчёт за 2024 год, стр. {n}", _TOP)) for n in range(1, REPEATS + 1)]
    running = repeated_edges(pages)
    assert all(is_marginal(kept, kept.regions[0], running) for kept in pages)


def test_a_line_of_fewer_pages_is_text() -> None:
    pages = [page(n, region("text", "Отчёт", _TOP)) for n in range(1, REPEATS)]
    assert repeated_edges(pages) == frozenset()
    assert not is_marginal(pages[0], pages[0].regions[0], frozenset())


def test_a_line_that_repeats_in_the_middle_of_pages_is_text() -> None:
    pages = [page(n, region("text", "Отчёт", _MIDDLE)) for n in range(1, 9)]
    assert repeated_edges(pages) == frozenset()


def test_a_line_twice_on_one_page_counts_once() -> None:
    kept = page(1, *(region("text", "Отчёт", _TOP) for _ in range(REPEATS)))
    assert repeated_edges([kept]) == frozenset()


@pytest.mark.parametrize("text", ["7", "- 7 -", "— 12 —", "стр. 3", "Страница 4 из 10", "page 5 of 6", "xii", "3/9"])
def test_a_page_number_at_the_edge_is_no_text(text: str) -> None:
    kept = page(1, region("text", text, _BOTTOM))
    assert is_marginal(kept, kept.regions[0], frozenset())


@pytest.mark.parametrize(("text", "box"), [("7", _MIDDLE), ("7 рублей", _BOTTOM), ("Глава 7", _TOP)])
def test_other_short_lines_are_text(text: str, box: Box) -> None:
    kept = page(1, region("text", text, box))
    assert not is_marginal(kept, kept.regions[0], frozenset())


def test_labels_of_the_layout_decide_wherever_the_region_is() -> None:
    kept = page(1, region("footer", "Подпись", _MIDDLE), region("table", "7", _BOTTOM))
    assert [is_marginal(kept, one, frozenset()) for one in kept.regions] == [True, False]
