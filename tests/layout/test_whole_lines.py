"""Regions that cut lines grow to all of them."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Box, Region
from ocr_service.layout.text_ink import TextInk, text_ink
from ocr_service.layout.whole_lines import with_whole_lines
from tests.support.sheets import DPI, DrawnPage

LINES = (
    "This agreement was made on 14 May between",
    "the landlord and the tenant under the terms",
    "that are set out below and on the next page",
)
LEFT, TOP, STEP = 100, 200, 44
WHOLE = (LEFT - 8, TOP - 8, 980, TOP + 3 * STEP)


def paragraph(*, left: int = LEFT) -> DrawnPage:
    page = DrawnPage(1654, 600)
    for place, line in enumerate(LINES):
        page.text(left, TOP + place * STEP, line)
    return page


def ink_of(page: DrawnPage) -> TextInk:
    return text_ink(np.asarray(page.image), DPI)


def region(box: Box, label: str = "text") -> Region:
    return Region(label, box, 0, 0.9)


def covers(box: Box, left: int, right: int, bottom: int) -> bool:
    return box[0] <= left and box[2] >= right and box[3] >= bottom


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((170, TOP, 980, TOP + 3 * STEP), id="the first words are outside"),
        pytest.param((LEFT, TOP, 720, TOP + 3 * STEP), id="the last words are outside"),
        pytest.param((LEFT, TOP, 980, TOP + 2 * STEP + 12), id="the last line is cut through"),
    ],
)
@pytest.mark.parametrize("label", ["text", "table_title", "abstract"])
def test_a_region_grows_to_the_whole_lines_that_it_has_a_part_of(box: Box, label: str) -> None:
    page = paragraph()
    right = LEFT + round(page.draw.textlength(LINES[2]))
    [grown] = with_whole_lines([region(box, label)], ink_of(page))
    assert covers(grown.bbox, LEFT + 2, right, TOP + 2 * STEP + 20)
    assert covers(grown.bbox, box[0], box[2], box[3])
    assert grown.label == label


def test_regions_that_have_all_their_ink_stay_as_they_are() -> None:
    regions = [region(WHOLE)]
    assert with_whole_lines(regions, ink_of(paragraph())) == regions


def test_a_column_that_no_region_has_is_no_end_of_the_lines_beside_it() -> None:
    page = paragraph()
    for place, line in enumerate(LINES):
        page.text(1000 + 40, TOP + place * STEP, line[:14])
    regions = [region(WHOLE)]
    assert with_whole_lines(regions, ink_of(page)) == regions


def test_a_region_does_not_grow_over_another_one() -> None:
    left, right = region((LEFT, TOP, 500, TOP + 3 * STEP)), region((520, TOP + STEP, 980, TOP + 3 * STEP))
    grown, other = with_whole_lines([left, right], ink_of(paragraph()))
    assert grown.bbox[2] <= right.bbox[0] and other.bbox[1] >= right.bbox[1]


def test_a_figure_does_not_grow() -> None:
    regions = [region((170, TOP, 980, TOP + 3 * STEP), "image")]
    assert with_whole_lines(regions, ink_of(paragraph())) == regions
