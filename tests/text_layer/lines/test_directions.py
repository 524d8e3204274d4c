"""Signs of a line in the order in which they are read."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.lines.directions import in_reading_order, mostly_to_the_left, with_brackets_around
from ocr_service.text_layer.lines.words import clean_text


def _read(seen: str, *, to_the_left: bool) -> str:
    words = seen.split(" ")
    signs = "".join(words)
    return " ".join(
        "".join(signs[place] for place in word) for word in in_reading_order(words, to_the_left=to_the_left)
    )


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("םולש", "שלום"),
        (".םלוע םולש", "שלום עולם."),
        ("ISO 9001 ןקת", "תקן ISO 9001"),
        (".(2019 ;12.50) ךס", "סך )12.50; 2019(."),
        (".(1840", "1840(."),
        ("50% הלע", "עלה 50%"),
        ("€12,30 :ריחמ", "מחיר: €12,30"),
        ("Wi-Fi Alliance ןוגרא", "ארגון Wi-Fi Alliance"),
    ],
)
def test_a_line_of_hebrew_is_read_from_the_right(seen: str, read: str) -> None:
    assert _read(seen, to_the_left=True) == read


def test_hebrew_words_in_an_english_line_are_read_from_the_right() -> None:
    assert _read("the word םלוע םולש means peace", to_the_left=False) == "the word שלום עולם means peace"
    assert _read("no such letters (12)", to_the_left=True) == "no such letters (12)"


@pytest.mark.parametrize(
    ("word", "read"), [(")12.50;", "(12.50;"), ("2019(.", "2019)."), ("(כ)", "(כ)"), (")", ")"), ("»כ«,", "«כ»,")]
)
def test_brackets_open_before_a_word_and_close_behind_it(word: str, read: str) -> None:
    assert with_brackets_around(word) == read


def test_a_page_is_of_the_direction_of_most_of_its_letters() -> None:
    assert mostly_to_the_left(np.array([ord(c) for c in "שלום PDF 2.0"]))
    assert not mostly_to_the_left(np.array([ord(c) for c in "The word שלום"]))
    assert not mostly_to_the_left(np.array([ord(c) for c in "2.0"]))


def test_thai_letters_of_two_glyphs_are_one() -> None:
    ring, tone, aa, am = "\u0e4d", "\u0e49", "\u0e32", "\u0e33"
    assert clean_text(f"ก{ring}{aa}") == f"ก{am}"
    assert clean_text(f"น{ring}{tone}{aa}") == clean_text(f"น{tone}{ring}{aa}") == f"น{tone}{am}"
