"""Answers to ``Spotting:`` as lines with the corners of where they stand."""

from __future__ import annotations

import pytest

from ocr_service.vlm.spotting import spotted_lines


def place(*numbers: int) -> str:
    return "".join(f"<|LOC_{number}|>" for number in numbers)


MARKED = (
    f"<|TEXT_START|>Total<|TEXT_END|><|LOC_BEGIN|>{place(100, 50, 300, 50, 300, 80, 100, 80)}<|LOC_END|>"
    f"<|TEXT_START|>$1,200.50<|TEXT_END|><|LOC_BEGIN|>{place(600, 50, 900, 60, 900, 90, 600, 80)}<|LOC_END|>"
)
INLINE = f"Total{place(100, 50, 300, 50, 300, 80, 100, 80)} $1,200.50{place(600, 50, 900, 60, 900, 90, 600, 80)}"


@pytest.mark.parametrize("answer", [MARKED, INLINE])
def test_lines_have_texts_and_corners_on_the_page(answer: str) -> None:
    first, second = spotted_lines(answer, 1000, 2000)
    assert (first.text, first.polygon) == ("Total", (100, 100, 300, 100, 300, 160, 100, 160))
    assert (second.text, second.box) == ("$1,200.50", (600, 100, 900, 180))


@pytest.mark.parametrize("answer", ["", "only words", f"cut off{place(1, 2, 3)}"])
def test_an_answer_without_places_has_no_lines(answer: str) -> None:
    assert spotted_lines(answer, 1000, 2000) == []
