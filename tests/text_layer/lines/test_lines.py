"""Lines of glyphs that stand over, beside and across each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.support.text_layer_pdfs import Sheet
from tests.support.text_layer_set import lines_of


@pytest.mark.parametrize("size", [48, 90])
def test_two_lines_beside_a_large_sign_are_not_its_superscript_and_subscript(tmp_path: Path, size: int) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Bold", size)
    sheet.canvas.drawString(60, 700, "&")
    right = 60 + stringWidth("&", "Bold", size) + 6
    for text, y in (("Extensible rights", 700 + 0.42 * size), ("Metadata platform", 700 + 0.05 * size)):
        sheet.canvas.setFont("Bold", 24)
        sheet.canvas.drawString(right, y, text)
    lines = lines_of(tmp_path, sheet)
    assert "Extensible rights" in lines and {"Metadata platform", "& Metadata platform"} & {*lines}


def test_superscripts_stay_with_their_letters(tmp_path: Path) -> None:
    sheet = Sheet()
    x = 60.0
    for text, size, rise in (("Ivanov", 12, 0), ("12,13,15", 7, 4.5), (" and Petrov", 12, 0), ("a,b,c", 7, 4.5)):
        sheet.canvas.setFont("Serif", size)
        sheet.canvas.drawString(x, 700 + rise, text)
        x += stringWidth(text, "Serif", size)
    assert len(lines_of(tmp_path, sheet)) == 1


def test_words_that_lie_over_each_other_are_not_mixed(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Bold", 10)
    sheet.canvas.drawString(60, 700, "Total investment expense")
    sheet.canvas.setFont("Serif", 10)
    sheet.canvas.drawString(60 + stringWidth("Total investment expe", "Bold", 10), 700, "Add lines one and two")
    assert lines_of(tmp_path, sheet) == ["Total investment expense Add lines one and two"]


@pytest.mark.parametrize("angle", [41, 45, 49, 135, -45, -135])
def test_words_at_half_a_quarter_are_parted(tmp_path: Path, angle: int) -> None:
    sheet = Sheet()
    sheet.canvas.translate(300, 400)
    sheet.canvas.rotate(angle)
    sheet.canvas.setFont("Sans", 12)
    sheet.canvas.drawString(-90, 0, "Some long text will fill it")
    assert lines_of(tmp_path, sheet) == ["Some long text will fill it"]
