"""Two glyphs that a map has one character for are two shapes of it, though they look much alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_pdfs import Sample, Sheet, with_maps
from tests.support.text_layer_set import read_sample, words_of

_TEXT = "Панин, инспектор, приносит опись и план; Нина пинает пень, она не Инна."


@pytest.mark.parametrize(
    ("letter", "lie", "face"),
    [
        ("и", "н", "SerifBold"),
        pytest.param("н", "и", "Serif", marks=pytest.mark.slow),
        pytest.param("п", "н", "SerifBold", marks=pytest.mark.slow),
        pytest.param("н", "п", "Serif", marks=pytest.mark.slow),
    ],
)
def test_a_letter_with_the_map_of_one_much_like_it_is_found(tmp_path: Path, letter: str, lie: str, face: str) -> None:
    sheet = Sheet()
    sheet.paragraph(_TEXT, font=face)
    pdf = with_maps(sheet.pdf(), lambda codes: {c: lie if t == letter else t for c, t in codes.items()})
    lies = {word.replace(letter, lie) for word in _TEXT.split() if letter in word}
    assert not lies & set(words_of(read_sample(tmp_path, Sample("alike", pdf, ""), "only").markdown))


@pytest.mark.slow
@pytest.mark.parametrize(("digit", "lie"), [("3", "8"), ("5", "6"), ("1", "7"), ("0", "9")])
def test_a_digit_with_the_map_of_another_is_found(tmp_path: Path, digit: str, lie: str) -> None:
    text = "Total of 1203 from 18.05.2019: 3856,70 and 10895 pieces, 76,38 kg, code 508361, 6983,50."
    sheet = Sheet()
    sheet.paragraph(text, font="Sans")
    pdf = with_maps(sheet.pdf(), lambda codes: {c: lie if t == digit else t for c, t in codes.items()})
    lies = {word.replace(digit, lie) for word in text.split() if digit in word}
    assert not lies & set(words_of(read_sample(tmp_path, Sample("digits", pdf, ""), "only").markdown))
