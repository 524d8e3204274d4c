"""Measures of boxes against one another."""

from __future__ import annotations

import numpy as np

from ocr_service.geometry.boxes import (
    area,
    contains_centre,
    covers,
    enclosing,
    ink_runs,
    overlap_of_smaller,
    shared_area,
)


def test_areas_of_boxes_and_of_what_they_share() -> None:
    assert area((0, 0, 4, 5)) == 20
    assert area((4, 0, 0, 5)) == 0
    assert shared_area((0, 0, 4, 4), (2, 2, 8, 8)) == 4
    assert shared_area((0, 0, 4, 4), (5, 5, 8, 8)) == 0


def test_the_overlap_is_a_part_of_the_smaller_box() -> None:
    assert overlap_of_smaller((0, 0, 10, 10), (0, 0, 2, 2)) == 1.0
    assert overlap_of_smaller((0, 0, 10, 10), (8, 0, 12, 10)) == 0.5
    assert overlap_of_smaller((0, 0, 1, 1), (3, 3, 4, 4)) == 0.0


def test_a_box_around_boxes_and_the_middle_of_one_in_another() -> None:
    assert enclosing([(3, 1, 4, 9), (0, 5, 2, 6)]) == (0, 1, 4, 9)
    assert contains_centre((0, 0, 10, 10), (8, 8, 11, 11))
    assert not contains_centre((0, 0, 10, 10), (9, 9, 13, 13))


def test_a_box_covers_another_with_more_than_half_of_its_area() -> None:
    assert covers((0, 0, 10, 10), (4, 0, 14, 10))
    assert not covers((0, 0, 10, 10), (5, 0, 15, 10))
    assert not covers((4, 4, 5, 5), (0, 0, 10, 10))


def test_runs_of_ink_have_their_starts_and_exclusive_ends() -> None:
    assert ink_runs(np.array([True, True, False, False, True])) == [(0, 2), (4, 5)]
    assert ink_runs(np.zeros(3, bool)) == []
