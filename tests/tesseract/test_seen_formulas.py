"""What stands in a formula that was read by its signs is none of the page's words."""

from __future__ import annotations

from ocr_service.document import RegionResult
from ocr_service.tesseract.seen_formulas import without_words_of
from ocr_service.tesseract.words import Word, make_line

_FORMULA = RegionResult("display_formula", (300, 140, 600, 210), 0, None, "latex", "a^2")
_PROSE = make_line([Word("prose", (100, 100, 180, 130), 95.0)])
_MISREAD = make_line([Word("a?", (320, 150, 360, 190), 50.0), Word("where", (640, 150, 720, 190), 95.0)])


def test_words_beside_a_formula_stay() -> None:
    lines = without_words_of([_PROSE, _MISREAD], [_FORMULA])
    assert [line.text for line in lines] == ["prose", "where"]
    assert lines[1].box == (640, 150, 720, 190)


def test_a_page_without_formulas_stays_as_it_is() -> None:
    assert without_words_of([_PROSE, _MISREAD], []) == [_PROSE, _MISREAD]
