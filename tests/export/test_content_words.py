"""The words of a region's content, and their confidences through what becomes of an answer."""

from __future__ import annotations

import pytest

from ocr_service.document import PlacedWord
from ocr_service.export.content_words import (
    carried,
    content_words,
    least_confidence,
    parted,
    word_starts,
    words_with_confidence,
)
from tests.support.pages import region


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
