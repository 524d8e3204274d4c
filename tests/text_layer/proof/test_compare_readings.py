"""What was read of a word is laid beside what is written, sign by sign."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.proof.compare_readings import align, compare_reading
from ocr_service.text_layer.proof.evidence import Evidence, Key


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


@pytest.mark.parametrize(("written", "joined", "proven"), [("flnal", 2, False), ("final", 2, True), ("flnal", 0, True)])
def test_an_i_of_a_ligature_is_no_l(written: str, joined: int, proven: bool) -> None:
    keys: list[Key] = [("F", ord(sign), place) for place, sign in enumerate(written)]
    known: dict[Key, Evidence] = {}
    word = tuple(range(len(written)))
    compare_reading(word, [*written], "final", keys, known, np.arange(len(written)) < joined)
    assert known[keys[1]].proven == proven
