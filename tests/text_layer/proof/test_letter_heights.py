"""How far letters reach."""

from __future__ import annotations

from ocr_service.text_layer.proof.letter_heights import LetterHeights


def test_a_letter_without_an_ascender_has_none() -> None:
    heights = LetterHeights(x_height=0.5, capital=0.7)
    assert not any(heights.small_is_too_high(sign, 0.52) for sign in "oagpy")
    assert all(heights.small_is_too_high(sign, 0.7) for sign in "oagpy")  # as of ó and ğ without their marks
    assert not any(heights.small_is_too_high(sign, 0.7) for sign in "bdfğйў")


def test_digits_tell_a_capital_with_a_mark_from_one_without_where_no_other_capital_does() -> None:
    heights = LetterHeights(x_height=0.5, capital=0.0, digit=0.7)
    assert heights.capital_is_too_low("İ", 0.7) and not heights.capital_is_too_low("İ", 0.85)
    assert not any(heights.capital_is_too_low(sign, 0.7) for sign in "IO")
