"""What was read of a word is laid beside what is written, sign by sign."""

from __future__ import annotations

from ocr_service.text_layer.proof.compare_readings import align


def test_a_sign_that_was_read_stands_beside_itself_and_not_beside_its_like() -> None:
    assert align("Ilık", "Ihk").pairs[0] == (0, "I")


def test_signs_that_look_the_same_stand_beside_one_another() -> None:
    assert align("3О", "30").pairs == ((0, "3"), (1, "0"))


def test_what_was_read_too_much_is_told_with_its_places() -> None:
    assert align("ab", "axb").extra == {(1, "x")}


def test_numbers_of_one_length_stand_place_by_place() -> None:
    read = align("7178", "1718")
    assert read.pairs == ((0, "1"), (1, "7"), (2, "1"), (3, "8")) and not read.extra
    assert [sign for _, sign in align("7178", "718").pairs].count(None) == 1
