"""Text under coloured stamps is read without them."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.sheet import prepare_sheet
from ocr_service.tesseract.stamps import believed_in_stamps, on_sheet, stamp_ink
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DPI, DrawnPage

ROWS = 8
SENTENCE = "The supplier shall deliver the goods within ten days"
BLUE = "#3355dd"


def stamped(colour: str = BLUE) -> DrawnPage:
    page = DrawnPage(1240, 700)
    for radius in (150, 135):
        page.draw.ellipse((600 - radius, 300 - radius, 600 + radius, 300 + radius), outline=colour, width=5)
    page.draw.line((200, 420, 1000, 180), fill=colour, width=9)
    for row in range(ROWS):
        page.text(100, 100 + 60 * row, SENTENCE)  # printed over the stamp
    return page


def ink(page: DrawnPage) -> np.ndarray | None:
    return stamp_ink(np.asarray(page.image), DPI)


def test_a_ring_and_a_stroke_over_text_are_a_stamps_ink() -> None:
    mask = ink(stamped())
    assert mask is not None
    assert mask[300, 452] == 255
    assert mask[100:130, 100:400].max() == 0


@pytest.mark.parametrize("colour", ["black", "#999999"])
def test_what_has_no_colour_is_no_stamp(colour: str) -> None:
    assert ink(stamped(colour)) is None


def test_coloured_text_a_filled_head_and_a_ring_beside_the_text_are_none() -> None:
    page = DrawnPage(1240, 700)
    page.text(100, 100, SENTENCE, 14, fill=BLUE)
    page.draw.rectangle((100, 200, 1100, 260), fill=BLUE)
    page.text(120, 210, SENTENCE)
    page.draw.ellipse((800, 400, 1000, 600), outline=BLUE, width=5)
    page.text(100, 450, SENTENCE[:20])
    assert ink(page) is None


def test_the_lines_under_a_stamp_are_read() -> None:
    read = TesseractReader("eng").read(stamped().page(), [])
    text = " ".join(region.content for region in read.regions)
    assert text.count("supplier") >= ROWS - 1
    assert text.count("within ten days") >= ROWS - 2  # the ring crosses two lines lengthwise


def test_the_ink_finds_its_place_on_a_level_sheet() -> None:
    page = stamped()
    mask = ink(page)
    assert mask is not None
    sheet = prepare_sheet(page.gray(), DPI)
    placed = on_sheet(mask, np.asarray(page.image), sheet.skew, (sheet.gray.shape[0], sheet.gray.shape[1]))
    assert placed.shape == sheet.gray.shape
    assert abs(np.count_nonzero(placed) - np.count_nonzero(mask)) < 0.2 * np.count_nonzero(mask)


def test_strokes_of_a_stamp_are_no_words_unless_they_were_read_for_sure() -> None:
    stamps = np.zeros((200, 400), np.uint8)
    stamps[50:60, 50:300] = 255
    sure, stroke = Word("АКТОВ", (60, 40, 120, 70), 92.0), Word("ov", (150, 40, 200, 70), 92.0)
    beside = Word("ov", (150, 100, 200, 130), 50.0)
    lines = [make_line([sure, stroke]), make_line([stroke]), make_line([beside])]
    assert [line.text for line in believed_in_stamps(lines, stamps)] == ["АКТОВ", "ov"]
