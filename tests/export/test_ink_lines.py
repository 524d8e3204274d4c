"""Lines of text found in ink that is drawn by hand: a word is a bar of letters."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.export.ink_lines import Ink, ink_lines, ink_of, inner_rulings, widest_gaps, without_rulings


def _blank(height: int, width: int) -> Ink:
    return np.zeros((height, width), dtype=np.bool_)


def _write(ink: Ink, top: int, *words: tuple[int, int], height: int = 20) -> None:
    """Letters 8 pixels wide, 2 apart, from one x to another."""
    for start, end in words:
        for x in range(start, end, 10):
            ink[top : top + height, x : min(x + 8, end)] = True


def test_lines_and_their_words_are_found_from_top_to_bottom() -> None:
    ink = _blank(100, 300)
    _write(ink, 10, (10, 58), (70, 138), (150, 198))
    _write(ink, 50, (10, 108), (120, 168))
    lines = ink_lines(ink, words=5)
    assert [(line.top, line.bottom) for line in lines] == [(10, 30), (50, 70)]
    assert [line.runs for line in lines] == [((10, 58), (70, 138), (150, 198)), ((10, 108), (120, 168))]
    assert lines[0].height == 20


def test_wide_letter_spacing_does_not_part_words_that_the_text_does_not_part() -> None:
    ink = _blank(40, 300)
    for x in (10, 24, 38, 52, 100, 114, 128):
        ink[10:30, x : x + 8] = True
    assert [line.runs for line in ink_lines(ink, words=2)] == [((10, 60), (100, 136))]


def test_the_dots_above_a_line_belong_to_it() -> None:
    ink = _blank(80, 200)
    _write(ink, 10, (10, 188))
    ink[41:44, 30:36] = True  # the dots of ё
    _write(ink, 48, (10, 188))
    assert [(line.top, line.bottom) for line in ink_lines(ink, words=2)] == [(10, 30), (41, 68)]


def test_rulings_are_no_lines() -> None:
    ink = _blank(60, 200)
    _write(ink, 20, (10, 98))
    ink[5:7, :] = True
    ink[50:52, :] = True
    assert [(line.top, line.bottom) for line in ink_lines(ink, words=1)] == [(20, 40)]
    assert not without_rulings(ink)[5:7].any()


@pytest.mark.parametrize("ink", [_blank(20, 20), _blank(1, 1)])
def test_a_box_without_ink_has_no_lines(ink: Ink) -> None:
    assert ink_lines(ink, words=3) == []


@pytest.mark.parametrize(("background", "letters"), [(255, 0), (0, 255), (200, 30)])
def test_ink_is_what_is_far_from_the_background(background: int, letters: int) -> None:
    gray: Gray = np.full((10, 10), background, dtype=np.uint8)
    gray[4, 4] = letters
    gray[6, 6] = background - 10 if background >= 10 else background + 10
    assert np.argwhere(ink_of(gray)).tolist() == [[4, 4]]


def test_rulings_inside_a_table_are_found_and_those_at_its_edges_left_out() -> None:
    profile = np.zeros(100)
    profile[[0, 1, 30, 31, 60, 99]] = 0.9
    profile[45] = 0.3  # a line of text
    assert inner_rulings(profile) == [31, 60]


def test_the_widest_gaps_part_columns() -> None:
    ink = _blank(20, 200)
    for start, end in ((10, 40), (44, 60), (100, 120), (160, 190)):
        ink[:9, start:end] = True
    assert widest_gaps(ink, 2) == [80, 140]
    assert widest_gaps(ink, 9) == [42, 80, 140]
