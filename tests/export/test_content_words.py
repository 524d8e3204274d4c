"""The words of a region's content, and their confidences through what becomes of an answer."""

from __future__ import annotations

import pytest

from ocr_service.document import PlacedWord
from ocr_service.export.content_words import (
    carried,
    content_words,
    least_confidence,
    least_of_page,
    parted,
    placed_in_blocks,
    placed_words,
    word_starts,
    words_with_confidence,
)
from tests.support.pages import page, region


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Договор  №\n12", ["Договор", "№", "12"]),
        ('<table><tr><td colspan="2">a b</td><td>&lt;5 &amp; 6</td></tr></table>', ["a", "b", "<5", "&", "6"]),
        ("x < 5 and y > 3", ["x", "<", "5", "and", "y", ">", "3"]),
        ("$$ x^2 $$", ["$$", "x^2", "$$"]),
        ("", []),
    ],
)
def test_words_stand_between_spaces_and_tags(text: str, words: list[str]) -> None:
    assert content_words(text) == words


def test_a_word_begins_where_its_letters_do() -> None:
    text = "<td>one</td> <td>two &lt;</td>"
    assert [text[start] for start in word_starts(text)] == ["o", "t", "&"]


@pytest.mark.parametrize(
    ("said", "words", "confidences"),
    [
        ("a b c", "a b c", (0.1, 0.2, 0.3)),
        ("inter- national law", "international law", (0.15, 0.3)),  # a title on one line
        ("costs $5 today", "costs \\$5 today", (0.1, 0.2, 0.3)),
        ("Title one two", "![](images/a.jpg) Title one two", (None, 0.1, 0.2, 0.3)),
        ("\\[x = y", "$$ x = y", (None, 0.1, 0.2, 0.3)),
        ('"text": "Hello world"', "Hello world", (0.2, 0.3)),  # a page in JSON
        ("a", "", ()),
        ("", "new", (None,)),
    ],
)
def test_words_keep_their_confidence_when_the_text_is_written_otherwise(
    said: str, words: str, confidences: tuple[float | None, ...]
) -> None:
    told = tuple((0.1, 0.2, 0.3)[: len(said.split())])
    assert carried(words.split(), said.split(), told) == confidences


def test_texts_that_are_parts_of_an_answer_get_the_confidences_of_their_part() -> None:
    said = ["same", "words", "twice", "same", "words", "twice"]
    assert parted(["same words", "twice", "same words twice"], said, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)) == [
        (0.1, 0.2),
        (0.3,),
        (0.4, 0.5, 0.6),
    ]


def test_a_word_without_a_confidence_has_that_of_its_region() -> None:
    found = region("text", "one two", confidence=0.7, word_confidences=(None, 0.5))
    assert words_with_confidence(found) == [("one", 0.7), ("two", 0.5)]


def test_the_least_sure_word_with_a_letter_or_digit_counts() -> None:
    assert least_confidence(region("text", "one — two", confidence=0.9, word_confidences=(0.8, 0.1, 0.7))) == 0.7
    assert least_confidence(region("text", "—", confidence=0.9, word_confidences=(0.1,))) == 0.9
    placed = (PlacedWord("one", (0, 0, 9, 9), 0.6),)
    assert least_confidence(region("text", "one", confidence=0.9, words=placed)) == 0.6


def test_words_are_placed_in_a_text_with_their_own_confidence_or_the_regions() -> None:
    text = "# Договор **12** \\$5\n\nот"
    told = region("text", text, format="markdown", confidence=0.9, word_confidences=(None, 0.8, 0.5, None, 0.7))
    assert list(placed_words(text, told)) == [
        ("Договор", 0.8, 2),
        ("**12**", 0.5, 10),
        ("\\$5", 0.9, 17),
        ("от", 0.7, 22),
    ]


def test_words_of_regions_are_placed_each_in_its_own_part_of_the_text() -> None:
    first, header, second = (region("text", text, confidence=0.9) for text in ("one two", "Header", "two three"))
    blocks = [(first, "one two"), (header, "Header"), (second, "two three")]
    found = list(placed_in_blocks("one two\n\ntwo three", blocks))
    assert found == [("one", 0.9, 0), ("two", 0.9, 4), ("two", 0.9, 9), ("three", 0.9, 13)]


def test_a_pages_least_confidence_is_that_of_its_least_region() -> None:
    regions = (region("text", "a", confidence=0.9), region("text", "b", confidence=0.4), region("image", ""))
    assert least_of_page(page(1, *regions, confidence=0.7)) == 0.4
    assert least_of_page(page(1, region("image", ""), confidence=0.7)) == 0.7
    assert least_of_page(page(1)) is None


def test_a_text_of_open_tags_is_passed_in_one_go() -> None:
    assert list(placed_words("<" * 200_000, region("text", "", confidence=0.9))) == [("<" * 200_000, 0.9, 0)]
