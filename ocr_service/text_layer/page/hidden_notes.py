"""Text of fields and notes that are not shown: how much of it there is, for nobody sees it and no result has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.render.pdfium import HIDDEN, OpenedPdf, load_form, open_pdf, page_annotations
from ocr_service.text_layer.page.annotations import NO_VIEW, NOTES


def hidden_notes(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, number: int) -> Counter[str]:
    """How many characters of page ``number`` (from 1) are in notes and fields that are not shown, by reason.

    ``page``: as ``page_with_size`` gives it. The document is opened again where it has any, and these are drawn there.
    """
    places: dict[str, set[int]] = {}
    for place, annotation in page_annotations(page):
        unseen = pdfium_c.FPDFAnnot_GetFlags(annotation) & (HIDDEN | NO_VIEW)
        if unseen and pdfium_c.FPDFAnnot_GetSubtype(annotation) in NOTES:
            reason = "layer_off" if pdfium_c.FPDFAnnot_HasKey(annotation, b"OC") else "invisible"
            places.setdefault(reason, set()).add(place)
    if not isinstance(pdf, OpenedPdf):
        return Counter()
    return +Counter({reason: _characters(pdf, number, here) for reason, here in places.items()})


def _characters(pdf: OpenedPdf, number: int, places: Collection[int]) -> int:
    """What showing the annotations at these places, and no other, adds to the page's text, without spaces."""
    with open_pdf(pdf.path, pdf.password) as again:
        load_form(again)
        page = again[number - 1]
        for place, annotation in page_annotations(page):
            flags = pdfium_c.FPDFAnnot_GetFlags(annotation) & ~(HIDDEN | NO_VIEW)
            pdfium_c.FPDFAnnot_SetFlags(annotation, flags if place in places else flags | HIDDEN)
        before = _length(page)
        done = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY) == pdfium_c.FLATTEN_SUCCESS
        page.close()
        return max(0, _length(again[number - 1]) - before) if done else 0


def _length(page: pdfium.PdfPage) -> int:
    text = page.get_textpage()
    try:
        return sum(not sign.isspace() for sign in text.get_text_range())
    finally:
        text.close()
