"""Numbers along the axes of a chart."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.tesseract.blocks.scales import scale_numbers
from ocr_service.tesseract.words import Line
from tests.support.sheets import text_line


def axis(*texts: str, x: int = 200, confidence: float = 95.0) -> list[Line]:
    """A column of numbers that end at ``x``."""
    lines = []
    for row, text in enumerate(texts):
        line = text_line(x - 15 * len(text), 100 + 80 * row, text)
        lines.append(replace(line, words=tuple(replace(word, confidence=confidence) for word in line.words)))
    return lines


def test_a_lone_digit_at_the_end_of_an_axis_is_of_its_scale() -> None:
    lines = axis("30", "20", "10", "0")
    assert scale_numbers(lines) == lines


def test_lone_digits_in_a_row_are_a_scale() -> None:
    lines = [text_line(100 + 150 * n, 600, str(n)) for n in range(4)]
    assert scale_numbers(lines) == lines


def test_two_numbers_words_and_doubtful_digits_are_none() -> None:
    assert scale_numbers(axis("10", "0")) == []
    assert scale_numbers(axis("low", "mid", "top")) == []
    assert scale_numbers(axis("2", "1", "0", confidence=50.0)) == []


def test_digits_that_stand_anywhere_are_no_scale() -> None:
    lines = [text_line(x, y, "1") for x, y in ((100, 100), (230, 170), (420, 330))]
    assert scale_numbers(lines) == []


def test_a_tick_beside_a_number_is_no_matter() -> None:
    lines = [text_line(200, 100 + 80 * row, text) for row, text in enumerate(("20-", "10 -", "0—"))]
    assert scale_numbers(lines) == lines
