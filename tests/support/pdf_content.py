"""Pages and form XObjects of given content, and the content of such."""

from __future__ import annotations

import pikepdf
from pikepdf import Dictionary, Name


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
