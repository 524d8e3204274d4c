"""One page of a file as an upright image: PDFium for PDFs (poppler where it fails), Pillow for images."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium

from ocr_service.document import FileType, PageImage
from ocr_service.errors import RenderFailed
from ocr_service.render.images import render_image
from ocr_service.render.pdfium import open_pdf, render_with_pdfium
from ocr_service.render.poppler import render_with_poppler


def render_page(
    path: Path, file_type: FileType, number: int, *, dpi: int, max_pixels: int, password: str = ""
) -> PageImage:
    """Page ``number`` (1-based) of the file as height x width x 3 RGB.

    A PDF's page is rendered at ``dpi``, or at the highest that fits ``max_pixels`` (then a warning says so); the
    document's own rotation is applied, so ``angle`` is 0. An image keeps its own resolution up to ``max_pixels``.
    Raises RenderFailed, PageTooLarge, DamagedFile and EncryptedPdf.
    """
    if file_type != "pdf":
        return render_image(path, file_type, number, max_pixels=max_pixels)
    with open_pdf(path, password) as pdf:
        if number > len(pdf):
            raise RenderFailed(f"the PDF has no page {number}")
        try:
            return render_with_pdfium(pdf, number, dpi=dpi, max_pixels=max_pixels)
        except pdfium.PdfiumError:
            return render_with_poppler(path, number, dpi=dpi, max_pixels=max_pixels, password=password)
