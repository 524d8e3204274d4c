"""Pages as other protocols name them."""

from __future__ import annotations

import pytest

from ocr_service.api.compat.page_numbers import pages_between, pages_from_zero
from ocr_service.reading.page_ranges import select_pages


@pytest.mark.parametrize(
    ("first", "last", "pages"), [(1, None, (1, 2, 3, 4, 5)), (1, 2, (1, 2)), (3, None, (3, 4, 5)), (4, 4, (4,))]
)
def test_a_range_is_written_as_our_option(first: int, last: int | None, pages: tuple[int, ...]) -> None:
    assert select_pages(pages_between(first, last), 5) == pages


@pytest.mark.parametrize(
    ("expression", "pages"), [("", (1, 2, 3, 4, 5)), (" ", (1, 2, 3, 4, 5)), ("0", (1,)), ("0-2, 4", (1, 2, 3, 5))]
)
def test_pages_that_count_from_zero_are_moved_by_one(expression: str, pages: tuple[int, ...]) -> None:
    assert select_pages(pages_from_zero(expression), 5) == pages


@pytest.mark.parametrize("expression", ["-1", "1-", "a", "0,,1", "1-2-3", "²", "9" * 5000, "999999999999"])
def test_what_is_no_page_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="numbers from 0"):
        pages_from_zero(expression)


@pytest.mark.parametrize(
    ("numbers", "written"),
    [(None, ""), ([], ""), ([0], "1"), ([4, 0, 2, 1, 0], "1-3,5"), (list(range(9000)), "1-9000")],
)
def test_lists_of_pages_from_zero_become_ranges(numbers: list[int] | None, written: str) -> None:
    assert pages_from_zero(numbers) == written
