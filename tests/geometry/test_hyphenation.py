"""Words broken at a line's end: made whole, or left with the hyphen that they are written with."""

from __future__ import annotations

import pytest

from ocr_service.geometry.hyphenation import join_lines


@pytest.mark.parametrize(
    ("upper", "lower", "whole"),
    [
        ("заявки по-", "даются до обеда", "заявки подаются до обеда"),
        ("договор по-", "русски", "договор по-русски"),
        ("другое мес-", "то работы", "другое место работы"),
        ("пусть кто-", "то придёт", "пусть кто-то придёт"),
        ("первая провер-", "ка прибора", "первая проверка прибора"),
        ("коэффициент СО-", "ставил 0,3", "коэффициент СОставил 0,3"),
        ("Кол-", "во", "Кол-во"),
        ("в виде во-", "ды", "в виде воды"),
        ("во-", "первых", "во-первых"),
        ("из-", "за аварии", "из-за аварии"),
        ("из-", "делие", "изделие"),
    ],
)
def test_a_hyphen_at_a_lines_end_is_kept_where_the_word_has_one(upper: str, lower: str, whole: str) -> None:
    assert join_lines([upper, lower]) == whole
