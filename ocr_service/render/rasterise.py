"""One page of a file as an upright image: PDFium for PDFs (poppler where it fails or lacks letters), Pillow else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

from ocr_service.document import FileType, PageImage
from ocr_service.errors import DamagedFile, EmptyFile, RenderFailed, UploadLost
from ocr_service.render.images import render_image
from ocr_service.render.pdfium import open_pdf, render_with_pdfium
from ocr_service.render.poppler import render_with_poppler
from ocr_service.render.undrawn import undrawn_letters

# No model or reader has to cope with a page of three pixels.
_SMALLEST_SIDE_PIXELS = 32
_NAMED = 40  # letters that a warning names
_DARK, _LEAST_KEPT = 128, 0.9  # of 255; of the ink of one renderer that the other has, too


def render_page(
    path: Path, file_type: FileType, number: int, *, dpi: int, max_pixels: int, password: str = "", finest: int = 0
) -> PageImage:
    """Page ``number`` (1-based) of the file as height x width x 3 RGB.

    A PDF's page is rendered at ``dpi``, or at the highest that fits ``max_pixels`` (then a warning says so), or finer,
    up to ``finest`` dpi, where it is not too large; the document's own rotation is applied, so ``angle`` is 0. An image
    keeps its own resolution up to ``max_pixels``. What is narrower than 32 pixels is padded with white. The array may
    be read-only.
    Raises RenderFailed, PageTooLarge, DamagedFile, EncryptedPdf, and UploadLost where there is no such file.
    """
    if not path.exists():
        raise UploadLost.input_gone()
    if file_type == "pdf":
        page = _render_pdf_page(path, number, dpi, max_pixels, password, finest)
    else:
        page = render_image(path, file_type, number, max_pixels=max_pixels)
    return _with_smallest_side(page)


def _render_pdf_page(path: Path, number: int, dpi: int, max_pixels: int, password: str, finest: int) -> PageImage:
    def with_poppler(reason: str = "pdfium could not load the page") -> PageImage:
        return render_with_poppler(
            path, number, dpi=dpi, max_pixels=max_pixels, password=password, finest=finest, reason=reason
        )

    try:
        with open_pdf(path, password) as pdf:
            if number > len(pdf):
                raise RenderFailed(f"the PDF has no page {number}")
            page = render_with_pdfium(pdf, number, dpi=dpi, max_pixels=max_pixels, finest=finest)
            undrawn = undrawn_letters(pdf[number - 1])
    except (pdfium.PdfiumError, EmptyFile):
        return with_poppler()
    except DamagedFile as damaged:
        try:
            return with_poppler()
        except RenderFailed:
            raise damaged from None
    return page if not undrawn else _with_all_letters(page, "".join(sorted(undrawn)), with_poppler)


def _with_all_letters(page: PageImage, undrawn: str, with_poppler: Callable[[str], PageImage]) -> PageImage:
    """The page as poppler draws it, which takes fonts of the system for those that are not in the file.

    PDFium's where poppler has no font at all (Chinese without poppler's data): it then draws nothing of the text.
    """
    letters = f"letters of fonts that are not in the file ({undrawn[:_NAMED]})"
    try:
        other = with_poppler(f"pdfium cannot draw {letters}")
    except RenderFailed:
        other = page
    if other is page or _ink(other) < _LEAST_KEPT * _ink(page):
        return replace(page, warnings=(*page.warnings, f"{letters} are not drawn, and not read"))
    return replace(other, warnings=(*page.warnings, *other.warnings))


def _ink(page: PageImage) -> int:
    return int((page.pixels < _DARK).sum())


def _with_smallest_side(page: PageImage) -> PageImage:
    if min(page.width, page.height) >= _SMALLEST_SIDE_PIXELS:
        return page
    height, width = max(page.height, _SMALLEST_SIDE_PIXELS), max(page.width, _SMALLEST_SIDE_PIXELS)
    paper = np.full((height, width, 3), 255, np.uint8)
    paper[: page.height, : page.width] = page.pixels
    return replace(page, pixels=paper)
