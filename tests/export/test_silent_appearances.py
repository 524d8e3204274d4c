"""Fields and notes keep their looks, in which nothing is found any more, and their values."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.export.silent_appearances import silence_appearances


def form(pdf: pikepdf.Pdf) -> pikepdf.Page:
    """A page with a field and a check box, whose look is a mark of its font."""
    page = pdf.add_blank_page(page_size=(300, 200))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    looks = [
        pdf.make_stream(
            f"BT /F 9 Tf 2 5 Td ({text}) Tj ET".encode(), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 90, 20]
        )
        for text in ("Zorblatt", "X")
    ]
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="a", V="Zorblatt", F=4)
    field.Rect, field.AP = Array([9, 100, 99, 120]), Dictionary(N=looks[0])
    box = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T="b", V=Name.On, AS=Name.On, F=4)
    box.Rect, box.AP = Array([9, 50, 99, 70]), Dictionary(N=Dictionary(On=looks[1]))
    fields = Array([pdf.make_indirect(field), pdf.make_indirect(box), Dictionary(Type=Name.Annot)])
    page.obj.Annots = fields
    pdf.Root.AcroForm = Dictionary(Fields=fields, DR=Dictionary(Font=Dictionary(F=font)), NeedAppearances=True)
    return page


def seen_and_found(pdf: pikepdf.Pdf) -> tuple[bytes, str]:
    """The page as it is drawn, and its text with that of the fields' looks."""
    file = io.BytesIO()
    pdf.save(file)
    with pdfium.PdfDocument(file.getvalue()) as document:
        page = document[0]
        drawn: bytes = page.render(scale=1).to_pil().tobytes()
        pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        page.close()
        text = document[0].get_textpage()
        found: str = text.get_text_range()
        text.close()
    return drawn, found


def test_what_a_field_shows_is_not_found_any_more() -> None:
    with pikepdf.new() as pdf:
        page = form(pdf)
        before, found = seen_and_found(pdf)
        assert "Zorblatt" in found and "X" in found
        silence_appearances(pdf, page)
        after, left = seen_and_found(pdf)
    assert (before, left.strip()) == (after, "")


def test_values_stay_and_viewers_do_not_draw_them_anew() -> None:
    with pikepdf.new() as pdf:
        silence_appearances(pdf, form(pdf))
        assert pdf.Root.AcroForm.Fields[0].V == "Zorblatt"
        assert "/NeedAppearances" not in pdf.Root.AcroForm


@pytest.mark.parametrize("unseen", [True, False])
def test_a_field_that_viewers_draw_from_its_value_is_empty_only_where_nobody_sees_any(unseen: bool) -> None:
    with pikepdf.new() as pdf:
        page = form(pdf)
        del page.obj.Annots[0].AP
        silence_appearances(pdf, page, unseen=unseen)
        assert ("/AP" in page.obj.Annots[0]) is unseen
        assert page.obj.Annots[0].V == "Zorblatt"
