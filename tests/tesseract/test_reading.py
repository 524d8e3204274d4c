"""What was read on a page that was rendered finer is given in the pixels that were asked for."""

from __future__ import annotations

import numpy as np

from ocr_service.document import PageImage, PlacedWord, RegionResult
from ocr_service.tesseract.ledger.unread_regions import unread
from ocr_service.tesseract.reading import Reading, reduced
from ocr_service.tesseract.repair.budget import RereadBudgets

WORD = PlacedWord("total", (20, 40, 60, 61), 0.9)


def test_boxes_of_regions_words_and_warnings_are_in_the_smaller_page() -> None:
    text = RegionResult("text", (20, 40, 61, 61), 0, None, content="total", words=(WORD,))
    lost = RegionResult("unread", (100, 200, 141, 220), 1, None, "image", error=unread())
    reading = Reading([text, lost], 0.9, ((20, 40, 60, 61),))
    page, small = reduced(PageImage(3, np.full((401, 300, 3), 255, np.uint8), 200, 90, ("old",)), reading, 100)
    assert (page.number, page.dpi, page.width, page.height, page.angle, page.warnings) == (
        3,
        100,
        150,
        201,
        90,
        ("old",),
    )
    assert [region.bbox for region in small.regions] == [(10, 20, 31, 31), (50, 100, 71, 110)]
    assert small.regions[0].words[0].bbox == (10, 20, 30, 31)
    assert small.warnings == (
        "text that could not be read at 50,100,71,110",
        "1 words at 10,20,30,31 could hardly be read",
    )
    assert small.coverage == 0.9


def test_what_was_not_read_again_is_told() -> None:
    budgets = RereadBudgets()
    reading = Reading([], 1.0, unrepeated=tuple(budgets.warnings()))
    assert reading.warnings == ()
    while budgets.cells.take():
        pass
    reading = Reading([], 1.0, unrepeated=tuple(budgets.warnings()))
    assert reading.warnings == (
        "more doubtful cells than are read again on one page: some are as they were read first",
    )


def test_a_box_at_the_edge_stays_on_the_page_and_is_no_point() -> None:
    speck = RegionResult("text", (299, 400, 300, 401), 0, None)
    page, small = reduced(PageImage(1, np.zeros((401, 300, 3), np.uint8), 200), Reading([speck], 1.0), 36)
    x0, y0, x1, y1 = small.regions[0].bbox
    assert 0 <= x0 < x1 <= page.width
    assert 0 <= y0 < y1 <= page.height
