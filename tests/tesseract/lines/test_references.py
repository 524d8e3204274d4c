"""Labels of references that stand beside their entries."""

from __future__ import annotations

from ocr_service.tesseract.lines.references import REFERENCE, with_reference_labels
from tests.support.sheets import text_line


def test_a_label_that_was_read_by_itself_joins_its_entry() -> None:
    entry, hanging = text_line(170, 100, "Cowan,", "Pointguard:"), text_line(170, 140, "protecting", "pointers")
    lines = with_reference_labels([text_line(100, 100, "[47]"), entry, hanging])
    assert [line.text for line in lines] == ["[47] Cowan, Pointguard:", "protecting pointers"]


def test_labels_without_text_beside_them_stay() -> None:
    lines = [text_line(100, 100, "[47]"), text_line(700, 100, "far", "away"), text_line(170, 200, "below")]
    assert with_reference_labels(lines) == lines


def test_what_begins_an_entry() -> None:
    assert all(REFERENCE.match(text) for text in ("[1] Ames", "[Knu97] Knuth", "[ABLP89] Awerbuch", "[Lei2] Tom"))
    assert not any(REFERENCE.match(text) for text in ("[12]", "12] Ames", "[1, 2] show"))
