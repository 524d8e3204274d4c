"""Two texts in one place."""

from __future__ import annotations

from pathlib import Path

from tests.support.text_layer_pdfs import Sample, Sheet
from tests.support.text_layer_set import read_sample

_TEXT = "The annual budget was approved without any objection."


def _printed_twice(second: str) -> bytes:
    sheet = Sheet()
    sheet.paragraph(_TEXT)
    canvas = sheet.canvas
    canvas.setFont("Serif", 11)
    for at, text in enumerate(("Total due: 1844 euros", second)):
        canvas.drawString(60 + 0.3 * at, 300, text)
    return sheet.pdf()


def test_of_two_texts_for_one_ink_none_is_delivered(tmp_path: Path) -> None:
    page = read_sample(tmp_path, Sample("two", _printed_twice("Tota1 due: I844 euros"), ""), "only")
    assert _TEXT in page.markdown
    assert not {"1844", "I844", "Tota1"} & set(page.markdown.split())


def test_a_text_that_is_printed_twice_to_be_bold_is_one(tmp_path: Path) -> None:
    page = read_sample(tmp_path, Sample("bold", _printed_twice("Total due: 1844 euros"), ""), "only")
    assert page.markdown.count("1844") == 1
