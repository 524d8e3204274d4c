"""What was read of a sheet, set against its ink."""

from __future__ import annotations

from ocr_service.document import RegionResult
from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.accounting import Found, accounted
from ocr_service.tesseract.blocks.compose import Composition
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import letter_pieces
from ocr_service.tesseract.repair.misread_digits import DigitShapes
from ocr_service.tesseract.words import Line, placed_words
from tests.support.sheets import DrawnPage


def lines_of(page: DrawnPage) -> list[Line]:
    return TesseractEngine("eng").lines(page.gray(), 200)


def text_region(line: Line) -> RegionResult:
    return RegionResult("text", line.box, 0, None, content=line.text, words=placed_words(line.words))


def test_a_line_that_was_read_but_is_in_no_region_is_unread() -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 100, "Delivery within ten days", 11)
    page.text(100, 300, "Storage conditions apply", 11)
    sheet, lines = page.sheet(), lines_of(page)
    assert len(lines) == 2
    pieces = letter_pieces(sheet, lines)
    found = Found(
        pieces,
        ink_stats(sheet.ink),
        lines,
        [],
        [],
        (),
        (),
        (),
        TesseractEngine("eng"),
        DigitShapes(sheet, None, frozenset()),
    )
    whole = accounted(found, [], Composition([text_region(line) for line in lines], []), sheet)
    assert (whole.coverage, [region.label for region in whole.regions]) == (1.0, ["text", "text"])
    partly = accounted(found, [], Composition([text_region(lines[0])], []), sheet)
    assert partly.coverage < 0.7 and [region.label for region in partly.regions] == ["text", "unread"]
    assert partly.regions[1].bbox[1] > 250
