"""Words aligned with runs of ink whose place is known."""

from __future__ import annotations

import random

import pytest

from ocr_service.export.ink_lines import InkLine
from ocr_service.export.word_alignment import Place, align, text_width

_EM = 20.0  # pixels
_HEIGHT = 24


def _line(top: int, *runs: tuple[float, float]) -> InkLine:
    return InkLine(top, top + _HEIGHT, tuple((round(x0), round(x1)) for x0, x1 in runs))


def _runs(words: list[str], left: float = 10, space: float = 6) -> list[tuple[float, float]]:
    """Where the words would be printed."""
    runs = []
    for word in words:
        runs.append((left, left + text_width(word) * _EM))
        left = runs[-1][1] + space
    return runs


def _spans(places: list[Place]) -> list[tuple[int, int, int]]:
    return [(place.line, round(place.x0), round(place.x1)) for place in places]


def test_each_word_gets_its_run() -> None:
    words = ["The", "quick", "brown", "fox", "jumps", "over"]
    first, second = _runs(words[:4]), _runs(words[4:])
    expected = [(0, round(a), round(b)) for a, b in first] + [(1, round(a), round(b)) for a, b in second]
    assert _spans(align(words, [_line(0, *first), _line(30, *second)])) == expected


def test_words_that_touch_share_a_run() -> None:
    words = ["alpha", "beta", "gamma", "delta"]
    runs = _runs(words)
    touching = [runs[0], (runs[1][0], runs[2][1]), runs[3]]
    places = _spans(align(words, [_line(0, *touching)]))
    assert places[0] == (0, round(runs[0][0]), round(runs[0][1]))
    assert places[1][1] == round(runs[1][0]) and places[2][2] == pytest.approx(runs[2][1], abs=1)
    assert places[1][2] <= places[2][1]
    assert places[3] == (0, round(runs[3][0]), round(runs[3][1]))


def test_of_a_word_broken_at_the_end_of_a_line_the_first_part_is_marked() -> None:
    words = ["short", "incomprehensibilities", "after"]
    [a, broken, c] = _runs(words)
    half = (broken[0] + broken[1]) / 2
    lines = [_line(0, a, (broken[0], half)), _line(30, (10, 10 + broken[1] - half), (c[0] - 200, c[1] - 200))]
    places = _spans(align(words, lines))
    assert places[1] == (0, round(broken[0]), round(half))
    assert places[2][0] == 1


def test_ink_that_is_no_text_is_passed_over() -> None:
    words = ["alpha", "beta", "gamma"]
    runs = _runs(words)
    stain = (runs[2][1] + 40, runs[2][1] + 44)
    assert _spans(align(words, [_line(0, *runs, stain)])) == [(0, round(a), round(b)) for a, b in runs]


def test_more_words_than_ink_have_a_place_each() -> None:
    places = align(["a", "b", "c", "d", "e", "f"], [_line(0, (10, 20))])
    assert len(places) == 6
    assert {place.line for place in places} == {0}


def test_a_text_of_a_thousand_words_keeps_to_its_lines() -> None:
    words = ["слово"] * 1000
    lines = [_line(30 * n, *_runs(words[:10])) for n in range(100)]
    assert [place.line for place in align(words, lines)] == [n // 10 for n in range(1000)]


def test_wide_letters_are_wider_than_narrow_ones() -> None:
    assert text_width("шшш") > text_width("ссс") > text_width("iii")
    assert text_width("") == 0


def test_words_after_much_ink_that_is_no_text_keep_their_runs() -> None:
    words = ["o" * length for length in random.Random(7).choices(range(2, 16), k=60)]
    printed = _runs(words)
    dots = [(10 + 12 * place, 14 + 12 * place) for place in range(6)]
    lines = [_line(0, *printed[:20]), _line(30, *dots), _line(60, *printed[20:])]
    lost = ["oo"] * 6  # as many words without ink as there is ink without words
    places = _spans(align([*words[:40], *lost, *words[40:]], lines))
    assert places[:20] == [(0, round(x0), round(x1)) for x0, x1 in printed[:20]]
    assert places[20:40] == [(2, round(x0), round(x1)) for x0, x1 in printed[20:40]]
