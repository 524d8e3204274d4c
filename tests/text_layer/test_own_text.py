"""Which text objects of a page nobody sees, and what of the others."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from ocr_service.text_layer.own_text import OwnText, own_text
from tests.support.text_layer_set import sample_of


def unseen(pdf: bytes) -> OwnText:
    with pdfium.PdfDocument(pdf) as document:
        found = own_text(document, 1, 150, 20_000_000)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "hidden"), [("en_clean", 0), ("hidden_white", 1), ("hidden_outside_page", 2)])
def test_whole_objects_are_counted(name: str, hidden: int) -> None:
    found = unseen(sample_of(name).pdf)
    assert (found.unseen.sum(), found.hidden[~found.unseen].sum()) == (hidden, 0)


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
    assert found.unseen.tolist() == [False, False]
    assert found.hidden[0] > 8 and found.shown[0] and not found.hidden[1]


def test_text_that_is_drawn_again_at_its_place_is_unseen_too() -> None:
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(400, 200))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(40, 100, "Paid in full")
    for up in (0.0, 0.3, 0.6):
        text = canvas.beginText(40, 60 + up)
        text.setTextRenderMode(3)
        text.textOut("Never paid")
        canvas.drawText(text)
    canvas.save()
    assert unseen(page.getvalue()).unseen.tolist() == [False, True, True, True]


def test_text_in_deeply_nested_forms_is_looked_at() -> None:
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    bbox, resources = [0, 0, 400, 200], Dictionary(Font=Dictionary(F=font))
    content = b"BT 1 g /F 12 Tf 40 60 Td (Never paid) Tj ET"
    for _ in range(20):
        form = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=bbox, Resources=resources)
        content, resources = b"/X Do", Dictionary(XObject=Dictionary(X=form))
    page = pdf.add_blank_page(page_size=(400, 200))
    page.obj.Resources, page.obj.Contents = resources, pdf.make_stream(content)
    file = io.BytesIO()
    pdf.save(file)
    assert unseen(file.getvalue()).unseen.tolist() == [True]


def test_what_is_hidden_of_each_word_is_counted() -> None:
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(400, 200))
    canvas.setFont("Helvetica", 20)
    for y in (40, 80, 120):
        canvas.drawString(40, y, "never")
    canvas.setFillGray(1)
    canvas.rect(51, 20, 200, 140, stroke=0, fill=1)
    canvas.save()
    found = unseen(page.getvalue())
    assert (found.hidden.tolist(), found.shown.tolist()) == ([4, 4, 4], [1, 1, 1])
