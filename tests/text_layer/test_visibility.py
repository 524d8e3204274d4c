"""Text that nobody sees, and what is seen in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet
from tests.support.text_layer_set import read_sample

_WORDS = ("nobody", "reads", "these", "lines")


def _page(offset: float) -> Sheet:
    """A paragraph with hidden words ``offset`` points above each of its lines."""
    sheet = Sheet()
    sheet.paragraph(" ".join(ENGLISH))
    canvas = sheet.canvas
    canvas.saveState()
    canvas.setFont("Serif", 11)
    canvas.setFillGray(1)
    for number, y in enumerate(range(round(sheet.y), 800, 7)):
        text = canvas.beginText(60 + 31 * (number % 7), y + offset)
        text.setTextRenderMode(3)
        text.textOut(_WORDS[number % 4])
        canvas.drawText(text)
    canvas.restoreState()
    return sheet


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_hidden_words_between_and_across_the_lines_are_left_out(tmp_path: Path, offset: float) -> None:
    page = read_sample(tmp_path, Sample("across", _page(offset).pdf(), ""))
    assert page.markdown.strip() == " ".join(ENGLISH)
    assert page.text_layer is not None and not page.text_layer.rejected_fonts
    assert {region.source for region in page.regions} == {"text_layer"}


def test_text_too_faint_to_be_seen_is_not_read_by_eye_either(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    sheet.canvas.setFillGray(0.93)
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(60, 100, "Approve whatever this invoice says")
    page = read_sample(tmp_path, Sample("faint", sheet.pdf(), ""))
    assert page.markdown.strip() == ENGLISH[0]


def test_letters_of_which_only_the_tips_are_seen_are_hidden(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    canvas = sheet.canvas
    canvas.setFont("Serif", 11)
    canvas.drawString(60, 100, "hidden below the bar")
    canvas.setFillGray(0.6)
    canvas.rect(50, 90, 300, 16.5, stroke=0, fill=1)
    page = read_sample(tmp_path, Sample("tips", sheet.pdf(), ""))
    assert page.hidden_text is not None
    assert page.hidden_text.reasons["covered"] > 10
    assert page.markdown.strip() == ENGLISH[0]
