"""The probability of each word of an answer from those of its tokens, however a server writes the tokens."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from ocr_service.export.content_words import content_words
from ocr_service.vlm.token_confidence import token_texts, word_confidences


def confidences(text: str, *tokens: tuple[str, float]) -> tuple[float | None, ...]:
    return word_confidences(text, [token for token, _ in tokens], np.array([told for _, told in tokens]))


def test_a_token_counts_for_each_word_that_it_has_a_part_of() -> None:
    assert confidences("one, two", ("o", 1.0), ("ne, t", 0.5), ("wo", 0.0)) == (0.75, 0.25)


def test_spaces_and_the_end_token_count_for_no_word() -> None:
    assert confidences("one two", ("one", 1.0), (" ", 0.1), ("two", 0.5), ("</s>", 0.1)) == (1.0, 0.5)
    assert confidences("one two", ("one", 1.0), (" ", 0.1), ("two", 0.5), ("", 0.1)) == (1.0, 0.5)


def test_tokens_without_the_space_before_them_are_found() -> None:
    assert confidences("12 000 рублей", ("12", 0.5), ("000", 0.25), ("руб", 1.0), ("лей", 0.5)) == (0.5, 0.25, 0.75)


def test_the_parts_of_a_character_count_for_its_word() -> None:
    assert confidences("aж b", ("a", 1.0), ("", 0.25), ("ж", 0.25), (" b", 1.0)) == (0.5, 1.0)
    assert confidences("aж b", ("a", 1.0), ("\ufffd", 0.25), ("\ufffd", 0.25), ("b", 1.0)) == (0.5, 1.0)
    assert confidences("b ж", ("b", 1.0), ("\ufffd", 0.25), ("\ufffd", 0.75), ("</s>", 1.0)) == (1.0, 0.667)


def test_tokens_that_are_not_in_the_text_count_for_nothing() -> None:
    assert confidences("a b", ("<s>", 0.1), ("a", 1.0), ("<pad>", 0.1), (" b", 0.5)) == (1.0, 0.5)


def test_the_tokens_of_a_table_are_no_words() -> None:
    text = "<fcel>Итого<fcel>1 500<nl><ecel><fcel>x<5<nl>"
    tokens = [("<fcel>", 0.0), ("Ито", 1.0), ("го", 0.5), ("<fcel>", 0.0), ("1", 0.5), (" 500", 0.25), ("<nl>", 0.0)]
    tokens += [("<ecel>", 0.0), ("<fcel>", 0.0), ("x", 1.0), ("<5", 0.5), ("<nl>", 0.0)]
    assert content_words(text) == ["Итого", "1", "500", "x<5"]
    assert confidences(text, *tokens) == (0.75, 0.5, 0.25, 0.75)


@pytest.mark.parametrize(
    "tokens", [[("a\0b", 1.0)], [("\0", 1.0), ("b", 1.0)], [("", 1.0)], [("something else", 1.0)] * 9]
)
def test_tokens_of_which_nothing_can_be_told_cost_nothing(tokens: list[tuple[str, float]]) -> None:
    assert all(known is None or 0 <= known <= 1 for known in confidences("word " * 100, *tokens))
    assert confidences("", *tokens) == ()


def test_bytes_make_the_texts_of_tokens_where_each_token_has_some() -> None:
    assert token_texts([("\ufffd", [0xD0]), ("\ufffd", [0xB6]), (" a", [32, 97])]) == ["", "ж", " a"]
    assert token_texts([(" \ufffd", [32, 0xD0]), ("\ufffd", [0xB6])]) == ["", "ж"]
    assert token_texts([("\ufffd", None), ("a", [97])]) == ["\ufffd", "a"]
    assert token_texts([("a", [900]), ("b", ["x"])]) == ["a", "b"]


def test_any_cut_of_a_text_into_tokens_gives_each_word_its_own_probability() -> None:
    """Two words in a row never share a token here, so that each has the probability of its own."""
    for seed in range(200):
        draw = random.Random(seed)
        words = ["".join(draw.choices("абвxyz189.,<-", k=draw.randint(1, 9))) for _ in range(draw.randint(1, 40))]
        told = [draw.choice((1.0, 0.5, 0.25)) for _ in words]
        spaces, tokens = draw.choice((" ", "")), []
        for word, probability in zip(words, told, strict=True):
            cuts = [0, *sorted(draw.sample(range(1, len(word)), min(2, len(word) - 1))), len(word)]
            pieces = [word[start:end] for start, end in pairwise(cuts)]
            tokens += [(spaces + piece if place == 0 else piece, probability) for place, piece in enumerate(pieces)]
        assert confidences(" ".join(words), *tokens) == tuple(told)
