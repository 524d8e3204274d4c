"""Spaces that are on the page and not in what was read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_service.document import Gray
from ocr_service.tesseract.repair.missed_spaces import typical_space, with_missed_spaces
from ocr_service.tesseract.words import Word
from tests.support.sheets import EM, sheet_of_ink


def drawn(text: str, gaps: dict[int, int]) -> tuple[Word, Gray]:
    """A word of blocks 14 pixels wide and 3 apart, or ``gaps[i]`` before its i-th letter."""
    ink = np.zeros((40, 400), np.uint8)
    x = 10
    for index in range(len(text)):
        x += gaps.get(index, 3) if index else 0
        ink[8:30, x : x + 14] = 255
        x += 14
    return Word(text, (10, 8, x, 30), 90.0), ink


def cut(text: str, gaps: dict[int, int]) -> list[str]:
    word, ink = drawn(text, gaps)
    return [piece.text for piece in with_missed_spaces([word], EM, 9.0, sheet_of_ink(ink))]


def test_the_groups_of_a_number_are_parted() -> None:
    assert cut("2456789", {1: 9, 4: 9}) == ["2", "456", "789"]


def test_a_letter_that_is_a_word_is_parted() -> None:
    assert cut("acertified", {1: 9}) == ["a", "certified"]


def test_a_word_without_a_wide_gap_stays_whole() -> None:
    assert cut("certified", {4: 4}) == ["certified"]


def test_wide_white_between_digits_that_are_no_thousands_is_no_space() -> None:
    assert cut("24567", {1: 9}) == ["24567"]


def test_letters_that_are_set_wide_stay_one_word() -> None:
    assert cut("heading", dict.fromkeys(range(7), 9)) == ["heading"]


def test_the_usual_space_is_that_of_lines_that_are_not_stretched() -> None:
    tight = [[Word("a", (x, 0, x + 20, 20), 90.0) for x in range(0, 290, 29)]]
    stretched = [[Word("a", (x, 0, x + 20, 20), 90.0) for x in range(0, 450, 45)]]
    assert typical_space(tight + 2 * stretched, EM) == 9


def test_digits_of_one_pitch_are_one_number() -> None:
    assert cut("2013", {1: 9, 2: 10, 3: 10}) == ["2013"]
    assert cut("1135", {1: 9, 2: 8}) == ["1135"]


def test_what_is_no_thousands_of_a_number_is_not_parted_from_it() -> None:
    assert cut("1120S", {1: 9}) == ["1120S"]


def test_a_word_in_a_dictionary_is_parted_only_where_its_white_is_clear() -> None:
    word, ink = drawn("department", {4: 8})
    assert len(with_missed_spaces([replace(word, listed=True)], EM, 9.0, sheet_of_ink(ink))) == 1
    assert len(with_missed_spaces([word], EM, 9.0, sheet_of_ink(ink))) == 2
    word, ink = drawn("atleast", {2: 14})
    assert len(with_missed_spaces([replace(word, listed=True)], EM, 9.0, sheet_of_ink(ink))) == 2
