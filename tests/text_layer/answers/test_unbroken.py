"""Answers for regions of which a part is proven: what may stand between the proven words, and what may not."""

from __future__ import annotations

import pytest

from ocr_service.text_layer.answers.unbroken import unbroken_agree

# "The fee is not due after 30 days, as Lee agreed." is proven, then comes something else, then "See № 12 of 1987."
_WORDS = [
    "The",
    "fee",
    "is",
    "not",
    "due",
    "after",
    "30",
    "days,",
    "as",
    "Lee",
    "agreed.",
    "See",
    "№",
    "12",
    "of",
    "1987.",
]
_BREAKS = (11,)
_HONEST = "The fee is not due after 30 days, as Lee agreed. Ask the clerk for a copy. See № 12 of 1987."


@pytest.mark.parametrize(
    "answer",
    [
        _HONEST,
        _HONEST.replace(" ", "\n"),
        _HONEST.replace("№", "No."),
        _HONEST.replace("agreed", "ag-\nreed"),
        _HONEST.replace("30", r"\( 30 \)"),
    ],
)
def test_what_is_not_proven_may_say_anything(answer: str) -> None:
    assert unbroken_agree(answer, _WORDS, _BREAKS, rest=20)


@pytest.mark.parametrize(
    ("was", "said"),
    [
        ("not due", "due"),
        ("Lee", "Kim"),
        ("is not", "is surely not"),
        ("30 days", "−30 days"),
        ("as Lee", "as Tom said and Lee"),
        ("№ 12", "12"),
        ("12 of 1987", "1987 of 12"),
        ("The fee", "Not so: the fee"),
        ("of 1987.", "of 1987. Paid."),
        ("Lee agreed.", "Lee agreed. The fee is not due after 30 days, as Lee agreed."),
        ("Ask the clerk", "Ask the clerk, who knows the rules of this house and of every other one in our town,"),
    ],
)
def test_what_is_proven_stands_as_on_the_page(was: str, said: str) -> None:
    assert not unbroken_agree(_HONEST.replace(was, said), _WORDS, _BREAKS, rest=20)


def test_at_an_end_with_something_else_more_may_be_said() -> None:
    assert unbroken_agree(f"Note. {_HONEST} End.", _WORDS, (0, 11, len(_WORDS)), rest=40)


def test_mathematics_may_be_written_in_another_order() -> None:
    words = ["so", "x²i", "and", "∑i=1", "hold"]
    assert unbroken_agree(r"so $x_{i}^{2}$ and $\sum_{i=1}$ hold, q.e.d.", words, (5,), rest=10)
    assert not unbroken_agree(r"so $x_{i}^{2}$ or $\sum_{i=1}$ hold, q.e.d.", words, (5,), rest=10)
