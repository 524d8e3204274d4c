"""Which answers hold, and what of the others is kept."""

from __future__ import annotations

import time

import pytest

from ocr_service.vlm.answer_checks import Doubt, Verdict, judge

LINE = "Договор поставки № 7 от 1 марта. "


@pytest.mark.parametrize(
    ("text", "finish_reason", "doubt"),
    [
        (LINE, "stop", None),
        (LINE, None, None),
        ("", "stop", Doubt.EMPTY),
        (" \n", "stop", Doubt.EMPTY),
        (LINE, "length", Doubt.CUT),
        (LINE, "repetition", Doubt.REPETITION),
        ("", "length", Doubt.CUT),
        (LINE + "и так далее, " * 60, "length", Doubt.REPETITION),
        ("12 34 " * 5, "stop", None),  # short: a row of a form may repeat
    ],
)
def test_an_answer_is_doubted_for_a_reason(text: str, finish_reason: str | None, doubt: Doubt | None) -> None:
    assert judge(text, finish_reason).doubt == doubt


def test_a_repeating_end_is_cut_off() -> None:
    assert judge(LINE + "abcdefgh ijk " * 60, "length").text.startswith(LINE.strip())
    assert len(judge(LINE + "abcdefgh ijk " * 60, "length").text) < 200


def test_a_short_unit_that_is_the_whole_answer_is_kept_once() -> None:
    assert judge("ab" * 40, "stop") == Verdict("ab", Doubt.REPETITION)


def test_a_line_that_makes_up_nearly_everything_is_kept_once() -> None:
    assert judge("total\n" * 12 + "end", "stop") == Verdict("total", Doubt.REPETITION)
    assert judge("total\n" * 9 + "end of a longer text that is fine", "stop").doubt is None


def test_a_table_may_have_many_equal_rows() -> None:
    rows = "<fcel>0<fcel>0<nl>" * 100
    assert judge(rows, "stop", table=True).doubt is None
    assert judge(rows * 5, "stop", table=True).doubt is Doubt.REPETITION


def test_a_runaway_answer_is_judged_in_no_time() -> None:
    """37,000 characters, as the longest answers have: the event loop waits for this."""
    started = time.process_time()
    judge("абвгдежз " * 4096, "length")
    judge("".join(chr(1072 + number * number % 31) for number in range(37_000)), "length")
    assert time.process_time() - started < 0.5
