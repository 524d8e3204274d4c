"""Glyphs for which marked content has one text."""

from __future__ import annotations

from pathlib import Path

from ocr_service.text_layer.page.spans import goes_on, repeated_spans, shared
from tests.support.text_layer_pdfs import Sample, Sheet
from tests.support.text_layer_set import read_sample


def test_the_text_of_a_span_is_found_at_each_of_its_objects_and_no_other() -> None:
    codes, owners = [1, 2, 9, 1, 2, 1, 2], [0, 0, 1, 2, 2, 3, 3]
    origins = [(0.0, 0.0), (0.0, 0.0), (5.0, 0.0), (2.0, 0.0), (2.0, 0.0), (9.0, 0.0), (9.0, 0.0)]
    spans = {0: 7, 2: 7, 3: 8}
    assert repeated_spans(codes, owners, origins, lambda owner: spans.get(owner, 0)) == [[range(0, 2), range(3, 5)]]
    assert repeated_spans(codes, owners, origins, lambda owner: 0) == []
    apart = [(float(i), 0.0) for i in range(7)]  # a glyph for each character
    assert repeated_spans(codes, owners, apart, lambda owner: 7) == []


def test_characters_share_the_box_of_their_glyphs() -> None:
    assert shared([(0, 0, 10, 10), (4, 10, 12, 14)], 2) == [(0, 0, 6, 14), (6, 0, 12, 14)]


def test_marks_go_on_with_a_letter_and_other_lines_do_not() -> None:
    letter = (100.0, 100.0, 110.0, 110.0)
    assert goes_on(letter, (104.0, 111.0, 109.0, 114.0)) and goes_on(letter, (111.0, 100.0, 140.0, 110.0))
    assert not goes_on(letter, (100.0, 80.0, 300.0, 92.0)) and not goes_on(letter, (150.0, 100.0, 170.0, 110.0))


def test_a_syllable_of_two_objects_is_read_once(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("The committee met on Tuesday and approved the annual budget.", font="Sans")
    canvas = sheet.canvas
    canvas.setFont("Sans", 11)
    said = "fi".encode("utf-16-be").hex().upper()
    canvas._code.append(f"/Span <</ActualText <FEFF{said}>>> BDC")  # type: ignore[attr-defined]
    canvas.drawString(60, sheet.y, "f")
    canvas.drawString(60 + canvas.stringWidth("f"), sheet.y, "i")
    canvas._code.append("EMC")  # type: ignore[attr-defined]
    canvas.drawString(60 + canvas.stringWidth("fi"), sheet.y, "nally all of it was signed.")
    page = read_sample(tmp_path, Sample("span", sheet.pdf(), ""), "only")
    assert page.markdown.split("\n\n")[-1] == "finally all of it was signed."
