from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.errors import BadPages
from ocr_service.reading.page_ranges import select_pages


@pytest.mark.parametrize(
    ("expression", "pages"),
    [
        ("", (1, 2, 3, 4, 5)),
        ("  ", (1, 2, 3, 4, 5)),
        ("2", (2,)),
        ("1-3", (1, 2, 3)),
        ("4-", (4, 5)),
        ("-1", (5,)),
        ("-2-", (4, 5)),
        ("-3--2", (3, 4)),
        ("2--2", (2, 3, 4)),
        ("1-3, 2, -1", (1, 2, 3, 5)),
        ("5,1", (1, 5)),
    ],
)
def test_expression_selects_pages_in_order_and_once(expression: str, pages: tuple[int, ...]) -> None:
    assert select_pages(expression, 5) == pages


@pytest.mark.parametrize("expression", ["6", "1-6", "-6", "6-", "-6-", "4--3"])
def test_page_that_is_not_there_is_named_with_the_number_of_pages(expression: str) -> None:
    with pytest.raises(BadPages) as caught:
        select_pages(expression, 5)
    assert repr(expression) in str(caught.value)
    assert "5 pages" in str(caught.value)


@pytest.mark.parametrize(
    "expression", ["0", "a", "1,,2", "1-2-3", "3-1", "-1--3", "1;2", "--1", "1.5", "٣", "1" * 10, "1,"]
)
def test_expression_that_means_nothing_is_refused_before_the_document_is_known(expression: str) -> None:
    with pytest.raises(BadPages):
        select_pages(expression, 10)


def test_expression_is_bounded() -> None:
    with pytest.raises(BadPages, match="longer than 1000"):
        select_pages("1-99999999," * 1000, 10)


@given(st.text(alphabet="0123456789-, ", max_size=20), st.integers(1, 30))
def test_any_expression_gives_pages_of_the_document_or_bad_pages(expression: str, total: int) -> None:
    try:
        pages = select_pages(expression, total)
    except BadPages:
        return
    assert pages
    assert list(pages) == sorted(set(pages))
    assert 1 <= pages[0] <= pages[-1] <= total
