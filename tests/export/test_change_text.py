"""Text objects are taken out of a page's content, or their Unicode is, and nothing else."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Dictionary, Name

from ocr_service.export.change_text import Copies, Fate, change_shown, silent_form
from tests.support.pdf_content import content, page_of


def test_one_object_goes_and_the_rest_stays() -> None:
    pdf, page = page_of("BT /F 9 Tf (a) Tj (b) Tj 3 4 Td (c) Tj ET")
    change_shown(pdf, page, ["kept", "removed", "kept"], {})
    assert content(page).split("\n") == ["BT", "/F 9 Tf", "(a) Tj", "3 4 Td", "(c) Tj", "ET"]


def test_what_an_operator_does_besides_stays() -> None:
    pdf, page = page_of("BT 1 2 (a) \" (b) ' (c) Tj ET")
    change_shown(pdf, page, ["removed", "removed", "kept"], {})
    assert content(page).split("\n") == ["BT", "1 Tw", "2 Tc", "T*", "T*", "(c) Tj", "ET"]


@pytest.mark.parametrize(("removed", "left"), [(["removed", "removed"], ""), (["removed", "kept"], "(a) Tj")])
def test_text_of_a_form_that_is_drawn_twice_goes_where_both_are_hidden(removed: list[Fate], left: str) -> None:
    pdf, page = page_of("/Form Do 1 0 0 1 5 5 cm /Form Do", Form="(a) Tj")
    change_shown(pdf, page, removed, {})
    assert content(page.resources["/XObject"]["/Form"]) == left


def test_a_wrong_count_is_refused() -> None:
    pdf, page = page_of("(a) Tj")
    with pytest.raises(ValueError, match="zip"):
        change_shown(pdf, page, ["removed", "kept"], {})


def test_a_form_that_another_page_draws_stays_as_it_is_there() -> None:
    pdf, page = page_of("/Form Do", Form="/Inner Do (a) Tj", Inner="(b) Tj (c) Tj")
    other = pdf.add_blank_page()
    other.obj.Resources, other.obj.Contents = page.obj.Resources, pdf.make_stream(b"/Form Do /Inner Do")
    change_shown(pdf, page, ["removed", "kept", "kept"], {})
    assert content(page.resources["/XObject"]["/Form"]) == "/Inner Do\n(a) Tj"
    assert content(page.resources["/XObject"]["/Inner"]) == "(c) Tj"
    assert content(other.resources["/XObject"]["/Inner"]) == "(b) Tj\n(c) Tj"


def test_a_form_s_own_resources_are_copied_with_it() -> None:
    pdf, page = page_of("/Form Do", Form="/Inner Do", Inner="(a) Tj (b) Tj")
    form = page.obj.Resources.XObject.Form
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Inner=page.obj.Resources.XObject.Inner))
    change_shown(pdf, page, ["kept", "removed"], {})
    assert content(page.obj.Resources.XObject.Form.Resources.XObject.Inner) == "(a) Tj"
    assert content(form.Resources.XObject.Inner) == "(a) Tj\n(b) Tj"
    assert page.obj.Resources.XObject.Form.BBox == form.BBox


def test_pages_that_lose_the_same_share_the_copy() -> None:
    pdf, page = page_of("/Form Do", Form="(a) Tj (b) Tj")
    other = pdf.add_blank_page()
    other.obj.Resources, other.obj.Contents = page.obj.Resources, page.obj.Contents
    copies: Copies = {}
    for loses in (page, other):
        change_shown(pdf, loses, ["removed", "kept"], copies)
    first, second = (shown.obj.Resources.XObject.Form for shown in (page, other))
    assert first.objgen == second.objgen
    assert content(first) == "(b) Tj"


def with_font(page: pikepdf.Page, **entries: Any) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, **entries)
    page.obj.Resources.Font = Dictionary(F=font)


def found(pdf: pikepdf.Pdf) -> list[str]:
    """The words that a viewer finds on the first page."""
    file = io.BytesIO()
    pdf.save(file)
    with pdfium.PdfDocument(file.getvalue()) as document:
        page = document[0]
        text = page.get_textpage()
        words: list[str] = text.get_text_range().split()
        text.close()
        page.close()
    return words


def test_silent_text_is_drawn_and_not_found() -> None:
    pdf, page = page_of("BT /F 9 Tf 9 60 Td (paid) Tj 0 -20 Td [(ne) -50 (ver)] TJ 0 -20 Td (in full) Tj ET")
    with_font(page)
    before = found(pdf)
    change_shown(pdf, page, ["kept", "silent", "kept"], {})
    assert before == ["paid", "never", "in", "full"]
    assert found(pdf) == ["paid", "in", "full"]
    assert "/FSilent 9 Tf\n[ (ne) -50 (ver) ] TJ\n/F 9 Tf" in content(page)


def test_silent_text_of_a_form_needs_no_resources_of_the_form_s_own() -> None:
    pdf, page = page_of("/Form Do BT /F 9 Tf 9 20 Td (paid) Tj ET", Form="BT /F 9 Tf 9 8 Td (never) Tj ET")
    with_font(page)
    page.obj.Resources.XObject.Form.BBox = pikepdf.Array([0, 0, 200, 200])
    change_shown(pdf, page, ["silent", "kept"], {})
    assert found(pdf) == ["paid"]


def test_other_text_that_marked_content_has_for_silent_text_goes() -> None:
    pdf, page = page_of(
        "/Span <</ActualText (never) /MCID 4>> BDC BT /F 9 Tf 9 60 Td (paid) Tj ET EMC "
        "/Span <</ActualText (now)>> BDC BT /F 9 Tf 9 20 Td (then) Tj ET EMC"
    )
    with_font(page)
    change_shown(pdf, page, ["silent", "kept"], {})
    assert found(pdf) == ["now"]
    assert "/MCID 4" in content(page)


def test_text_whose_font_is_not_set_where_it_is_shown_is_refused() -> None:
    pdf, page = page_of("BT /F 9 Tf /Form Do ET", Form="(a) Tj")
    with pytest.raises(ValueError, match="font"):
        change_shown(pdf, page, ["silent"], {})


def test_a_silent_form_is_a_copy() -> None:
    pdf, page = page_of("/Form Do", Form="BT /F 9 Tf 9 8 Td (never) Tj ET")
    form = page.obj.Resources.XObject.Form
    form.BBox = pikepdf.Array([0, 0, 200, 200])
    with_font(page)
    assert found(pdf) == ["never"]
    made = silent_form(pdf, form, page.obj.Resources)
    assert "Silent" not in content(form)
    page.obj.Resources.XObject.Form = made
    assert found(pdf) == []
    assert silent_form(pdf, pdf.make_stream(b"0 0 9 9 re f"), page.obj.Resources).read_bytes() == b"0 0 9 9 re f"
