"""Digits that are drawn as another one of the page."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.misread_digits import with_proven_digits
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage

_NUMBERS = ("1723-49", "5068,", "2374", "9810.5", "6502", "3948", "7165", "2309")


def printed(page: DrawnPage, y: int, *words: tuple[str, str], confidence: float = 95.0) -> Line:
    """A line of words as they are printed and as they were read."""
    boxes = page.words([text for text, _ in words], y, gap=14)
    return make_line([Word(seen, box, confidence) for (_, seen), box in zip(words, boxes, strict=True)])


@pytest.mark.parametrize(
    ("printed_as", "read_as"),
    [("893", "895"), ("20.09.2017", "70.09.2017"), ("1645", "1645"), ("555", "888"), ("I893", "I895")],
)
def test_a_digit_is_the_one_that_it_is_drawn_as(printed_as: str, read_as: str) -> None:
    page = DrawnPage(1300, 300)
    lines = [
        printed(page, 40, *((number, number) for number in _NUMBERS)),
        printed(page, 120, (printed_as, read_as)),
    ]
    mended, _ = with_proven_digits(lines, page.sheet())
    assert mended == [lines[0], make_line([Word(printed_as, lines[1].words[0].box, 95.0)])]


def test_digits_of_another_size_and_words_with_other_ink_stay_as_they_were_read() -> None:
    page = DrawnPage(1300, 400)
    lines = [printed(page, 40, *((number, number) for number in _NUMBERS))]
    page.text(100, 120, "893", 16)
    lines.append(make_line([Word("895", page.ink_box(0, 120), 95.0)]))
    lines.append(printed(page, 220, ("89:3", "895"), ("8.93", "8393")))
    assert with_proven_digits(lines, page.sheet())[0] == lines


def test_a_page_of_few_digits_proves_nothing() -> None:
    page = DrawnPage(900, 300)
    lines = [printed(page, 40, ("893", "895"), ("333", "333"), ("8", "8"))]
    mended, shapes = with_proven_digits(lines, page.sheet())
    assert (mended, shapes.mended(lines)) == (lines, lines)


def test_what_is_read_later_is_compared_with_the_page() -> None:
    page = DrawnPage(1300, 300)
    lines = [printed(page, 40, *((number, number) for number in _NUMBERS))]
    later = printed(page, 120, ("893", "895"))
    _, shapes = with_proven_digits(lines, page.sheet())
    assert [line.text for line in shapes.mended([*lines, later])] == [lines[0].text, "893"]
