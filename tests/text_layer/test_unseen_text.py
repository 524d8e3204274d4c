"""Which text objects of a page nobody sees."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from ocr_service.text_layer.unseen_text import UnseenText, unseen_text
from tests.support.text_layer_set import all_samples

_SAMPLES = {sample.name: sample for sample in all_samples()}


def unseen(pdf: bytes) -> UnseenText:
    with pdfium.PdfDocument(pdf) as document:
        found = unseen_text(document, 1, 150, 20_000_000)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "hidden"), [("en_clean", 0), ("hidden_white", 1), ("hidden_outside_page", 2)])
def test_whole_objects_are_counted(name: str, hidden: int) -> None:
    found = unseen(_SAMPLES[name].pdf)
    assert (sum(found.objects), found.left) == (hidden, 0)


def test_what_a_box_covers_of_a_visible_line_is_left() -> None:
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(400, 200))
    canvas.setFont("Helvetica", 20)
    canvas.drawString(40, 100, "Paid in full and never again")
    canvas.drawString(40, 60, "The second line stays")
    canvas.setFillGray(1)
    canvas.rect(150, 90, 240, 40, stroke=0, fill=1)
    canvas.save()
    found = unseen(page.getvalue())
    assert found.objects == (False, False)
    assert found.left > 8
