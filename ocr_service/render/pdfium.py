"""PDFs through PDFium: opening, counting, rendering. PDFium is not thread-safe; this runs in worker processes only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw

from ocr_service.document import PageImage
from ocr_service.errors import DamagedFile, EmptyFile, EncryptedPdf
from ocr_service.render.scale import POINTS_PER_INCH, fine_dpi

_MOST_ATTACHMENTS = 20  # that a warning names
_LONGEST_NAME = 80  # characters of an attachment's name
_MOST_ANNOTATIONS = 5_000
HIDDEN = 0x2  # ISO 32000-1, table 165


class OpenedPdf(pdfium.PdfDocument):  # type: ignore[misc]  # pypdfium2 has no types
    """A document that knows its file, for what PDFium does not tell."""

    def __init__(self, path: Path, password: str = "") -> None:
        super().__init__(path, password=password or None)
        self.path, self.password = path, password


@contextmanager
def open_pdf(path: Path, password: str = "") -> Iterator[pdfium.PdfDocument]:
    """The open document, with the empty password tried first, so that one that is not needed does no harm.

    Raises EncryptedPdf, DamagedFile, and EmptyFile for a PDF without pages.
    """
    with _load(path, password) as pdf:
        yield pdf


def count_pdf_pages(path: Path, password: str = "") -> int:
    """Pages of the PDF by its page tree, without loading them (20,000 pages: some milliseconds)."""
    with open_pdf(path, password) as pdf:
        return len(pdf)


def render_with_pdfium(
    pdf: pdfium.PdfDocument, number: int, *, dpi: int, max_pixels: int, finest: int = 0
) -> PageImage:
    """Page ``number`` (1-based) as PDFium draws it: rotated, cropped, on white, with annotations and form fields.

    At ``dpi``, or finer up to ``finest`` dpi (``fine_dpi``).

    Raises pdfium.PdfiumError where PDFium cannot load the page or finds it without a size (an entry that is no page),
    and PageTooLarge.
    """
    form_warnings = load_form(pdf)
    with page_with_size(pdf, number - 1) as page:
        width_pt, height_pt = page.get_size()
        page_dpi, warnings = fine_dpi(width_pt, height_pt, dpi, max_pixels, finest)
        # Reversed byte order is RGB; the array shares the bitmap's memory, which lives as long as the array.
        bitmap = page.render(scale=page_dpi / POINTS_PER_INCH, rev_byteorder=True)
        return PageImage(
            number, bitmap.to_numpy(), page_dpi, warnings=(*form_warnings, *warnings, *attachments(pdf, number))
        )


def attachments(pdf: pdfium.PdfDocument, number: int) -> tuple[str, ...]:
    """A warning of page 1 that names the files inside of the PDF, which are not read."""
    names = []
    for index in range(min(_MOST_ATTACHMENTS, pdf.count_attachments())) if number == 1 else ():
        try:
            names.append(_printable(pdf.get_attachment(index).get_name()))
        except (pdfium.PdfiumError, UnicodeDecodeError):
            names.append("?")
    return (f"attachments are not read: {', '.join(names)}",) if names else ()


def _printable(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:_LONGEST_NAME]


def load_form(pdf: pdfium.PdfDocument) -> tuple[str, ...]:
    """Loads the document's form, before its pages, else PDFium draws no fields. A warning where the form is broken."""
    try:
        pdf.init_forms()
    except pdfium.PdfiumError:  # the page is still worth reading
        return ("form fields could not be drawn",)
    return ()


@contextmanager
def page_with_size(pdf: pdfium.PdfDocument, index: int) -> Iterator[pdfium.PdfPage]:
    """The loaded page, as other viewers show it.

    A crop box that leaves nothing of the media box is ignored. Annotations whose layer is switched off are hidden in
    memory, in a document that ``open_pdf`` opened.
    """
    page = pdf[index]
    try:
        media_box = page.get_mediabox(fallback_ok=False)
        if min(page.get_size()) <= 0 and media_box is not None:
            page.set_cropbox(*media_box)
            page.close()
            page = pdf[index]  # the size is worked out when a page is loaded
        if min(page.get_size()) <= 0:
            raise pdfium.PdfiumError("the page has no size")
        if isinstance(pdf, OpenedPdf):
            _hide_switched_off(pdf, page, index)
        yield page
    finally:
        page.close()


def page_annotations(page: pdfium.PdfPage) -> Iterator[tuple[int, Any]]:
    """The page's annotations with their places in ``/Annots``, each open until the next one is asked for."""
    for place in range(min(_MOST_ANNOTATIONS, max(0, pdfium_raw.FPDFPage_GetAnnotCount(page.raw)))):
        annotation = pdfium_raw.FPDFPage_GetAnnot(page.raw, place)
        if annotation:
            try:
                yield place, annotation
            finally:
                pdfium_raw.FPDFPage_CloseAnnot(annotation)


def _hide_switched_off(pdf: OpenedPdf, page: pdfium.PdfPage, index: int) -> None:
    if not any(pdfium_raw.FPDFAnnot_HasKey(annotation, b"OC") for _, annotation in page_annotations(page)):
        return
    from ocr_service.render.switched_off import switched_off  # with pikepdf, which few pages need

    off = switched_off(pdf.path, pdf.password, index)
    for place, annotation in page_annotations(page):
        if place in off:
            pdfium_raw.FPDFAnnot_SetFlags(annotation, pdfium_raw.FPDFAnnot_GetFlags(annotation) | HIDDEN)


def _load(path: Path, password: str) -> OpenedPdf:
    try:
        return OpenedPdf(path)
    except pdfium.PdfiumError as exc:
        reason = _why_not(path, "")
        if reason != pdfium_raw.FPDF_ERR_PASSWORD:
            raise _mapped(reason) from exc
    if not password:
        raise EncryptedPdf.no_password()
    try:
        return OpenedPdf(path, password)
    except pdfium.PdfiumError as exc:
        reason = _why_not(path, password)
        if reason == pdfium_raw.FPDF_ERR_PASSWORD:
            raise EncryptedPdf("the PDF is encrypted, and the password given does not open it") from exc
        raise _mapped(reason) from exc


def _why_not(path: Path, password: str) -> int | None:
    """PDFium's error code for a file that pypdfium2 refused; None where PDFium opens it and it has no pages.

    pypdfium2 reports a document without pages with whatever error PDFium met last, perhaps in another document.
    """
    raw = pdfium_raw.FPDF_LoadDocument(os.fsencode(path) + b"\0", password.encode() + b"\0")
    if not raw:
        return int(pdfium_raw.FPDF_GetLastError())
    pdfium_raw.FPDF_CloseDocument(raw)
    return None


def _mapped(reason: int | None) -> EmptyFile | EncryptedPdf | DamagedFile:
    if reason is None:
        return EmptyFile("no pages were found in the PDF")
    if reason == pdfium_raw.FPDF_ERR_SECURITY:
        return EncryptedPdf("the PDF is encrypted by a method that is not supported")
    return DamagedFile.no_structure()
