"""What PDFium says of a page before anything is judged."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium

from ocr_service.text_layer.lines.lines import find_lines
from ocr_service.text_layer.opened_page import open_page, upright


def page_of(content: bytes) -> pdfium.PdfDocument:
    """A page of 300 x 200 points."""
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 200))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream(content)
        pdf.save(file)
    return pdfium.PdfDocument(file.getvalue())


def test_a_page_without_text_is_not_opened() -> None:
    with page_of(b"10 10 100 50 re f") as pdf:
        assert open_page(pdf, 1, 72, 1_000_000) is None


def test_glyphs_are_where_the_picture_shows_them() -> None:
    with page_of(b"BT /F1 20 Tf 50 100 Td (Hill) Tj ET") as pdf:
        opened = open_page(pdf, 1, 144, 1_000_000)
    assert opened is not None
    assert "".join(map(chr, opened.glyphs.codes.tolist())) == "Hill"
    for x0, y0, x1, y1 in opened.glyphs.ink.round().astype(int).tolist():
        assert opened.picture.pixels[y0:y1, x0:x1].min() < 64


def test_a_page_whose_text_runs_upwards_is_rotated_with_its_glyphs() -> None:
    with page_of(b"BT /F1 20 Tf 0 1 -1 0 100 20 Tm (Sideways) Tj ET") as pdf:
        opened = open_page(pdf, 1, 72, 1_000_000)
    assert opened is not None
    page = upright(opened)
    assert (page.picture.width, page.picture.height) == (200, 300)
    assert set(page.glyphs.angle.tolist()) == {0.0}
    assert (page.glyphs.origin[1:, 0] > page.glyphs.origin[:-1, 0]).all()


def test_letters_that_the_matrix_slants_part_no_upright_ones_beside_them() -> None:
    slanted = b"BT /F1 14 Tf 1 0 0.25 1 20 100 Tm (Journal of institutes, ) Tj 1 0 0 1 148 100 Tm (Vol. 35) Tj ET"
    with page_of(slanted) as pdf:
        opened = open_page(pdf, 1, 144, 1_000_000)
    assert opened is not None
    assert [line.text for line in find_lines(opened.glyphs)] == ["Journal of institutes, Vol. 35"]
