"""Text objects are taken out of a page's content by their order, and nothing else."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from ocr_service.export.text_operators import Copies, remove_shown, shown_invisibly


def page_of(content: str, **forms: str) -> tuple[pikepdf.Pdf, pikepdf.Page]:
    """A page with form XObjects by name; each form can draw the others."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    objects = Dictionary()
    resources = pdf.make_indirect(Dictionary(XObject=objects))
    for name, text in forms.items():
        objects[f"/{name}"] = pdf.make_stream(text.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    page.obj.Resources = resources
    page.obj.Contents = pdf.make_stream(content.encode())
    return pdf, page


def content(stream: pikepdf.Object | pikepdf.Page) -> str:
    return pikepdf.unparse_content_stream(pikepdf.parse_content_stream(stream)).decode()


def test_objects_are_counted_as_they_are_drawn_in_forms_too() -> None:
    _pdf, page = page_of(
        "BT (a) Tj [(b) -20 (c)] TJ [-20] TJ () Tj ET /Form Do /None Do", Form="BT (d) ' ET /Inner Do", Inner="(e) Tj"
    )
    assert len(shown_invisibly(page)) == 4


def test_a_form_has_the_render_mode_of_where_it_is_drawn() -> None:
    _pdf, page = page_of(
        "q 3 Tr /Form Do Q /Form Do BT 3 Tr (c) Tj /x Tr 3.0 Tr (d) Tj ET", Form="(a) Tj q 0 Tr (b) Tj Q"
    )
    assert shown_invisibly(page) == [True, False, False, False, True, True]


def test_one_object_goes_and_the_rest_stays() -> None:
    pdf, page = page_of("BT /F 9 Tf (a) Tj (b) Tj 3 4 Td (c) Tj ET")
    remove_shown(pdf, page, [False, True, False], {})
    assert content(page).split("\n") == ["BT", "/F 9 Tf", "(a) Tj", "3 4 Td", "(c) Tj", "ET"]


def test_what_an_operator_does_besides_stays() -> None:
    pdf, page = page_of("BT 1 2 (a) \" (b) ' (c) Tj ET")
    remove_shown(pdf, page, [True, True, False], {})
    assert content(page).split("\n") == ["BT", "1 Tw", "2 Tc", "T*", "T*", "(c) Tj", "ET"]


@pytest.mark.parametrize(("removed", "left"), [([True, True], ""), ([True, False], "(a) Tj")])
def test_text_of_a_form_that_is_drawn_twice_goes_where_both_are_hidden(removed: list[bool], left: str) -> None:
    pdf, page = page_of("/Form Do 1 0 0 1 5 5 cm /Form Do", Form="(a) Tj")
    remove_shown(pdf, page, removed, {})
    assert content(page.resources["/XObject"]["/Form"]) == left


def test_a_wrong_count_is_refused() -> None:
    pdf, page = page_of("(a) Tj")
    with pytest.raises(ValueError, match="zip"):
        remove_shown(pdf, page, [True, False], {})


def test_forms_that_draw_one_another_end() -> None:
    _pdf, page = page_of("/Form Do", Form="(a) Tj /Form Do")
    assert len(shown_invisibly(page)) == 40


def test_a_form_that_another_page_draws_stays_as_it_is_there() -> None:
    pdf, page = page_of("/Form Do", Form="/Inner Do (a) Tj", Inner="(b) Tj (c) Tj")
    other = pdf.add_blank_page()
    other.obj.Resources, other.obj.Contents = page.obj.Resources, pdf.make_stream(b"/Form Do /Inner Do")
    remove_shown(pdf, page, [True, False, False], {})
    assert content(page.resources["/XObject"]["/Form"]) == "/Inner Do\n(a) Tj"
    assert content(page.resources["/XObject"]["/Inner"]) == "(c) Tj"
    assert content(other.resources["/XObject"]["/Inner"]) == "(b) Tj\n(c) Tj"


def test_a_form_s_own_resources_are_copied_with_it() -> None:
    pdf, page = page_of("/Form Do", Form="/Inner Do", Inner="(a) Tj (b) Tj")
    form = page.obj.Resources.XObject.Form
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Inner=page.obj.Resources.XObject.Inner))
    remove_shown(pdf, page, [False, True], {})
    assert content(page.obj.Resources.XObject.Form.Resources.XObject.Inner) == "(a) Tj"
    assert content(form.Resources.XObject.Inner) == "(a) Tj\n(b) Tj"
    assert page.obj.Resources.XObject.Form.BBox == form.BBox


def test_pages_that_lose_the_same_share_the_copy() -> None:
    pdf, page = page_of("/Form Do", Form="(a) Tj (b) Tj")
    other = pdf.add_blank_page()
    other.obj.Resources, other.obj.Contents = page.obj.Resources, page.obj.Contents
    copies: Copies = {}
    for loses in (page, other):
        remove_shown(pdf, loses, [True, False], copies)
    first, second = (shown.obj.Resources.XObject.Form for shown in (page, other))
    assert first.objgen == second.objgen
    assert content(first) == "(b) Tj"


def test_forms_that_multiply_are_refused() -> None:
    _pdf, page = page_of("/Form Do", Form=10 * "/Form Do ")
    with pytest.raises(ValueError, match="too many"):
        shown_invisibly(page)
