"""Which answers hold, and what of the others is kept."""

from __future__ import annotations

import pytest

from ocr_service.vlm.answer_checks import AnswerProblem, CheckedAnswer, check_answer, share_read

LINE = "Договор поставки № 7 от 1 марта. "


@pytest.mark.parametrize(
    ("text", "finish_reason", "problem"),
    [
        (LINE, "stop", None),
        (LINE, None, None),
        ("", "stop", AnswerProblem.EMPTY),
        (" \n", "stop", AnswerProblem.EMPTY),
        (LINE, "length", AnswerProblem.CUT),
        (LINE, "repetition", AnswerProblem.REPETITION),
        ("", "length", AnswerProblem.CUT),
        (LINE + "и так далее, " * 60, "length", AnswerProblem.REPETITION),
        ("12 34 " * 5, "stop", None),  # short: a row of a form may repeat
    ],
)
def test_an_answer_is_checked_for_its_problem(
    text: str, finish_reason: str | None, problem: AnswerProblem | None
) -> None:
    assert check_answer(text, finish_reason).problem == problem


def test_a_repeating_end_is_cut_off() -> None:
    assert check_answer(LINE + "abcdefgh ijk " * 60, "length").text.startswith(LINE.strip())
    assert len(check_answer(LINE + "abcdefgh ijk " * 60, "length").text) < 200


def test_a_short_unit_that_is_the_whole_answer_is_kept_once() -> None:
    assert check_answer("ab" * 40, "stop") == CheckedAnswer("ab", AnswerProblem.REPETITION)


def test_a_line_that_makes_up_nearly_everything_is_kept_once() -> None:
    assert check_answer("total\n" * 12 + "end", "stop") == CheckedAnswer("total", AnswerProblem.REPETITION)
    assert check_answer("total\n" * 9 + "end of a longer text that is fine", "stop").problem is None


def test_a_table_may_have_many_equal_rows() -> None:
    rows = "<fcel>0<fcel>0<nl>" * 100
    assert check_answer(rows, "stop", table=True).problem is None
    assert check_answer(rows * 5, "stop", table=True).problem is AnswerProblem.REPETITION


@pytest.mark.timeout(60)
def test_the_longest_answers_are_checked_without_quadratic_cost() -> None:
    """37,000 characters, as the longest answers have; the time limit is a guard against hanging only."""
    assert check_answer("абвгдежз " * 4096, "length").text == "абвгдежз"
    text = "".join(chr(1072 + number * number % 31) for number in range(37_000))
    assert check_answer(text, "length").problem is not None


@pytest.mark.parametrize(
    ("text", "letters", "short"),
    [
        ("Договор поставки", 15, False),
        ("Договор поставки", 60, True),
        ("Договор поставки", 0, False),  # nobody counted
        ("№", 19, False),  # too little ink to say anything
        ("<fcel>Насос<fcel>6<nl>" * 3, 60, True),
        ("供应商应在三十天内交付货物", 40, False),  # most signs have several pieces
        (LINE * 4, 110, False),
    ],
)
def test_an_answer_much_shorter_than_its_ink_is_asked_for_again(text: str, letters: int, short: bool) -> None:
    problem = check_answer(text, "stop", letters=letters).problem
    assert problem is (AnswerProblem.SHORT if short else None)


def test_the_share_that_was_read_counts_letters_and_no_tags() -> None:
    assert share_read("<fcel>ab<fcel>12<nl>", 8) == 0.5
    assert share_read("abc", 2) == 1.0
    assert share_read("", 10) == 0.0
    assert share_read("", 0) == 1.0
