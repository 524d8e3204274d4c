"""Which numbers count the lines of a page, and which are the first cells of rows or begin items."""

from __future__ import annotations

import pytest

from ocr_service.geometry.line_numbers import Token, counts_lines, margin_numbers

SIZE, PITCH = 30.0, 40.0
SENTENCE = ("the", "parties", "agree", "that", "this", "holds")


def token(text: str, x: float, foot: float, size: float = SIZE) -> Token:
    return Token(text, (x, foot - 0.66 * size, x + 0.5 * size * len(text), foot), size)


def words(x: float, foot: float, *texts: str, step: float = 0.0) -> list[Token]:
    line = []
    for text in texts:
        line.append(token(text, x, foot))
        x += step or 0.5 * SIZE * len(text) + 8
    return line


def numbers(
    count: int, *, first: int = 1, x: float = 40.0, size: float = 15.0, pitch: float = PITCH
) -> list[list[Token]]:
    return [[token(str(first + row), x, 100 + pitch * row, size)] for row in range(count)]


def prose(count: int, x: float = 120.0) -> list[list[Token]]:
    return [words(x, 100 + PITCH * row, *SENTENCE) for row in range(count)]


def test_small_numbers_at_lines_of_prose_are_found_whether_they_are_lines_or_words_of_them() -> None:
    alone = numbers(20, first=41)
    lines = [
        number if row % 2 else [*number, *text] for row, (number, text) in enumerate(zip(alone, prose(20), strict=True))
    ]
    lines += [text for row, text in enumerate(prose(20)) if row % 2]
    (margin,) = margin_numbers(lines)
    assert [lines[at][word].text for at, word in margin] == [str(41 + row) for row in range(20)]


def test_numbers_of_the_texts_size_are_found_where_they_do_not_stand_at_its_lines() -> None:
    lines = [*numbers(30, size=SIZE, pitch=33.0), *prose(24)]
    assert [len(margin) for margin in margin_numbers(lines)] == [30]


def test_each_margin_has_its_own() -> None:
    lines = [*numbers(20), *prose(20), *prose(20, x=700), *numbers(20, first=21, x=1300)]
    assert [len(margin) for margin in margin_numbers(lines)] == [20, 20]


def test_every_fifth_line_may_have_one() -> None:
    fifth = [[token(str(5 * n), 40, 100 + 5 * PITCH * (n - 1), 15)] for n in range(1, 10)]
    assert [len(margin) for margin in margin_numbers([*fifth, *prose(45)])] == [9]


def test_what_was_misread_goes_with_them() -> None:
    lines = [*numbers(20, first=31), *prose(20)]
    lines[7] = [Token("38.", (40, 370, 125, 380), 15.0)]
    lines[11] = [token("4z", 40, 100 + PITCH * 11, 15)]
    (margin,) = margin_numbers(lines)
    assert [at for at, _ in margin] == list(range(20))


@pytest.mark.parametrize("size", [15.0, SIZE])
def test_rows_of_a_table_keep_theirs(size: float) -> None:
    cells = [words(120, 100 + PITCH * row, "Oak", "512", "7.50", "board", step=260) for row in range(20)]
    assert margin_numbers([*numbers(20, size=size), *cells]) == []


def test_items_of_a_list_keep_theirs() -> None:
    assert margin_numbers([*numbers(20, size=SIZE), *prose(20)]) == []
    entries = [words(120, 100 + PITCH * row, *SENTENCE) for row in range(40)]
    small = [[Token(t.text, t.box, 15.0) for t in line] for line in entries]
    starts = [[token(str(1 + row), 40, 100 + 2 * PITCH * row, 15)] for row in range(20)]
    assert margin_numbers([*starts, *small]) == []


def test_numbers_that_do_not_count_or_stand_inside_the_text_stay() -> None:
    odd = [[token(str(7 * row % 23), 40, 100 + PITCH * row, 15)] for row in range(20)]
    assert margin_numbers([*odd, *prose(20)]) == []
    assert margin_numbers([*numbers(20, x=60), *prose(20), *prose(20, x=-400)]) == []
    assert margin_numbers(numbers(7) + prose(7)) == []
    assert margin_numbers([]) == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (" ".join(map(str, range(110, 140))), True),
        ("1 2 3 4. 5 6 7 8 9 10 11", True),
        ("5 10 15 20 25 30 35 40", True),
        ("1 2 3", False),
        ("12", False),
        ("4 8 15 16 23 42 4 8 15", False),
        ("1 2 3 4 5 6 7 8 tons of coal", False),
    ],
)
def test_a_text_of_nothing_but_line_numbers(text: str, *, counts: bool) -> None:
    assert counts_lines(text) is counts
