"""The estimate of tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.export.chunks.tokens import count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" \n\t", 0),
        ("cat", 1),
        ("поставщик", 3),
        ("2026", 2),
        ("№ 41/2026", 5),
        ("a_b", 3),
        ("x = y + 1.", 6),
        ("你好世界", 4),
        ("สวัสดี", 6),
    ],
)
def test_words_count_by_four_letters_digits_by_three_and_marks_one_each(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


@given(st.text(), st.text())
def test_the_count_of_two_texts_is_the_sum_of_theirs(first: str, second: str) -> None:
    assert count_tokens(f"{first} {second}") == count_tokens(first) + count_tokens(second)
