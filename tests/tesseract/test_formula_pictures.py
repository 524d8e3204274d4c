"""Formulas that Tesseract cannot read are pictures; what it can read stays."""

from __future__ import annotations

from ocr_service.document import PlacedWord, Region, RegionResult
from ocr_service.tesseract.formula_pictures import with_formula_pictures
from ocr_service.tesseract.reading import Reading

_PROSE_BOX, _FIRST_BOX, _SECOND_BOX = (100, 100, 900, 130), (300, 160, 500, 190), (520, 150, 560, 200)
_FORMULA = Region("formula", (290, 140, 600, 210), 1, 0.85)


def text(content: str, box: tuple[int, int, int, int], confidence: float) -> RegionResult:
    words = tuple(PlacedWord(word, box, confidence) for word in content.split())
    return RegionResult("text", box, 0, None, content=content, confidence=confidence, words=words)


def page(*formula: RegionResult) -> Reading:
    return Reading([text("We recall what was said", _PROSE_BOX, 0.97), *formula], 1.0)


def test_letters_read_inside_of_a_formula_become_its_picture() -> None:
    seen = with_formula_pictures(page(text("—b+ Vb?", _FIRST_BOX, 0.9), text("2a", _SECOND_BOX, 0.97)), [_FORMULA])
    assert [(r.label, r.format, r.content) for r in seen.regions[1:]] == [("unread", "image", "")]
    assert seen.regions[0].content == "We recall what was said"
    assert seen.regions[1].bbox == _FORMULA.bbox and seen.regions[1].error is not None
    assert [word.text for word in seen.regions[1].words] == ["—b+", "Vb?", "2a"]
    assert 0.6 < seen.coverage < 0.8


def test_a_formula_of_one_line_that_was_read_for_sure_stays_text() -> None:
    reading = page(text("E = m + c", _FIRST_BOX, 0.96))
    assert with_formula_pictures(reading, [_FORMULA]) == reading


def test_words_that_the_model_takes_for_a_formula_stay_text() -> None:
    reading = page(text("Total price including delivery", _FIRST_BOX, 0.95), text("25 kg", _SECOND_BOX, 0.5))
    assert with_formula_pictures(reading, [_FORMULA]) == reading


def test_a_box_that_the_model_is_not_sure_of_changes_nothing() -> None:
    reading = page(text('e"+1=0', _FIRST_BOX, 0.5))
    unsure = Region("formula", _FORMULA.bbox, 1, 0.6)
    assert with_formula_pictures(reading, [unsure]) == reading


def test_a_formula_that_was_read_by_its_signs_stays_latex() -> None:
    built = RegionResult("display_formula", _FIRST_BOX, 0, None, "latex", "e^{x}", confidence=0.98)
    assert with_formula_pictures(page(built), [_FORMULA]) == page(built)
