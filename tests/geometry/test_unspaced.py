"""Scripts that write no spaces between words."""

from __future__ import annotations

import pytest

from ocr_service.geometry.hyphenation import join_lines
from ocr_service.geometry.unspaced import letters_wide


@pytest.mark.parametrize(
    ("upper", "lower", "joined"),
    [
        ("合同的双方", "同意以下条件。", "合同的双方同意以下条件。"),
        ("双方同意。", "第二条", "双方同意。第二条"),
        ("これは", "ペンです", "これはペンです"),
        ("ประเทศ", "ไทย", "ประเทศไทย"),
        ("使用 Python", "语言", "使用 Python 语言"),
        ("대한민국의", "주권은", "대한민국의 주권은"),
        ("two", "words", "two words"),
    ],
)
def test_lines_of_unspaced_scripts_are_joined_without_a_space(upper: str, lower: str, joined: str) -> None:
    assert join_lines([upper, lower]) == joined


def test_a_sign_in_a_square_is_two_letters_wide() -> None:
    assert letters_wide("合同 2024") == 9
    assert letters_wide("contract") == 8
