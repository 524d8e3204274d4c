"""Annotations of a page: form fields, visible notes, links."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.render.pdfium import HIDDEN, page_annotations
from ocr_service.text_layer.page.objects import annotation_objects

NOTES = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP)
_BOXES = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
NO_VIEW = 0x20  # ISO 32000-1, table 165
_MOST = 5_000
_SCHEMES = ("http://", "https://", "mailto:")
_LONGEST_URL = 2_000

PointBox = tuple[float, float, float, float]  # left, bottom, right, top in the page's own space


@dataclass(frozen=True, slots=True)
class CheckBox:
    """A check box or a radio button of a form."""

    box: PointBox
    checked: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An external link: its address and its boxes on the page."""

    url: str
    boxes: tuple[PointBox, ...]


def _has_text(annotation: Any) -> bool:
    """Whether it may show text: any kind does whose appearance has some, as the dimensions of a drawn line."""
    if pdfium_c.FPDFAnnot_GetSubtype(annotation) in NOTES:
        return True
    return any(kind == pdfium_c.FPDF_PAGEOBJ_TEXT for _, kind in annotation_objects(annotation))


def check_boxes(pdf: pdfium.PdfDocument, page: pdfium.PdfPage) -> list[CheckBox]:
    """The form's boxes on the page; none where the document has no form that PDFium can load."""
    if pdf.formenv is None:
        return []
    form = pdf.formenv.raw
    found = []
    for annotation in _annotations(page):
        if pdfium_c.FPDFAnnot_GetSubtype(annotation) != pdfium_c.FPDF_ANNOT_WIDGET:
            continue
        if pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation) in _BOXES and (box := _box(annotation)):
            found.append(CheckBox(box, bool(pdfium_c.FPDFAnnot_IsChecked(form, annotation))))
    return found


def flattened(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, number: int) -> pdfium.PdfPage:
    """The page with its fields and notes as part of its content, in memory alone, so that they are read as the rest is.

    ``number`` from 1. The page given is closed where another one is returned.
    """
    if not any(map(_has_text, _annotations(page))):
        return page
    _hide_unseen(page)
    if pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY) != pdfium_c.FLATTEN_SUCCESS:
        return page
    page.close()
    return pdf[number - 1]


def _hide_unseen(page: pdfium.PdfPage) -> None:
    """Hides, in memory, what is for no screen: flattening draws it."""
    for annotation, flags in _all_annotations(page):
        if flags & NO_VIEW:
            pdfium_c.FPDFAnnot_SetFlags(annotation, flags | HIDDEN)


def links(page: pdfium.PdfPage, pdf: pdfium.PdfDocument) -> list[Link]:
    """Links to addresses of the web and of mail; those inside the document lead nowhere in Markdown."""
    found: list[Link] = []
    position = ctypes.c_int(0)
    link = pdfium_c.FPDF_LINK()
    while len(found) < _MOST and pdfium_c.FPDFLink_Enumerate(page.raw, position, link):
        url = _url(pdf, link) if _is_seen(link, page) else ""
        boxes = tuple(_link_boxes(link))
        if url and boxes:
            found.append(Link(url, boxes))
    return found


def _is_seen(link: Any, page: pdfium.PdfPage) -> bool:
    annotation = pdfium_c.FPDFLink_GetAnnot(page.raw, link)
    if not annotation:
        return True
    try:
        return not pdfium_c.FPDFAnnot_GetFlags(annotation) & (HIDDEN | NO_VIEW)
    finally:
        pdfium_c.FPDFPage_CloseAnnot(annotation)


def _url(pdf: pdfium.PdfDocument, link: Any) -> str:
    action = pdfium_c.FPDFLink_GetAction(link)
    if not action or pdfium_c.FPDFAction_GetType(action) != pdfium_c.PDFACTION_URI:
        return ""
    length = pdfium_c.FPDFAction_GetURIPath(pdf.raw, action, None, 0)
    if not 1 < length <= _LONGEST_URL:
        return ""
    buffer = ctypes.create_string_buffer(length)
    pdfium_c.FPDFAction_GetURIPath(pdf.raw, action, buffer, length)
    url = buffer.value.decode("utf-8", "replace").strip()
    return url if url.lower().startswith(_SCHEMES) and not any(c in url for c in " <>()\n\r\t") else ""


def _link_boxes(link: Any) -> Iterator[PointBox]:
    quad = pdfium_c.FS_QUADPOINTSF()
    count = max(0, pdfium_c.FPDFLink_CountQuadPoints(link))
    for index in range(min(count, 100)):
        if pdfium_c.FPDFLink_GetQuadPoints(link, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield min(xs), min(ys), max(xs), max(ys)
    rect = pdfium_c.FS_RECTF()
    if not count and pdfium_c.FPDFLink_GetAnnotRect(link, rect):
        yield rect.left, rect.bottom, rect.right, rect.top


def _annotations(page: pdfium.PdfPage) -> Iterator[Any]:
    """Those that are shown."""
    return (annotation for annotation, flags in _all_annotations(page) if not flags & (HIDDEN | NO_VIEW))


def _all_annotations(page: pdfium.PdfPage) -> Iterator[tuple[Any, int]]:
    """Each annotation with its flags, open until the next one is asked for."""
    return ((annotation, pdfium_c.FPDFAnnot_GetFlags(annotation)) for _, annotation in page_annotations(page))


def _box(annotation: Any) -> PointBox | None:
    rect = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, rect):
        return None
    box = min(rect.left, rect.right), min(rect.bottom, rect.top), max(rect.left, rect.right), max(rect.bottom, rect.top)
    return box if box[0] < box[2] and box[1] < box[3] else None
