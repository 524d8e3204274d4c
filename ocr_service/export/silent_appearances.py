"""Fields and notes of a PDF's page that look as before, and whose looks have no Unicode."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

from ocr_service.export.change_text import silent_form

_WITH_TEXT = (Name.Widget, Name.FreeText)


def silence_appearances(pdf: pikepdf.Pdf, page: pikepdf.Page, *, unseen: bool = False) -> None:
    """The values stay in the form. Raises ValueError where a font cannot be silent.

    ``unseen``: nobody sees any text of them; so those that viewers would draw from their values get an empty look.
    """
    form = pdf.Root.get("/AcroForm")
    fonts = form.get("/DR", Dictionary()) if isinstance(form, Dictionary) else Dictionary()
    for looks, name in _looks(page):
        looks[name] = silent_form(pdf, looks[name], fonts)
    if unseen:
        for annotation in _annotations(page):
            if annotation.get("/Subtype") in _WITH_TEXT and "/AP" not in annotation:
                empty = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
                annotation.AP = Dictionary(N=empty)
    if isinstance(form, Dictionary) and "/NeedAppearances" in form:
        del form.NeedAppearances  # viewers would draw the fields anew, with their text


def _annotations(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    annotations = page.obj.get("/Annots")
    for annotation in annotations if isinstance(annotations, Array) else ():
        if isinstance(annotation, Dictionary):
            yield annotation


def _looks(page: pikepdf.Page) -> Iterator[tuple[pikepdf.Object, str]]:
    """Where the normal appearances of the page's annotations are: a dictionary and a key (ISO 32000-1, 12.5.5)."""
    for annotation in _annotations(page):
        looks = annotation.get("/AP")
        if not isinstance(looks, Dictionary):
            continue
        normal = looks.get("/N")
        if isinstance(normal, pikepdf.Stream):
            yield looks, "/N"
        elif isinstance(normal, Dictionary):
            yield from ((normal, state) for state, drawn in normal.items() if isinstance(drawn, pikepdf.Stream))
