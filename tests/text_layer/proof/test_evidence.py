"""What OCR of samples has shown of a font's characters."""

from __future__ import annotations

from collections import Counter

import pytest

from ocr_service.text_layer.proof.evidence import Evidence, Memory, one_other


@pytest.mark.parametrize(
    ("right", "wrong", "proven", "refuted"),
    [
        (0, 0, False, False),
        (1, 0, True, False),
        (1, 1, True, False),
        (2, 2, False, False),
        (3, 2, True, False),
        (1, 2, False, True),
        (0, 1, False, True),
    ],
)
def test_the_majority_of_readings_decides(right: int, wrong: int, proven: bool, refuted: bool) -> None:
    evidence = Evidence(right, Counter({"x": wrong}))
    assert (evidence.proven, evidence.refuted) == (proven, refuted)


def test_one_right_reading_keeps_a_character_unsettled() -> None:
    assert Evidence(0, Counter("6" * 7)).settled
    assert not Evidence(0, Counter("6" * 6)).settled
    assert not Evidence(1, Counter("6" * 7)).settled


def test_readings_as_different_signs_are_no_swap() -> None:
    assert one_other(Counter("66668"))
    assert not one_other(Counter("6688"))


def test_readings_of_nothing_are_no_swap() -> None:
    assert not one_other(Counter({"": 5}))


def test_small_capitals_are_remembered_until_a_character_looks_otherwise() -> None:
    key = ("font", 105, 0)
    remembered = Memory().of("a")
    remembered.evidence[key] = Evidence(3)
    remembered.small_capitals.add(key)
    remembered.forget(key)
    assert not remembered.evidence and not remembered.small_capitals


def test_evidence_is_kept_within_a_document_only() -> None:
    memory = Memory()
    memory.of("a").evidence["font", 65, 0] = Evidence(1)
    assert ("font", 65, 0) in memory.of("a").evidence
    assert memory.of("b").evidence == {}
    assert memory.of("a").evidence == {}
