"""The columns of a table without rules."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.tesseract.tables.columns import (
    by_column,
    column_gutters,
    filled_runs,
    find_gutters,
    middle_of,
    visual_rows,
    without_signs,
)
from tests.support.sheets import EM, text_line


def test_rows_gutters_and_runs_of_words() -> None:
    rows = visual_rows(
        [*text_line(100, 100, "a", "b", step=300).words, *text_line(100, 150, "c", "d", step=300).words], EM
    )
    assert [sorted(word.text for word in row) for row in rows] == [["a", "b"], ["c", "d"]]
    assert len(find_gutters(rows, EM)) == 1
    assert filled_runs(text_line(100, 100, "aa", "bb").words, EM) == [(100, 170)]


def test_white_narrower_than_a_gutter_parts_columns_where_many_rows_have_it() -> None:
    rows = [text_line(100, 100 + 40 * index, "518", "14", step=61).words for index in range(5)]
    assert len(find_gutters(rows, EM)) == 1
    assert find_gutters(rows[:3], EM) == []


def test_a_head_over_several_columns_closes_no_gutter() -> None:
    head = [*text_line(100, 60, "Город").words, *text_line(400, 60, "Население", "и", "площадь").words]
    rows = [head, *(text_line(100, 100 + 40 * index, "Тула", "14", "51", step=300).words for index in range(4))]
    assert len(column_gutters(rows, EM)) == 2


def test_signs_in_a_column_of_their_own_belong_to_their_numbers() -> None:
    rows = []
    for index, (left, right) in enumerate((("518", "14"), ("7", "9"))):
        y = 100 + 40 * index
        words = [*text_line(100, y, "Щит").words, *text_line(300, y, "$").words, *text_line(400, y, left).words]
        rows.append([*words, *text_line(520, y, ")").words, *text_line(700, y, right).words])
    gutters = without_signs(rows, column_gutters(rows, EM), EM)
    cells = [[" ".join(word.text for word in cell) for cell in by_column(row, gutters, EM)] for row in rows]
    assert cells == [["Щит", "$ 518 )", "14"], ["Щит", "$ 7 )", "9"]]


def test_an_ordinary_space_of_the_file_parts_no_columns() -> None:
    left, right = text_line(100, 100, "Новая", "история", step=75 + round(0.6 * EM)).words
    assert len(filled_runs([left, right], EM)) == 2
    assert len(filled_runs([left, replace(right, follows=True)], EM)) == 1


def test_a_heading_in_larger_type_is_one_run() -> None:
    heading = text_line(100, 100, "Новая", "история", em=2 * EM).words
    left, right = (replace(word, size=2 * EM) for word in heading)
    assert right.box[0] - left.box[2] > 0.5 * EM
    assert len(filled_runs([left, right], EM)) == 1


def test_a_line_that_sticks_out_of_its_column_to_the_left_is_of_that_column() -> None:
    (word,) = text_line(370, 100, "температура").words
    assert by_column([word], [400.0], EM) == [[], [word]]
    (label,) = text_line(100, 100, "среднегодовые", em=EM).words
    assert by_column([label], [260.0], EM) == [[label], []]


def test_the_middles_of_rows_are_as_far_apart_as_their_baselines() -> None:
    rows = [
        [replace(word, base=base) for word in text_line(100, round(base) - 22, text).words]
        for base, text in ((122.0, "осень"), (162.0, "другие"))
    ]
    low, high = (middle_of(row, EM) for row in rows)
    assert high - low == 40
