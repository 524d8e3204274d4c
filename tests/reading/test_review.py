"""Which regions a person should look at, and a page's confidence."""

from __future__ import annotations

from ocr_service.document import Failure, PlacedWord, RegionResult
from ocr_service.reading.review import reviewed
from tests.support.pages import page, region

_FAILURE = Failure("recognition_failed", "no answer", "recognition")


def test_each_reason_is_named_and_a_good_region_has_none() -> None:
    regions = (
        region("text", "sure", confidence=0.9),
        region("text", "not sure", confidence=0.59),
        region("table", "1 2", contradicted=True, degraded=True, confidence=0.1),
        region("unread", "", format="image", error=Failure("unread", "at 1,2,3,4", "recognition")),
        region("text", "", error=_FAILURE),
        region("text", "says nothing of itself"),
    )
    assert [found.review for found in reviewed(page(1, *regions), 0.6).regions] == [
        (),
        ("low_confidence",),
        ("contradicted", "degraded", "low_confidence"),
        ("unread",),
        ("failed",),
        (),
    ]


def test_one_unsure_word_is_enough_and_marks_are_no_words() -> None:
    def with_words(**confidences: float) -> RegionResult:
        return region("text", " ", confidence=0.9, words=words(confidences))

    def words(confidences: dict[str, float]) -> tuple[PlacedWord, ...]:
        return tuple(PlacedWord(text, (0, 0, 9, 9), confidence) for text, confidence in confidences.items())

    regions = (
        with_words(sure=0.9, unsure=0.5),
        with_words(sure=0.9, well=0.7),
        region("text", "a —", confidence=0.9, words=words({"a": 0.9, "—": 0.2})),
    )
    assert [found.review for found in reviewed(page(1, *regions), 0.6).regions] == [("low_confidence",), (), ()]


def test_an_unsure_word_that_the_reader_did_not_place_is_one_too() -> None:
    regions = (
        region("text", "well read — all", confidence=0.9, word_confidences=(0.9, 0.8, 0.1, 0.9)),
        region("text", "not so well", confidence=0.9, word_confidences=(0.9, 0.5, None)),
    )
    assert [found.review for found in reviewed(page(1, *regions), 0.6).regions] == [(), ("low_confidence",)]


def test_min_confidence_of_zero_marks_nothing_as_unsure() -> None:
    assert reviewed(page(1, region("text", "a", confidence=0.0)), 0.0).regions[0].review == ()


def test_a_page_is_as_sure_as_its_letters_are() -> None:
    regions = (region("text", "abcdefghi", confidence=1.0), region("text", "x", confidence=0.5), region("text", "none"))
    assert reviewed(page(1, *regions), 0.6).confidence == 0.95
    assert reviewed(page(1, region("text", "none")), 0.6).confidence is None
