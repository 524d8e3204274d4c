"""How much of a page's text the answer of a model that reads whole pages accounts for."""

from __future__ import annotations

import pytest

from ocr_service.document import Box, Failure, PreparedRegion, Region
from ocr_service.vlm.page_coverage import coverage_of_whole
from tests.support.pages import region

WHOLE: Box = (0, 0, 1000, 1400)
UPPER: Box = (100, 100, 900, 400)
LOWER: Box = (100, 600, 900, 700)
PAGE = PreparedRegion(Region("text", WHOLE, 0, 1.0), ink=9000, text_areas=((UPPER, 300), (LOWER, 100)))


def test_an_answer_as_long_as_the_ink_explains_all_of_it() -> None:
    assert coverage_of_whole(PAGE, [region("text", "letters " * 57, WHOLE)]) == (1.0, [])


def test_running_lines_may_be_left_out() -> None:
    assert coverage_of_whole(PAGE, [region("text", "letters " * 34, WHOLE)]) == (1.0, [])


@pytest.mark.parametrize(("words", "coverage"), [(20, 0.35), (0, 0.0)])
def test_an_answer_much_shorter_than_the_ink_is_named(words: int, coverage: float) -> None:
    found, warnings = coverage_of_whole(PAGE, [region("table", "<td>letters</td> " * words, WHOLE)])
    assert found == coverage
    assert warnings == [f"text may be missing: the answer has {coverage:.0%} of the letters that the page's ink makes"]


def test_text_that_is_in_none_of_the_answers_places_is_named() -> None:
    block = region("text", "letters " * 57, (90, 90, 910, 410))
    assert coverage_of_whole(PAGE, [block]) == (0.75, ["text at 100,600,900,700 is in no place of the answer"])
    picture = region("image", "", (90, 590, 910, 710))
    assert coverage_of_whole(PAGE, [block, picture]) == (1.0, [])


def test_a_cut_answer_is_never_the_whole_coverage() -> None:
    assert coverage_of_whole(PAGE, [region("text", "letters " * 57, WHOLE, degraded=True)])[0] == 0.999


def test_a_page_that_could_not_be_read_has_no_coverage_and_an_empty_one_all() -> None:
    failed = region("text", "", WHOLE, error=Failure("recognition_failed", "no answer", "recognition"))
    assert coverage_of_whole(PAGE, [failed]) == (0.0, [])
    empty = PreparedRegion(PAGE.region, ink=0)
    assert coverage_of_whole(empty, [region("text", "", WHOLE)]) == (1.0, [])
    assert coverage_of_whole(PreparedRegion(PAGE.region), [region("text", "", WHOLE)]) == (None, [])
